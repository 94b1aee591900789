// Bodies that cannot be taken, in every message of a call that may bring one: a clear answer, and the running call unharmed.
import { describe, expect, test } from 'vitest';
import { parseSdp } from '../../packages/sip/src/sdp/parse.ts';
import { NoMediaLeft } from '../../packages/sip/src/sdp/negotiator.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type { IncomingCall } from '../../packages/sip/src/ua/incoming-call.ts';
import { brokenDescriptions } from './broken-sdp.ts';
import { answerWith, incomingCall, peerHangsUp } from './calls.ts';
import { fromCaller, request, row, sdp } from './texts.ts';
import { codeOf, inWorld } from './world.ts';
import type { World } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const refusals = ['400', '415', '488'];

test('there are sixty of them and more (A10)', () => {
  expect(brokenDescriptions.length).toBeGreaterThanOrEqual(60);
});

describe.each(brokenDescriptions)('%s', (_, body) => {
  const isReadable = parseSdp(body).ok;

  test(`RFC 3261 §13.3.1.3: in an INVITE gets 488 or 400, ${isReadable ? 'when it is answered' : 'and nobody is called'} (A10)`, () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { uri: 'sip:alice@10.0.0.1', body }), ours);
      if (!isReadable) {
        expect(refusals).toContain(await statusOf(world, peer));
        return;
      }
      const failed = (await alice.nextCall()).accept().catch(codeOf);
      expect(refusals).toContain(await statusOf(world, peer));
      expect(await world.during(failed)).toBe('SIP_NO_COMMON_CODEC');
    }));

  test('RFC 3261 §14.2: in a re-INVITE leaves the call as it was (A10)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { peer, call, say } = standing;
      const before = JSON.stringify(call.streams);
      say('INVITE', { body });
      expect(refusals).toContain(await statusOf(world, peer));
      say('ACK');
      await world.elapse(20);
      expect(JSON.stringify(call.streams)).toBe(before);
      say('INVITE', { body: sdp({ version: 2 }) });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      say('ACK');
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §13.2.2.4: as the answer in a 200 gets ACK and BYE (A10)', () =>
    inWorld(async (world) => {
      const { ua } = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      answerWith(peer, peer.take('INVITE'), body);
      const failed = outgoing.answered.catch(codeOf);
      await world.elapse(20);
      peer.take('ACK');
      peer.respond(peer.take('BYE'), 200);
      expect(await world.during(failed)).toBe('SIP_NO_COMMON_CODEC');
    }));

  test('RFC 3261 §13.3.1.4: as the answer in an ACK ends the call (A10)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { uri: 'sip:alice@10.0.0.1' }), ours);
      const accepting = (await alice.nextCall()).accept();
      const accepted = accepting.catch(codeOf);
      await world.elapse(20);
      const answered = peer.take('SIP/2.0 200');
      peer.send(fromCaller(peer.address, answered, { method: 'ACK', body }), ours);
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(accepted);
    }));
});

describe.each(brokenDescriptions)('%s', (_, body) => {
  test('RFC 3311 §5.2: in an UPDATE leaves the call as it was (A10)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { peer, call, say } = standing;
      const before = JSON.stringify(call.streams);
      say('UPDATE', { body });
      expect(refusals).toContain(await statusOf(world, peer));
      expect(JSON.stringify(call.streams)).toBe(before);
      say('UPDATE', { body: sdp({ version: 2 }) });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      await peerHangsUp(world, standing);
    }));

  test('RFC 3262 §5: as an offer in a PRACK leaves the early media as it was (A10)', () =>
    inWorld(async (world) => {
      const { incoming, peer, prack } = await previewed(world, sdp());
      const media = await world.during(incoming.earlyMedia());
      await world.elapse(20);
      const before = JSON.stringify(media.streams);
      prack(body);
      expect(refusals).toContain(await statusOf(world, peer));
      expect(JSON.stringify(media.streams)).toBe(before);
      incoming.reject();
      await world.elapse(20);
    }));

  test('RFC 3262 §5: as the answer in a PRACK refuses the call (A10)', () =>
    inWorld(async (world) => {
      const { incoming, peer, prack } = await previewed(world, '');
      await world.during(incoming.earlyMedia());
      await world.elapse(20);
      prack(body);
      const status = await statusOf(world, peer);
      expect(refusals).toContain(status);
      // Where the PRACK itself could not be read, its response is still unacknowledged.
      if (peer.log.some(({ text }) => /^SIP\/2\.0 200 .*PRACK/s.test(text))) {
        expect(await world.during(incoming.ended)).toMatchObject({ cause: 'media' });
      } else incoming.reject();
      await world.elapse(20);
    }));

  test('RFC 3262 §4: as the answer in a reliable 183 is acknowledged, and the call hung up when it is answered (A10)', () =>
    inWorld(async (world) => {
      const { ua } = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = ua.call('sip:peer@10.0.0.9');
      const failed = outgoing.answered.catch(codeOf);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      const contact = 'Contact: <sip:peer@10.0.0.9>';
      peer.respond(invite, 183, {
        headers: [contact, 'Require: 100rel', 'RSeq: 1', 'Content-Type: application/sdp'],
        body,
      });
      await world.elapse(20);
      peer.respond(peer.take('PRACK'), 200);
      peer.respond(invite, 200, { headers: [contact] });
      await world.elapse(20);
      peer.take('ACK');
      peer.respond(peer.take('BYE'), 200);
      expect(await world.during(failed)).toBe('SIP_NO_COMMON_CODEC');
    }));
});

test('RFC 3261 §21.5.4: a call for which no media port is left gets 503 with Retry-After, and one of ours is not made (A50)', () =>
  inWorld(async (world) => {
    let left = true;
    const think = (): Promise<void> =>
      left ? Promise.resolve() : Promise.reject(new NoMediaLeft('All media ports are in use'));
    const { agent, peer, say, call } = await incomingCall(world, { silent: { think } });
    left = false;
    peer.send(request(peer.address, { uri: 'sip:alice@10.0.0.1', callId: 'b', body: sdp() }), ours);
    const failed = (await agent.nextCall()).accept().catch(codeOf);
    await world.elapse(50);
    const refused = peer.take(/^SIP\/2\.0 503/);
    expect(refused.text).toMatch(/\r\nRetry-After: \d+\r\n/);
    await world.during(failed);
    const outgoing = agent.ua.call('sip:peer@10.0.0.9').answered.catch(codeOf);
    expect(await world.during(outgoing)).toBe('SIP_LIMIT');
    left = true;
    say('INVITE', { body: sdp({ version: 2 }) });
    await world.elapse(20);
    peer.take('SIP/2.0 200');
    say('ACK');
    say('BYE');
    await world.during(call.ended);
  }));

const brokenMultiparts: readonly (readonly [string, string, string])[] = [
  ['no boundary parameter', 'multipart/mixed', `--b\n\nx\n--b--\n`],
  ['an empty boundary', 'multipart/mixed;boundary=""', `----\n\nx\n------\n`],
  [
    'a boundary of 71 characters',
    `multipart/mixed;boundary=${'b'.repeat(71)}`,
    `--${'b'.repeat(71)}\n\nx\n--${'b'.repeat(71)}--\n`,
  ],
  ['no part', 'multipart/mixed;boundary=b', `--b--\n`],
  ['no boundary line at all', 'multipart/mixed;boundary=b', sdp()],
  [
    'no closing boundary',
    'multipart/mixed;boundary=b',
    `--b\nContent-Type: application/sdp\n\n${sdp()}\n`,
  ],
  ['a thousand parts', 'multipart/mixed;boundary=b', `${'--b\n\nx\n'.repeat(1000)}--b--\n`],
  [
    'a thousand levels',
    'multipart/mixed;boundary=b',
    `${'--b\nContent-Type: multipart/mixed;boundary=b\n\n'.repeat(1000)}--b--\n`,
  ],
  ['no SDP in it', 'multipart/mixed;boundary=b', `--b\nContent-Type: text/plain\n\nx\n--b--\n`],
];

describe.each(brokenMultiparts)('a multipart body with %s', (_, type, body) => {
  test('RFC 5621 §4.2: in an INVITE gets 400 or 415 (A09) (C028)', () =>
    inWorld(async (world) => {
      await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { uri: 'sip:alice@10.0.0.1', type, body }), ours);
      expect(['400', '415']).toContain(await statusOf(world, peer));
    }));

  test('RFC 5621 §4.2: in a re-INVITE leaves the call as it was (A09) (C028)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const before = JSON.stringify(standing.call.streams);
      standing.say('INVITE', { type, body });
      expect(['400', '415']).toContain(await statusOf(world, standing.peer));
      standing.say('ACK');
      await world.elapse(20);
      expect(JSON.stringify(standing.call.streams)).toBe(before);
      await peerHangsUp(world, standing);
    }));
});

describe('RFC 5621 §4.2: SDP is found (C028)', () => {
  const part = `Content-Type: application/sdp\n\n${sdp()}`;
  test.each([
    ['in multipart/mixed', 'multipart/mixed;boundary=b', `--b\n\nhello\n--b\n${part}\n--b--\n`],
    [
      'in multipart/alternative',
      'multipart/alternative;boundary="b c"',
      `preamble\n--b c\n${part}\n--b c--\nepilogue\n`,
    ],
    [
      'in multipart within multipart',
      'multipart/mixed;boundary=o',
      `--o\nContent-Type: multipart/alternative;boundary=i\n\n--i\n\nhello\n--i\n${part}\n--i--\n--o--\n`,
    ],
  ])('%s, in an INVITE and in the 200', (_, type, body) =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      standing.say('INVITE', { type, body });
      await world.elapse(20);
      standing.peer.take('SIP/2.0 200');
      standing.say('ACK');
      await world.elapse(20);
      expect(standing.call.streams[0]).toMatchObject({ codec: 'PCMU' });
      await peerHangsUp(world, standing);

      const carol = await world.agent('carol', '10.0.0.3');
      const peer = await world.peer('10.0.0.8');
      const outgoing = carol.ua.call('sip:peer@10.0.0.8');
      await world.elapse(20);
      const headers = ['Contact: <sip:peer@10.0.0.8>', `Content-Type: ${type}`];
      peer.respond(peer.take('INVITE'), 200, { headers, body, toTag: 'peer' });
      const call = await world.during(outgoing.answered);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMU' });
      const over = call.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(over);
    }),
  );
});

/** The peer calls, and can acknowledge what comes before the answer; `prack` does so with a body. */
async function previewed(
  world: World,
  offer: string,
): Promise<{
  readonly incoming: IncomingCall<SilentSession>;
  readonly peer: Awaited<ReturnType<World['peer']>>;
  prack(body: string): void;
}> {
  const alice = await world.agent('alice', ours.host);
  const peer = await world.peer('10.0.0.9');
  peer.send(
    request(peer.address, {
      uri: 'sip:alice@10.0.0.1',
      headers: ['Supported: 100rel'],
      body: offer,
    }),
    ours,
  );
  return {
    incoming: await alice.nextCall(),
    peer,
    prack: (body) => {
      const early = peer.take('SIP/2.0 183');
      const headers = [`RAck: ${row(early, 'RSeq')} 1 INVITE`];
      peer.send(fromCaller(peer.address, early, { method: 'PRACK', cseq: 2, headers, body }), ours);
    },
  };
}

/** The status of the next final answer that a peer gets. */
async function statusOf(world: World, peer: Awaited<ReturnType<World['peer']>>): Promise<string> {
  await world.elapse(50);
  return peer.take(/^SIP\/2\.0 [4-6]/).text.slice(8, 11);
}
