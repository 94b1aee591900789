// RFC 3262 as the callee: reliable provisional responses of ours, and their PRACK.
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type { IncomingCall } from '../../packages/sip/src/ua/incoming-call.ts';
import { bodyOf, fromCaller, request, row, sdp, sdpLine } from './texts.ts';
import type { RequestText } from './texts.ts';
import { firstLine, giveUp, inWorld } from './world.ts';
import type { Agent, AgentOptions, World } from './world.ts';
import { ours } from './reliable-texts.ts';

/** The peer called us; what it may say in the early dialog. */
interface Called {
  readonly agent: Agent;
  readonly peer: ScriptedPeer;
  readonly call: IncomingCall<SilentSession>;
  /** A request in the dialog that `response` made. */
  say(method: string, response: Arrived, text?: RequestText): void;
  prack(response: Arrived, text?: RequestText): void;
}

async function called(
  world: World,
  text: RequestText = {},
  options: AgentOptions = {},
): Promise<Called> {
  const agent = await world.agent('alice', ours.host, options);
  const peer = await world.peer('10.0.0.9');
  peer.send(
    request(peer.address, {
      uri: 'sip:alice@10.0.0.1',
      headers: ['Supported: 100rel'],
      body: sdp(),
      ...text,
    }),
    ours,
  );
  const call = await agent.nextCall();
  let cseq = 1;
  const say: Called['say'] = (method, response, more = {}) => {
    if (method !== 'ACK') cseq += 1;
    peer.send(fromCaller(peer.address, response, { method, cseq, ...more }), ours);
  };
  return {
    agent,
    peer,
    call,
    say,
    prack: (response, more = {}) =>
      say('PRACK', response, {
        contact: undefined,
        headers: [`RAck: ${row(response, 'RSeq')} ${row(response, 'CSeq')}`],
        ...more,
      }),
  };
}

async function acceptAndEnd(world: World, { peer, call, say }: Called): Promise<Arrived> {
  const answered = await world.during(call.accept());
  await world.elapse(20);
  const accepted = peer.take(/^SIP\/2\.0 200 .*CSeq: 1 INVITE/s);
  say('ACK', accepted, { cseq: 1 });
  await world.elapse(20);
  say('BYE', accepted);
  await world.during(answered.ended);
  return accepted;
}

describe('Provisional responses of ours', () => {
  for (const [what, headers, reliable] of [
    ['required', ['Require: 100rel'], true],
    ['supported', ['Supported: 100rel'], false],
    ['not known', [], false],
  ] as const) {
    test(`RFC 3262 §3: 180 is reliable when that is required, not when it is ${what} (C122)`, () =>
      inWorld(async (world) => {
        const standing = await called(world, { headers });
        const { call, peer, prack } = standing;
        call.ring();
        await world.elapse(20);
        const ringing = peer.take('SIP/2.0 180');
        expect(headerRows(ringing.text, 'Require')).toEqual(reliable ? ['100rel'] : []);
        expect(headerRows(ringing.text, 'RSeq')).toHaveLength(reliable ? 1 : 0);
        if (reliable) {
          const number = Number(row(ringing, 'RSeq'));
          expect(number).toBeGreaterThanOrEqual(1);
          expect(number).toBeLessThan(2 ** 31);
          prack(ringing);
          await world.elapse(20);
          peer.take(/^SIP\/2\.0 200 .*PRACK/s);
        }
        await acceptAndEnd(world, standing);
      }));
  }

  test('RFC 3262 §3: 100 never is, whatever is required (C122)', () =>
    inWorld(async (world) => {
      const standing = await called(world, { headers: ['Require: 100rel'] });
      await world.elapse(250);
      expect(headerRows(standing.peer.take('SIP/2.0 100').text, 'RSeq')).toEqual([]);
      await acceptAndEnd(world, standing);
    }));

  test('RFC 3262 §3: the next one waits for the PRACK of the one before, and has the next number (C123)', () =>
    inWorld(async (world) => {
      const standing = await called(world, { headers: ['Require: 100rel'] });
      const { call, peer, prack } = standing;
      call.ring();
      call.ring({ status: 182 });
      await world.elapse(100);
      const first = peer.take('SIP/2.0 180');
      expect(peer.untaken.map(({ text }) => firstLine(text))).toEqual([]);
      prack(first);
      await world.elapse(20);
      const second = peer.take('SIP/2.0 182');
      expect(Number(row(second, 'RSeq'))).toBe(Number(row(first, 'RSeq')) + 1);
      prack(second);
      await acceptAndEnd(world, standing);
    }));

  test('RFC 3262 §3: a reliable one is repeated at T1 doubling without a cap, and after 64*T1 the call is refused with 504 (C124)', () =>
    inWorld(async (world) => {
      const { call, peer } = await called(world, { headers: ['Require: 100rel'] });
      peer.when('SIP/2.0 504', (refused) =>
        peer.send(
          request(peer.address, {
            method: 'ACK',
            uri: 'sip:alice@10.0.0.1',
            branch: /branch=([^;\s]+)/.exec(row(refused, 'Via'))?.[1] ?? '',
            to: row(refused, 'To'),
            from: row(refused, 'From'),
          }),
          ours,
        ),
      );
      call.ring();
      const end = await world.during(call.ended);
      expect(end).toMatchObject({ by: 'network', cause: 'timeout' });
      expect(world.clock.now()).toBeGreaterThan(giveUp);
      const times = peer.log
        .filter(({ text }) => text.startsWith('SIP/2.0 180'))
        .map(({ at }) => Math.round(at / 100) / 10);
      expect(times).toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]);
      await world.elapse(20);
      expect(peer.log.some(({ text }) => text.startsWith('SIP/2.0 504'))).toBe(true);
    }));

  test('RFC 3262 §3: a PRACK that fits gets 200 and ends the repeats, one that does not 481 (C125)', () =>
    inWorld(async (world) => {
      const standing = await called(world, { headers: ['Require: 100rel'] });
      const { call, peer, prack, say } = standing;
      call.ring();
      await world.elapse(20);
      const ringing = peer.take('SIP/2.0 180');
      const number = Number(row(ringing, 'RSeq'));
      for (const wrong of [`${number + 1} 1 INVITE`, `${number} 2 INVITE`, `${number} 1 UPDATE`]) {
        prack(ringing, { headers: [`RAck: ${wrong}`] });
        await world.elapse(20);
        peer.take(/^SIP\/2\.0 481 .*PRACK/s);
      }
      prack(ringing, { headers: [] });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 400 .*PRACK/s);
      prack(ringing);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*PRACK/s);
      await world.elapse(5_000);
      expect(peer.log.filter(({ text }) => text.startsWith('SIP/2.0 180'))).toHaveLength(1);
      prack(ringing);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 481 .*PRACK/s);
      say('PRACK', ringing, {
        to: '<sip:alice@10.0.0.1>;tag=other',
        headers: ['RAck: 1 1 INVITE'],
      });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 481 .*PRACK/s);
      await acceptAndEnd(world, standing);
    }));

  test('RFC 3262 §5: early media goes out reliably, and the 2xx waits for its PRACK and repeats no description (C126)', () =>
    inWorld(async (world) => {
      const standing = await called(world);
      const { call, peer, prack, say, agent } = standing;
      const media = await world.during(call.earlyMedia());
      expect(media.streams).toMatchObject([{ codec: 'PCMU', direction: 'sendrecv' }]);
      await world.elapse(20);
      const early = peer.take('SIP/2.0 183');
      expect(sdpLine(early, 'm=')).toContain('audio');
      const accepted = call.accept();
      await world.elapse(1_000);
      expect(peer.log.some(({ text }) => text.startsWith('SIP/2.0 200'))).toBe(false);
      prack(early);
      const answered = await world.during(accepted);
      await world.elapse(20);
      const ok = peer.take(/^SIP\/2\.0 200 .*CSeq: 1 INVITE/s);
      expect(bodyOf(ok)).toBe('');
      say('ACK', ok, { cseq: 1 });
      await world.elapse(20);
      expect(answered.streams).toMatchObject([{ codec: 'PCMU' }]);
      const taken = agent.observed.flatMap((seen) =>
        seen.kind === 'session' && seen.part === '1xx' ? [seen.event] : [],
      );
      expect(taken).toEqual(['reliable 1xx', 'Timer 1xx fires', 'PRACK', 'final']);
      say('BYE', ok);
      await world.during(answered.ended);
    }));

  test('RFC 3261 §13.3.1.1: to a caller that knows no PRACK early media goes out once, and again in the 2xx (C122, C132)', () =>
    inWorld(async (world) => {
      const standing = await called(world, { headers: [] });
      const { call, peer } = standing;
      await world.during(call.earlyMedia());
      await world.elapse(5_000);
      const [early, ...others] = peer.log.filter(({ text }) => text.startsWith('SIP/2.0 183'));
      expect(others).toEqual([]);
      expect(headerRows(early?.text ?? '', 'Require')).toEqual([]);
      const ok = await acceptAndEnd(world, standing);
      expect(bodyOf(ok)).toBe(early === undefined ? undefined : bodyOf(early));
    }));

  test('RFC 3262 §5: an INVITE without an offer gets one in the first reliable response, and the PRACK brings the answer (C128)', () =>
    inWorld(async (world) => {
      const standing = await called(world, { headers: ['Require: 100rel'], body: '' });
      const { call, peer, prack, agent } = standing;
      call.ring();
      await world.elapse(20);
      const ringing = peer.take('SIP/2.0 180');
      expect(sdpLine(ringing, 'm=')).toContain('audio');
      prack(ringing, {
        headers: [`RAck: ${row(ringing, 'RSeq')} 1 INVITE`],
        body: sdp({ payloads: '8' }),
      });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*PRACK/s);
      expect(agent.media.sessions[0]?.streams).toMatchObject([{ codec: 'PCMA' }]);
      expect(bodyOf(await acceptAndEnd(world, standing))).toBe('');
    }));

  for (const [what, body] of [
    ['no answer', ''],
    ['an answer that is none', sdp({ payloads: '96' })],
  ] as const) {
    test(`RFC 3262 §5: a PRACK with ${what} to our offer refuses the call (C128)`, () =>
      inWorld(async (world) => {
        const { call, peer, prack } = await called(world, {
          headers: ['Require: 100rel'],
          body: '',
        });
        call.ring();
        await world.elapse(20);
        const ringing = peer.take('SIP/2.0 180');
        prack(ringing, { headers: [`RAck: ${row(ringing, 'RSeq')} 1 INVITE`], body });
        expect(await world.during(call.ended)).toMatchObject({ cause: 'media', status: 488 });
        await world.elapse(20);
        peer.take(/^SIP\/2\.0 200 .*PRACK/s);
        peer.take(/^SIP\/2\.0 488 .*INVITE/s);
      }));
  }

  test('RFC 3262 §5: an offer in a PRACK is answered in its 2xx (C128)', () =>
    inWorld(async (world) => {
      const standing = await called(world);
      const { call, peer, prack, agent } = standing;
      await world.during(call.earlyMedia());
      await world.elapse(20);
      prack(peer.take('SIP/2.0 183'), { body: sdp({ version: 2, payloads: '8' }) });
      await world.elapse(20);
      const ok = peer.take(/^SIP\/2\.0 200 .*PRACK/s);
      expect(sdpLine(ok, 'm=')).toMatch(/^m=audio \d+ RTP\/AVP 8$/);
      expect(headerRows(ok.text, 'Contact')).toEqual([]);
      expect(agent.media.sessions[0]?.streams).toMatchObject([{ codec: 'PCMA' }]);
      await acceptAndEnd(world, standing);
    }));

  test('RFC 6337 §2.3: an offer in a PRACK that we cannot take gets 488, and the early media goes on (C120)', () =>
    inWorld(async (world) => {
      const standing = await called(world);
      const { call, peer, prack, agent } = standing;
      await world.during(call.earlyMedia());
      await world.elapse(20);
      prack(peer.take('SIP/2.0 183'), {
        headers: [`RAck: ${row(peer.log.at(-1) ?? { text: '' }, 'RSeq')} 1 INVITE`],
        body: sdp({ version: 2, payloads: '96' }),
      });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 488 .*PRACK/s);
      expect(agent.media.sessions[0]?.streams).toMatchObject([{ codec: 'PCMU' }]);
      await acceptAndEnd(world, standing);
    }));

  test('RFC 3262 §3: a PRACK that our 2xx overtook gets 200 (C125)', () =>
    inWorld(async (world) => {
      const standing = await called(world, { headers: ['Require: 100rel'] });
      const { call, peer, prack, say } = standing;
      call.ring();
      await world.elapse(20);
      const ringing = peer.take('SIP/2.0 180');
      const answered = await world.during(call.accept());
      await world.elapse(20);
      const ok = peer.take(/^SIP\/2\.0 200 .*CSeq: 1 INVITE/s);
      prack(ringing);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*PRACK/s);
      prack(ringing);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 481 .*PRACK/s);
      say('ACK', ok, { cseq: 1 });
      await world.elapse(20);
      say('BYE', ok);
      await world.during(answered.ended);
    }));

  test('A caller without PRACK that offered nothing cannot be given early media', () =>
    inWorld(async (world) => {
      const standing = await called(world, { headers: [], body: '' });
      await expect(standing.call.earlyMedia()).rejects.toMatchObject({ code: 'SIP_STATE' });
      expect(() => standing.call.ring({ status: 200 })).toThrow(TypeError);
      expect(() => standing.call.ring({ status: 100 })).toThrow(TypeError);
      standing.call.reject();
      await world.elapse(20);
    }));
});
