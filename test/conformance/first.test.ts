// tmp
import { expect, test } from 'vitest';
import { inWorld } from './world.ts';

test('two agents call', () =>
  inWorld(async (world) => {
    const alice = await world.agent('alice', '10.0.0.1');
    const bob = await world.agent('bob', '10.0.0.2');
    const out = alice.ua.call('sip:bob@10.0.0.2');
    const inc = await bob.nextCall();
    inc.ring();
    await world.elapse(100);
    const theirs = await world.during(inc.accept());
    const call = await world.during(out.answered);
    await world.elapse(1000);
    console.log(call.streams, theirs.streams);
    await world.during(call.hold());
    console.log(theirs.streams);
    await world.during(call.resume());
    await world.during(theirs.hold());
    console.log(await world.during(call.hangUp()), await world.during(theirs.ended));
    console.log(world.sentBy('10.0.0.1'), world.sentBy('10.0.0.2'));
    expect(1).toBe(1);
  }));
