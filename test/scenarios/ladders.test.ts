// Whole calls of the real stack on the virtual network, drawn as ladders in the manner of RFC 3665 and read by eye when they change.
import { expect, test } from 'vitest';
import { SipError } from '../../packages/sip/src/message/errors.ts';
import { keyPressInfo } from '../../packages/sip/src/session/dtmf-relay.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { ladder } from '../../packages/sip/src/trace/explain/ladder.ts';
import { World } from '../conformance/world.ts';
import type { Agent } from '../conformance/world.ts';
import { withoutChance } from './golden.ts';

const aliceHost = '192.0.2.1';
const bobHost = '192.0.2.2';
const bobUri = `sip:bob@${bobHost}`;

test('RFC 3665 §3.1: a call that is answered, and hung up by the caller', async () => {
  const world = new World();
  const [alice, bob] = await aliceAndBob(world);
  const [call] = await connect(world, alice, bob);
  await world.elapse(5000);
  await world.during(call.hangUp());
  await expectLadder('basic-call', [alice, bob]);
  await world.end();
});

test('RFC 3264 §8.4: a call that is held by the caller, resumed, and hung up by the callee', async () => {
  const world = new World();
  const [alice, bob] = await aliceAndBob(world);
  const [call, answered] = await connect(world, alice, bob);
  await world.elapse(3000);
  await world.during(call.hold());
  await world.elapse(4000);
  await world.during(call.resume());
  await world.elapse(2000);
  await world.during(answered.hangUp());
  await expectLadder('hold-and-resume', [alice, bob]);
  await world.end();
});

test('RFC 3262 §3: early media with its PRACK, held by UPDATE before a refresh, a key by INFO', async () => {
  const world = new World({
    // The first 183 is lost.
    judge: ({ text, at }) => (text.startsWith('SIP/2.0 183') && at < 100 ? 'lose' : undefined),
  });
  const sessionTimer = { seconds: 90 };
  const alice = await world.agent('alice', aliceHost, { sessionTimer });
  const bob = await world.agent('bob', bobHost, { sessionTimer });
  const outgoing = alice.ua.call(bobUri);
  const incoming = await bob.nextCall();
  incoming.ring();
  await world.during(incoming.earlyMedia());
  await world.elapse(2000);
  const answering = incoming.accept();
  const call = await world.during(outgoing.answered);
  await world.during(answering);
  await world.during(call.hold('UPDATE'));
  await world.during(call.inform(keyPressInfo('5')));
  await world.elapse(46_000);
  await world.during(call.hangUp());
  await expectLadder('early-media', [alice, bob]);
  await world.end();
});

test('RFC 3665 §3.8: a call that the caller gives up while it rings', async () => {
  const world = new World();
  const [alice, bob] = await aliceAndBob(world);
  const outgoing = alice.ua.call(bobUri);
  const incoming = await bob.nextCall();
  incoming.ring();
  await world.elapse(5000);
  outgoing.cancel();
  await expect(world.during(outgoing.answered)).rejects.toThrow(SipError);
  await world.elapse(100);
  await expectLadder('cancelled-call', [alice, bob]);
  await world.end();
});

test('RFC 3261 §17.1.1.2: a call over a network that loses 40 % of all datagrams', async () => {
  const world = new World({ loss: 0.4 }, 11);
  const [alice, bob] = await aliceAndBob(world);
  const [call] = await connect(world, alice, bob);
  await world.elapse(5000);
  await world.during(call.hangUp());
  await world.elapse(32_000);
  await expectLadder('lossy-call', [alice, bob]);
  world.network.change({ loss: 0 });
  await world.end();
});

test('RFC 3261 §13.2.2.4: a call that forks and is answered twice: the second answer is acknowledged and hung up', async () => {
  const world = new World();
  const alice = await world.agent('alice', aliceHost);
  const proxy = await world.peer(bobHost);
  proxy.when('ACK', () => undefined);
  proxy.when('BYE', (bye) => proxy.respond(bye, 200, { reason: 'OK' }));
  const outgoing = alice.ua.call(bobUri);
  const invite = await world.during(proxy.expect('INVITE'));
  answer(proxy, invite, 180, 'desk');
  await world.elapse(60);
  answer(proxy, invite, 180, 'mobile');
  await world.elapse(2000);
  answer(proxy, invite, 200, 'mobile');
  const call = await world.during(outgoing.answered);
  await world.elapse(40);
  answer(proxy, invite, 200, 'desk');
  await world.elapse(5000);
  await world.during(call.hangUp());
  await expectLadder('forked-call', [alice]);
  await world.end();
});

test('RFC 3264 §4: a call whose offer comes with the 200 and whose answer comes with the ACK', async () => {
  const world = new World();
  const [alice, bob] = await aliceAndBob(world);
  const [call] = await connect(world, alice, bob, true);
  await world.elapse(5000);
  await world.during(call.hangUp());
  await expectLadder('offerless-call', [alice, bob]);
  await world.end();
});

test('RFC 3665 §3.10: a call to nobody: INVITE is repeated until Timer B gives it up', async () => {
  const world = new World({ icmp: false });
  const alice = await world.agent('alice', aliceHost);
  const outgoing = alice.ua.call(bobUri);
  await expect(world.during(outgoing.answered)).rejects.toThrow(SipError);
  await expectLadder('no-answer', [alice]);
  await world.end();
});

async function aliceAndBob(world: World): Promise<readonly [Agent, Agent]> {
  return [await world.agent('alice', aliceHost), await world.agent('bob', bobHost)];
}

/** Alice calls, bob lets it ring for two seconds and answers. */
async function connect(world: World, alice: Agent, bob: Agent, offerless = false) {
  const outgoing = alice.ua.call(bobUri, { offerless });
  const incoming = await bob.nextCall();
  incoming.ring();
  await world.elapse(2000);
  const answered = world.during(incoming.accept());
  return [await world.during(outgoing.answered), await answered] as const;
}

function answer(proxy: ScriptedPeer, invite: Arrived, status: 180 | 200, tag: string): void {
  const ok = status === 200;
  proxy.respond(invite, status, {
    reason: ok ? 'OK' : 'Ringing',
    toTag: tag,
    headers: [`Contact: <sip:${tag}@${bobHost}>`, ...(ok ? ['Content-Type: application/sdp'] : [])],
    body: ok
      ? `v=0\r\no=${tag} 1 1 IN IP4 ${bobHost}\r\ns=-\r\nc=IN IP4 ${bobHost}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n`
      : '',
  });
}

/** The ladder of all that was observed, against its file. */
async function expectLadder(name: string, agents: readonly Agent[]): Promise<void> {
  const text = ladder(agents.flatMap(({ observed }) => observed));
  const file = new URL(`golden/${name}.txt`, import.meta.url).pathname;
  await expect(withoutChance(text)).toMatchFileSnapshot(file);
}
