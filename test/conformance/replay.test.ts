// Replay tells the truth: what dialogs and sessions of our own calls recorded is found again from their messages alone.
import { expect, test } from 'vitest';
import type { Observation } from '../../packages/sip/src/base/tap.ts';
import { TraceBook } from '../../packages/sip/src/trace/document/book.ts';
import type { Divergence } from '../../packages/sip/src/trace/explain/explanation.ts';
import { asCaptured, expectLives } from './replayed.ts';
import { World } from './world.ts';
import type { Agent, AgentOptions } from './world.ts';

/** What both agents of a call do, and how the network is meanwhile. */
interface Scenario {
  readonly name: string;
  readonly act: (world: World, alice: Agent, bob: Agent) => Promise<void>;
  readonly options?: AgentOptions;
  readonly loss?: number;
}

async function answered(world: World, alice: Agent, bob: Agent, after = 500) {
  const outgoing = alice.ua.call('sip:bob@192.0.2.2');
  const incoming = await bob.nextCall();
  incoming.ring();
  await world.elapse(after);
  const atBob = await world.during(incoming.accept());
  const call = await world.during(outgoing.answered);
  await world.elapse(1000);
  return { call, atBob };
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a call that the callee ends',
    act: async (world, alice, bob) => {
      const { atBob } = await answered(world, alice, bob);
      await world.during(atBob.hangUp());
    },
  },
  {
    name: 'hold, resume, and the end by the caller',
    act: async (world, alice, bob) => {
      const { call } = await answered(world, alice, bob);
      await world.during(call.hold());
      await world.elapse(2000);
      await world.during(call.resume());
      await world.elapse(2000);
      await world.during(call.hangUp());
    },
  },
  {
    name: 'both hold at once, and one tries again',
    act: async (world, alice, bob) => {
      const { call, atBob } = await answered(world, alice, bob);
      await world.during(Promise.all([call.hold(), atBob.hold()]));
      await world.elapse(5000);
      await world.during(call.hangUp());
    },
  },
  {
    name: 'a refusal',
    act: async (world, alice, bob) => {
      const outgoing = alice.ua.call('sip:bob@192.0.2.2');
      const refused = outgoing.answered.catch(() => undefined);
      const incoming = await bob.nextCall();
      incoming.ring();
      await world.elapse(700);
      incoming.reject(486);
      await world.during(refused);
    },
  },
  {
    name: 'a call that is given up',
    act: async (world, alice, bob) => {
      const outgoing = alice.ua.call('sip:bob@192.0.2.2');
      const refused = outgoing.answered.catch(() => undefined);
      (await bob.nextCall()).ring();
      await world.elapse(700);
      outgoing.cancel();
      await world.during(refused);
    },
  },
  {
    name: 'early media with PRACK',
    act: async (world, alice, bob) => {
      const outgoing = alice.ua.call('sip:bob@192.0.2.2');
      const incoming = await bob.nextCall();
      await world.during(incoming.earlyMedia());
      await world.elapse(1000);
      await world.during(incoming.accept());
      const call = await world.during(outgoing.answered);
      await world.elapse(1000);
      await world.during(call.hangUp());
    },
  },
  {
    name: 'a session that is refreshed',
    options: { sessionTimer: { seconds: 90 } },
    act: async (world, alice, bob) => {
      const { call } = await answered(world, alice, bob);
      await world.elapse(200_000);
      await world.during(call.hangUp());
    },
  },
];

for (const { name, act, options = {} } of scenarios) {
  test(`${name}: recorded and replayed agree at both ends, and nobody diverges`, async () => {
    const world = new World();
    const foreign = { ...options, product: 'Another' };
    const alice = await world.agent('alice', '192.0.2.1', foreign);
    const bob = await world.agent('bob', '192.0.2.2', foreign);
    await act(world, alice, bob);
    await world.elapse(1000);
    for (const { observed } of [alice, bob]) {
      expect(expectLives(observed)).toBeGreaterThan(1);
      expect(divergencesIn(observed)).toEqual([]);
    }
    await world.end();
  });
}

/** What our stack would have done otherwise than a stack that is ours under another name. */
function divergencesIn(observed: readonly Observation[]): readonly Divergence[] {
  const book = new TraceBook();
  for (const one of asCaptured(observed)) book.observe(one);
  return book.calls.flatMap(({ id }) => book.explanation(id)?.divergences ?? []);
}
