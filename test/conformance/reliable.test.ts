// Provisional responses that must arrive, and their PRACKs, from both sides (RFC 3262).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type { IncomingCall } from '../../packages/sip/src/ua/incoming-call.ts';
import { bodyOf, fromCaller, request, row, sdp, sdpLine } from './texts.ts';
import type { RequestText } from './texts.ts';
import { firstLine, giveUp, inWorld } from './world.ts';
import type { Agent, AgentOptions, World } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const described = ['Contact: <sip:peer@10.0.0.9>', 'Content-Type: application/sdp'];
const reliably = (number: number): string[] => ['Require: 100rel', `RSeq: ${number}`];

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

describe('Provisional responses of a callee', () => {
  test('RFC 3262 §4: each is acknowledged once and in its order; repeats and gaps are left alone (C127)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      const heard: number[] = [];
      void (async () => {
        for await (const { status } of outgoing.progress) heard.push(status);
      })();
      await world.elapse(20);
      const invite = peer.take('INVITE');
      expect(headerRows(invite.text, 'Supported')[0]).toContain('100rel');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      const contact = 'Contact: <sip:peer@10.0.0.9;line=2>';
      for (const [status, number] of [
        [180, 700],
        [180, 700],
        [183, 702],
        [182, 701],
        [182, 701],
        [183, 702],
      ] as const) {
        peer.respond(invite, status, { headers: [contact, ...reliably(number)] });
        await world.elapse(20);
      }
      const pracks = peer.log.filter(({ text }) => text.startsWith('PRACK'));
      expect(pracks.map((prack) => row(prack, 'RAck'))).toEqual(
        [700, 701, 702].map((number) => `${number} ${row(invite, 'CSeq')}`),
      );
      expect(pracks.map(({ text }) => firstLine(text))).toEqual(
        Array.from({ length: 3 }, () => 'PRACK sip:peer@10.0.0.9;line=2 SIP/2.0'),
      );
      expect(headerRows(pracks[0]?.text ?? '', 'Contact')).toEqual([]);
      expect(heard).toEqual([180, 182, 183]);
      peer.respond(invite, 486);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
    }));

  test('RFC 3262 §5: an answer in a reliable response is the answer; the 2xx needs none (C127, C132)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      peer.respond(invite, 183, {
        headers: [...described, ...reliably(1)],
        body: sdp({ payloads: '8' }),
      });
      await world.elapse(20);
      peer.respond(invite, 200, { headers: ['Contact: <sip:peer@10.0.0.9>'] });
      const call = await world.during(outgoing.answered);
      expect(call.streams).toMatchObject([{ codec: 'PCMA' }]);
      await world.elapse(20);
      peer.take('ACK');
      await world.during(call.hangUp());
    }));

  test('RFC 3262 §5: an offer in a reliable response is answered in the PRACK, and the ACK is empty (C128)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9', { offerless: true });
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, {
        headers: [...described, ...reliably(9)],
        body: sdp({ payloads: '8' }),
      });
      await world.elapse(20);
      const prack = peer.take('PRACK');
      expect(sdpLine(prack, 'm=')).toMatch(/^m=audio \d+ RTP\/AVP 8$/);
      peer.respond(prack, 200);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      peer.respond(invite, 200, { headers: ['Contact: <sip:peer@10.0.0.9>'] });
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      expect(bodyOf(peer.take('ACK'))).toBe('');
      expect(call.streams).toMatchObject([{ codec: 'PCMA' }]);
      await world.during(call.hangUp());
    }));

  test('RFC 3261 §13.2.2.4: an offer there that we cannot take is refused in the PRACK, and the call given up (C128, C133)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9', { offerless: true });
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, {
        headers: [...described, ...reliably(9)],
        body: sdp({ payloads: '96' }),
      });
      await world.elapse(20);
      const prack = peer.take('PRACK');
      expect(sdpLine(prack, 'm=')).toMatch(/^m=audio 0 /);
      peer.respond(prack, 200);
      peer.respond(peer.take('CANCEL'), 200);
      peer.respond(invite, 487);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({
        code: 'SIP_NO_COMMON_CODEC',
      });
    }));

  test('RFC 3262 §4: it is acknowledged also while the call is given up (C127)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180);
      outgoing.cancel();
      await world.elapse(20);
      peer.respond(peer.take('CANCEL'), 200);
      peer.respond(invite, 183, { headers: reliably(3) });
      await world.elapse(20);
      peer.respond(peer.take('PRACK'), 200);
      peer.respond(invite, 487);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({
        code: 'SIP_CANCELLED',
      });
    }));

  test('RFC 3262 §4: each fork counts for itself, and the one that spoke last is heard (C108, C127)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const session = alice.media.sessions[0];
      const ring = async (toTag: string, number: number, payloads: string): Promise<void> => {
        const headers = [...described, ...reliably(number)];
        peer.respond(invite, 183, { toTag, headers, body: sdp({ payloads }) });
        await world.elapse(20);
      };
      await ring('one', 50, '8');
      expect(session?.streams).toMatchObject([{ codec: 'PCMA' }]);
      await ring('two', 1, '0');
      expect(session?.streams).toMatchObject([{ codec: 'PCMU' }]);
      expect(
        peer.log
          .filter(({ text }) => text.startsWith('PRACK'))
          .map((prack) => [row(prack, 'To'), row(prack, 'RAck')]),
      ).toEqual([
        ['<sip:peer@10.0.0.9>;tag=one', `50 ${row(invite, 'CSeq')}`],
        ['<sip:peer@10.0.0.9>;tag=two', `1 ${row(invite, 'CSeq')}`],
      ]);
      // The first fork answers: its own description stands, though the other was heard last.
      peer.respond(invite, 200, { toTag: 'one', headers: ['Contact: <sip:peer@10.0.0.9>'] });
      const call = await world.during(outgoing.answered);
      expect(call.streams).toMatchObject([{ codec: 'PCMA' }]);
      await world.during(call.hangUp());
    }));
});

test('RFC 3262: two of our agents, one of which gives early media, talk before and after the answer (C126, C127)', () =>
  inWorld(async (world) => {
    const alice = await world.agent('alice', ours.host);
    const bob = await world.agent('bob', '10.0.0.2');
    for (const offerless of [false, true]) {
      const outgoing = alice.ua.call('sip:bob@10.0.0.2', { offerless });
      const incoming = await bob.nextCall();
      const media = await world.during(incoming.earlyMedia());
      await world.elapse(50);
      expect(media.streams).toMatchObject([{ codec: 'PCMU' }]);
      expect(alice.media.sessions.at(-1)?.streams).toMatchObject([{ codec: 'PCMU' }]);
      const answered = incoming.accept();
      const call = await world.during(outgoing.answered);
      expect(call.streams).toMatchObject([{ codec: 'PCMU' }]);
      await world.during(answered);
      await world.during(call.hangUp());
    }
  }));
