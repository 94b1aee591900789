// Session timers from both sides: 422, who refreshes and by what, and what ends a session that nobody refreshes (RFC 4028).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Call } from '../../packages/sip/src/ua/call.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { incomingCall, peerHangsUp } from './calls.ts';
import { bodyOf, fromCallee, fromCaller, request, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import type { AgentOptions, World } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const contact = 'Contact: <sip:peer@10.0.0.9>';
const sdpType = 'Content-Type: application/sdp';

/** A call, and a request of the peer in it. */
interface Up {
  readonly peer: ScriptedPeer;
  readonly call: Call<SilentSession>;
  readonly invite: Arrived;
  readonly accepted: Arrived | undefined;
  say(method: string, headers?: readonly string[], body?: string): void;
}

/** We called, and the answer had these headers. */
async function called(
  world: World,
  answer: readonly string[],
  options: AgentOptions = {},
): Promise<Up> {
  const agent = await world.agent('alice', ours.host, options);
  const peer = await world.peer('10.0.0.9');
  const outgoing = agent.ua.call('sip:peer@10.0.0.9');
  await world.elapse(20);
  const invite = peer.take('INVITE');
  peer.respond(invite, 200, { headers: [contact, sdpType, ...answer], body: sdp() });
  const call = await world.during(outgoing.answered);
  await world.elapse(20);
  peer.take('ACK');
  let cseq = 100;
  return {
    peer,
    call,
    invite,
    accepted: undefined,
    say(method, headers = [], body = '') {
      if (method !== 'ACK') cseq += 1;
      peer.send(fromCallee(peer.address, invite, { method, cseq, headers, body }), ours);
    },
  };
}

/** The peer called with these headers, and we answered. */
async function answered(
  world: World,
  headers: readonly string[],
  options: AgentOptions = {},
): Promise<Up> {
  const agent = await world.agent('alice', ours.host, options);
  const peer = await world.peer('10.0.0.9');
  peer.send(request(peer.address, { uri: 'sip:alice@10.0.0.1', headers, body: sdp() }), ours);
  const call = await world.during((await agent.nextCall()).accept());
  await world.elapse(20);
  const accepted = peer.take('SIP/2.0 200');
  let cseq = 1;
  const say: Up['say'] = (method, more = [], body = '') => {
    if (method !== 'ACK') cseq += 1;
    peer.send(fromCaller(peer.address, accepted, { method, cseq, headers: more, body }), ours);
  };
  say('ACK');
  await world.elapse(20);
  return { peer, call, invite: accepted, accepted, say };
}

const timesOf = (peer: ScriptedPeer, start: number, method: string): number[] =>
  peer.log
    .filter(({ text }) => text.startsWith(method))
    .map(({ at }) => Math.round((at - start) / 1000));

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

describe('A session that we refresh', () => {
  for (const [role, begin] of [
    [
      'caller',
      (world: World, allow: readonly string[], options: AgentOptions) =>
        called(world, ['Session-Expires: 90;refresher=uac', 'Require: timer', ...allow], options),
    ],
    [
      'callee',
      (world: World, allow: readonly string[], options: AgentOptions) =>
        answered(
          world,
          ['Supported: timer', 'Session-Expires: 90;refresher=uas', ...allow],
          options,
        ),
    ],
  ] as const) {
    for (const method of ['UPDATE', 'INVITE'] as const) {
      test(`RFC 4028 §10: as ${role} by ${method}, at half of the interval, again and again (C131)`, () =>
        inWorld(async (world) => {
          const start = world.clock.now();
          const { peer, call, say } = await begin(world, ['Allow: INVITE, ACK, BYE, UPDATE'], {
            sessionTimer: { refreshBy: method },
          });
          peer.when(method, (refresh) => {
            const granted = row(refresh, 'Session-Expires');
            const described = method === 'INVITE' ? [sdpType] : [];
            peer.respond(refresh, 200, {
              headers: [contact, `Session-Expires: ${granted}`, ...described],
              body: method === 'INVITE' ? sdp() : '',
            });
          });
          await world.elapse(200_000);
          expect(timesOf(peer, start, method).filter((time) => time > 10)).toEqual([
            45, 90, 135, 180,
          ]);
          const refreshes = peer.log.filter(
            ({ text, at }) => text.startsWith(method) && at - start > 10_000,
          );
          for (const refresh of refreshes) {
            expect(row(refresh, 'Session-Expires')).toBe('90;refresher=uac');
            expect(row(refresh, 'Supported')).toContain('timer');
            if (method === 'UPDATE') expect(bodyOf(refresh)).toBe('');
          }
          if (method === 'INVITE') {
            // RFC 4028 §7.4: the same o= says that nothing has changed.
            expect(
              new Set(refreshes.map((refresh) => /^o=.*/m.exec(bodyOf(refresh))?.[0])).size,
            ).toBe(1);
          }
          say('BYE');
          await world.during(call.ended);
        }));
    }
  }

  test('RFC 4028 §7.4: a peer that does not say that it takes UPDATE gets a re-INVITE (C131)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await called(world, ['Session-Expires: 90;refresher=uac']);
      await world.elapse(45_100);
      const refresh = peer.take('INVITE');
      peer.respond(refresh, 200, {
        headers: [contact, sdpType, 'Session-Expires: 90;refresher=uac'],
        body: sdp(),
      });
      await world.elapse(100);
      peer.take('ACK');
      say('BYE');
      await world.during(call.ended);
    }));

  test('RFC 4028 §10: one that takes UPDATE after all not gets a re-INVITE at once (C131)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await called(world, [
        'Session-Expires: 90;refresher=uac',
        'Allow: UPDATE',
      ]);
      await world.elapse(45_100);
      peer.respond(peer.take('UPDATE'), 405);
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 200, { headers: [contact, sdpType], body: sdp() });
      await world.elapse(200_000);
      expect(call.dialog.state).toBe('Confirmed');
      say('BYE');
      await world.during(call.ended);
    }));

  for (const [what, status] of [
    ['not answered', undefined],
    ['answered 481', 481],
    ['answered 408', 408],
  ] as const) {
    for (const allow of ['Allow: UPDATE', 'Allow: INVITE']) {
      test(`RFC 4028 §10: a refresh that is ${what} ends the call by BYE, to one with ${allow} (C131)`, () =>
        inWorld(async (world) => {
          const { peer, call } = await called(world, ['Session-Expires: 90;refresher=uac', allow]);
          const start = world.clock.now();
          peer.when('BYE', (bye) => peer.respond(bye, 200));
          peer.when(/^(UPDATE|INVITE)/, (refresh) => {
            if (status !== undefined) peer.respond(refresh, status);
          });
          const end = await world.during(call.ended, 120_000);
          expect(['network', 'remote']).toContain(end.by);
          // Unanswered it would fail after 32 s; the session expires before that.
          expect(timesOf(peer, start, 'BYE')).toEqual([status === undefined ? 60 : 45]);
        }));
    }
  }

  test('RFC 4028 §10: a refused refresh is tried again, and at the end there is BYE (C131)', () =>
    inWorld(async (world) => {
      const { peer, call } = await called(world, [
        'Session-Expires: 600;refresher=uac',
        'Allow: UPDATE',
      ]);
      const start = world.clock.now();
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      peer.when('UPDATE', (refresh) => peer.respond(refresh, 500));
      const end = await world.during(call.ended, 700_000);
      expect(end).toMatchObject({ by: 'network', cause: 'expired' });
      expect(timesOf(peer, start, 'UPDATE')).toEqual([300, 360, 420, 480, 540]);
      expect(timesOf(peer, start, 'BYE')).toEqual([568]);
    }));

  for (const allow of ['Allow: UPDATE', 'Allow: INVITE']) {
    test(`RFC 4028 §7.4: 422 to a refresh leads to another with that Min-SE, ${allow} (C129)`, () =>
      inWorld(async (world) => {
        const { peer, call, say } = await called(world, [
          'Session-Expires: 90;refresher=uac',
          allow,
        ]);
        await world.elapse(45_100);
        peer.respond(peer.take(/^(UPDATE|INVITE)/), 422, { headers: ['Min-SE: 240'] });
        await world.elapse(20);
        const again = peer.take(/^(UPDATE|INVITE)/);
        expect([row(again, 'Session-Expires'), row(again, 'Min-SE')]).toEqual([
          '240;refresher=uac',
          '240',
        ]);
        peer.respond(again, 200, {
          headers: [
            contact,
            'Session-Expires: 240;refresher=uac',
            ...(allow.endsWith('INVITE') ? [sdpType] : []),
          ],
          body: allow.endsWith('INVITE') ? sdp() : '',
        });
        const start = world.clock.now();
        await world.elapse(120_300);
        const next = peer.log.findLast(({ text }) => /^(UPDATE|INVITE)/.test(text));
        expect(Math.round(((next?.at ?? 0) - start) / 1000)).toBe(120);
        say('BYE');
        await world.during(call.ended);
      }));
  }

  test('RFC 4028 §7.2: a 2xx without Session-Expires ends the timer (C131)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await called(world, [
        'Session-Expires: 90;refresher=uac',
        'Allow: UPDATE',
      ]);
      await world.elapse(45_100);
      peer.respond(peer.take('UPDATE'), 200, { headers: [contact] });
      await world.elapse(1_000_000);
      expect(peer.untaken).toEqual([]);
      expect(call.dialog.state).toBe('Confirmed');
      say('BYE');
      await world.during(call.ended);
    }));

  test('RFC 4028 §4: an answer that grants less than 90 seconds does not make us refresh more often (C131)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await called(world, [
        'Session-Expires: 0;refresher=uac',
        'Allow: UPDATE',
      ]);
      await world.elapse(44_000);
      expect(peer.untaken).toEqual([]);
      say('BYE');
      await world.during(call.ended);
    }));
});

describe('A session that the peer refreshes', () => {
  for (const [seconds, end] of [
    [90, 60],
    [300, 268],
  ] as const) {
    test(`RFC 4028 §10: without refresh it ends at ${end} of ${seconds} seconds (C131)`, () =>
      inWorld(async (world) => {
        const { peer, call } = await called(world, [`Session-Expires: ${seconds};refresher=uas`]);
        const start = world.clock.now();
        peer.when('BYE', (bye) => peer.respond(bye, 200));
        expect(await world.during(call.ended, 400_000)).toMatchObject({
          by: 'network',
          cause: 'expired',
        });
        expect(timesOf(peer, start, 'BYE')).toEqual([end]);
      }));
  }

  for (const method of ['UPDATE', 'INVITE']) {
    test(`RFC 4028 §10: it lives on with each ${method}, which is answered with the same refresher (C131)`, () =>
      inWorld(async (world) => {
        const { peer, call, say } = await answered(world, [
          'Supported: timer',
          'Session-Expires: 90;refresher=uac',
        ]);
        for (let times = 0; times < 5; times += 1) {
          await world.elapse(45_000);
          say(
            method,
            ['Supported: timer', 'Session-Expires: 90;refresher=uac'],
            method === 'INVITE' ? sdp() : '',
          );
          await world.elapse(20);
          const ok = peer.take(new RegExp(`^SIP/2\\.0 200 .*${method}`, 's'));
          expect(row(ok, 'Session-Expires')).toBe('90;refresher=uac');
          if (method === 'INVITE') say('ACK');
        }
        expect(call.dialog.state).toBe('Confirmed');
        // One that is too short is refused, and the session goes on as it was.
        say(method, ['Supported: timer', 'Session-Expires: 20'], method === 'INVITE' ? sdp() : '');
        await world.elapse(20);
        expect(row(peer.take('SIP/2.0 422'), 'Min-SE')).toBe('90');
        if (method === 'INVITE') say('ACK');
        peer.when('BYE', (bye) => peer.respond(bye, 200));
        await world.during(call.ended);
      }));
  }

  test('RFC 4028 §9: who refreshes may change with a refresh (C130)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await answered(world, [
        'Supported: timer',
        'Allow: UPDATE',
        'Session-Expires: 90;refresher=uac',
      ]);
      await world.elapse(20_000);
      say('UPDATE', ['Supported: timer', 'Session-Expires: 90;refresher=uas']);
      await world.elapse(45_100);
      peer.take('UPDATE');
      say('BYE');
      await world.during(call.ended);
    }));
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
