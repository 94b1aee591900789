// Services of RFC 5359 that a user agent does by itself: hold, consultation, both transfers; message by message, and drawn.
import { test } from 'vitest';
import { World } from '../conformance/world.ts';
import type { Agent } from '../conformance/world.ts';
import { expectPlayed } from './played.ts';

const hosts = { A: '192.0.2.101', B: '192.0.2.201', C: '192.0.2.202' } as const;
const uri = {
  A: `sip:alice@${hosts.A}`,
  B: `sip:bob@${hosts.B}`,
  C: `sip:carol@${hosts.C}`,
} as const;

test('RFC 5359 §2.1: bob holds the call and resumes it, alice hangs up', async () => {
  const { world, alice, bob } = await three();
  const [call, answered] = await connect(world, alice, bob, uri.B);
  await world.during(answered.hold());
  await world.elapse(4_000);
  await world.during(answered.resume());
  await world.elapse(4_000);
  await world.during(call.hangUp());
  await expectPlayed(world, {
    ...{ file: 'rfc5359/call-hold', parties: [alice, bob], hosts },
    messages: [
      ...setUp('A', 'B'),
      ...reinvite('B', 'A'),
      ...reinvite('B', 'A'),
      ...['AB BYE', 'BA 200'],
    ],
  });
});

test('RFC 5359 §2.2: bob holds alice, asks carol, and comes back', async () => {
  const { world, alice, bob, carol } = await three();
  const [call, answered] = await connect(world, alice, bob, uri.B);
  await world.during(answered.hold());
  const [asked] = await connect(world, bob, carol, uri.C);
  await world.elapse(3_000);
  await world.during(asked.hangUp());
  await world.during(answered.resume());
  await world.elapse(3_000);
  await world.during(call.hangUp());
  await expectPlayed(world, {
    ...{ file: 'rfc5359/consultation-hold', parties: [alice, bob, carol], hosts },
    messages: [
      ...setUp('A', 'B'),
      ...reinvite('B', 'A'),
      ...setUp('B', 'C'),
      ...['BC BYE', 'CB 200'],
      ...reinvite('B', 'A'),
      ...['AB BYE', 'BA 200'],
    ],
  });
});

test('RFC 5359 §2.4: alice hands bob over to carol, unasked', async () => {
  const { world, alice, bob, carol } = await three();
  const [, answered] = await connect(world, bob, alice, uri.A);
  const done = answered.transfer(uri.C);
  const incoming = await carol.nextCall();
  incoming.ring();
  await world.elapse(2_000);
  const target = await world.during(incoming.accept());
  await world.during(done);
  await world.elapse(3_000);
  await world.during(target.hangUp());
  await expectPlayed(world, {
    ...{ file: 'rfc5359/transfer-unattended', parties: [alice, bob, carol], hosts },
    messages: [
      ...setUp('B', 'A'),
      ...['AB REFER', 'BA 200', 'BA NOTIFY', 'BC INVITE', 'AB 200', 'CB 180'],
      // RFC 7647 §5 wants 200 in place of 202. We tell of the ringing too, and hang up only when the new call is answered (RFC 5589 §6.1).
      ...['BA NOTIFY', 'AB 200', 'CB 200', 'BC ACK', 'BA NOTIFY', 'AB 200', 'AB BYE', 'BA 200'],
      ...['CB BYE', 'BC 200'],
    ],
  });
});

test('RFC 5359 §2.5: bob asks carol first, and then hands alice over', async () => {
  const { world, alice, bob, carol } = await three();
  const [, answered] = await connect(world, alice, bob, uri.B);
  await world.during(answered.hold());
  const [asked] = await connect(world, bob, carol, uri.C);
  await world.during(asked.hold());
  await world.elapse(1_000);
  const done = answered.transfer(asked);
  const replacing = await carol.nextCall();
  const target = await world.during(replacing.accept());
  await world.during(done);
  await world.elapse(3_000);
  await world.during(target.hangUp());
  await expectPlayed(world, {
    ...{ file: 'rfc5359/transfer-attended', parties: [alice, bob, carol], hosts },
    messages: [
      ...setUp('A', 'B'),
      ...reinvite('B', 'A'),
      ...setUp('B', 'C'),
      ...reinvite('B', 'C'),
      ...['BA REFER', 'AB 200', 'AB NOTIFY', 'AC INVITE', 'BA 200', 'CA 200', 'CB BYE', 'AC ACK'],
      ...['AB NOTIFY', 'BC 200', 'BA 200', 'BA BYE', 'AB 200'],
      ...['CA BYE', 'AC 200'],
    ],
  });
});

async function three() {
  const world = new World();
  const alice = await world.agent('alice', hosts.A, { transfers: 'follow' });
  const bob = await world.agent('bob', hosts.B, { transfers: 'follow' });
  const carol = await world.agent('carol', hosts.C, { transfers: 'follow' });
  return { world, alice, bob, carol };
}

/** A call that rings for two seconds, is answered, and lasts for three. */
async function connect(world: World, from: Agent, to: Agent, target: string) {
  const outgoing = from.ua.call(target);
  const incoming = await to.nextCall();
  incoming.ring();
  await world.elapse(2_000);
  const answered = world.during(incoming.accept());
  const both = [await world.during(outgoing.answered), await answered] as const;
  await world.elapse(3_000);
  return both;
}

function setUp(from: string, to: string): readonly string[] {
  return [`${from}${to} INVITE`, `${to}${from} 180`, `${to}${from} 200`, `${from}${to} ACK`];
}

function reinvite(from: string, to: string): readonly string[] {
  return [`${from}${to} INVITE`, `${to}${from} 200`, `${from}${to} ACK`];
}
