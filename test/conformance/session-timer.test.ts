// RFC 4028: the interval of a session, and a call that is kept fresh for as long as it lasts.
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { incomingCall, peerHangsUp } from './calls.ts';
import { request, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import { ours, answered } from './timed-calls.ts';

describe('The interval', () => {
  test('RFC 4028 §9: below our minimum it gets 422 with Min-SE, at it the call is taken (C129)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host, { sessionTimer: { minSeconds: 120 } });
      const peer = await world.peer('10.0.0.9');
      const invite = (seconds: number, callId: string): void =>
        peer.send(
          request(peer.address, {
            uri: 'sip:alice@10.0.0.1',
            callId,
            headers: ['Supported: timer', `Session-Expires: ${seconds}`],
            body: sdp(),
          }),
          ours,
        );
      invite(119, 'short');
      await world.elapse(20);
      expect(row(peer.take('SIP/2.0 422'), 'Min-SE')).toBe('120');
      invite(120, 'long');
      const incoming = await alice.nextCall();
      incoming.reject();
      await world.elapse(20);
      peer.take('SIP/2.0 603');
    }));

  test('RFC 4028 §7.4: a 422 leads to a second try with its Min-SE and an interval no shorter; the largest of several counts (C129)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host, { sessionTimer: { seconds: 90 } });
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const first = peer.take('INVITE');
      expect(row(first, 'Session-Expires')).toBe('90');
      expect(headerRows(first.text, 'Min-SE')).toEqual([]);
      expect(row(first, 'Supported')).toContain('timer');
      peer.respond(first, 422, { headers: ['Min-SE: 120'], toTag: 'p1' });
      await world.elapse(20);
      const second = peer.take('INVITE');
      expect([row(second, 'Session-Expires'), row(second, 'Min-SE')]).toEqual(['120', '120']);
      peer.respond(second, 422, { headers: ['Min-SE: 3600'], toTag: 'p2' });
      await world.elapse(20);
      const third = peer.take('INVITE');
      expect([row(third, 'Session-Expires'), row(third, 'Min-SE')]).toEqual(['3600', '3600']);
      for (const name of ['Call-ID', 'From', 'To']) expect(row(third, name)).toBe(row(first, name));
      expect(Number.parseInt(row(third, 'CSeq'))).toBe(Number.parseInt(row(first, 'CSeq')) + 2);
      // One that asks for no more than it was given leads nowhere.
      peer.respond(third, 422, { headers: ['Min-SE: 3600'], toTag: 'p3' });
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 422 });
    }));

  test('RFC 4028 §7.4: a peer that raises its minimum for ever is asked five times (C129)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      let least = 2000;
      peer.when('INVITE', (invite) => {
        least += 1;
        peer.respond(invite, 422, { headers: [`Min-SE: ${least}`] });
      });
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 422 });
      expect(peer.log.filter(({ text }) => text.startsWith('INVITE'))).toHaveLength(5);
    }));

  for (const [what, headers, options, expected] of [
    [
      'caller chose itself',
      ['Supported: timer', 'Session-Expires: 300;refresher=uac'],
      {},
      '300;refresher=uac',
    ],
    [
      'caller chose us',
      ['Supported: timer', 'Session-Expires: 300;refresher=uas'],
      {},
      '300;refresher=uas',
    ],
    ['caller left it open', ['Supported: timer', 'Session-Expires: 300'], {}, '300;refresher=uac'],
    [
      'we want to refresh',
      ['Supported: timer', 'Session-Expires: 300'],
      { refresher: 'local' },
      '300;refresher=uas',
    ],
    [
      'it asked for more than we want',
      ['Supported: timer', 'Session-Expires: 7200'],
      {},
      '1800;refresher=uac',
    ],
    [
      'its Min-SE is more than we want',
      ['Supported: timer', 'Session-Expires: 7200', 'Min-SE: 4000'],
      {},
      '4000;refresher=uac',
    ],
    ['it asked for none', ['Supported: timer'], {}, '1800;refresher=uac'],
    [
      'it asked for none but a least',
      ['Supported: timer', 'Min-SE: 4000'],
      {},
      '4000;refresher=uac',
    ],
    ['a proxy asked', ['Session-Expires: 300'], {}, '300;refresher=uas'],
    ['a proxy asked for too little', ['Session-Expires: 10'], {}, undefined],
    ['nobody knows timers', [], {}, undefined],
    ['we want none', ['Supported: timer'], { seconds: 0 }, undefined],
    [
      'we want none, but they do',
      ['Supported: timer', 'Session-Expires: 300'],
      { seconds: 0 },
      '300;refresher=uac',
    ],
  ] as const) {
    test(`RFC 4028 §9: the 2xx when ${what} (C130)`, () =>
      inWorld(async (world) => {
        const { accepted, say, call } = await answered(world, headers, { sessionTimer: options });
        const text = accepted?.text ?? '';
        expect(headerRows(text, 'Session-Expires')).toEqual(
          expected === undefined ? [] : [expected],
        );
        const knows = headers.some((header) => header === 'Supported: timer');
        expect(headerRows(text, 'Require')).toEqual(
          knows && expected !== undefined ? ['timer'] : [],
        );
        say('BYE');
        await world.during(call.ended);
      }));
  }

  test('RFC 4028 §7.1: our INVITE asks for half an hour, or what was said, or nothing (C130)', () =>
    inWorld(async (world) => {
      const peer = await world.peer('10.0.0.9');
      for (const [name, options, expires, least] of [
        ['a', {}, ['1800'], []],
        [
          'b',
          { seconds: 600, minSeconds: 300, refresher: 'local' },
          ['600;refresher=uac'],
          ['300'],
        ],
        ['c', { seconds: 600, refresher: 'remote' }, ['600;refresher=uas'], []],
        ['d', { seconds: 0 }, [], []],
      ] as const) {
        const agent = await world.agent(name, `10.0.1.${name.charCodeAt(0)}`, {
          sessionTimer: options,
        });
        const outgoing = agent.ua.call('sip:peer@10.0.0.9');
        await world.elapse(20);
        const invite = peer.take('INVITE');
        expect(headerRows(invite.text, 'Session-Expires')).toEqual(expires);
        expect(headerRows(invite.text, 'Min-SE')).toEqual(least);
        peer.respond(invite, 486);
        await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
      }
    }));

  test('An interval below 90 seconds is a mistake of the application', async () => {
    await inWorld(async (world) => {
      for (const sessionTimer of [
        { seconds: 89 },
        { minSeconds: 10 },
        { seconds: 100, minSeconds: 200 },
      ]) {
        await expect(world.agent('x', '10.0.0.7', { sessionTimer })).rejects.toThrow(TypeError);
      }
    });
  });
});

test('RFC 4028: our own agents keep a call fresh for as long as it lasts (C130, C131)', () =>
  inWorld(async (world) => {
    const timer = { sessionTimer: { seconds: 90 } };
    const alice = await world.agent('alice', ours.host, timer);
    const bob = await world.agent('bob', '10.0.0.2', timer);
    const outgoing = alice.ua.call('sip:bob@10.0.0.2');
    const accepted = (await bob.nextCall()).accept();
    const call = await world.during(outgoing.answered);
    await world.during(accepted);
    await world.elapse(1_000_000);
    expect(call.dialog.state).toBe('Confirmed');
    expect(world.sentBy(ours.host).filter((line) => line.startsWith('UPDATE'))).toHaveLength(22);
    await world.during(call.hangUp());
  }));

test('A standing call does not keep what its timer needed (C131)', () =>
  inWorld(async (world) => {
    const standing = await incomingCall(world, { sessionTimer: { seconds: 90 } });
    expect(world.clock.pending).toBeGreaterThan(0);
    await peerHangsUp(world, standing);
  }));
