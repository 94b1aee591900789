// Ten thousand calls on the virtual network, after which everything is as before the first (M4, X23).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { SilentMedia, seededRandom } from '@offhook/sip/testing';
import { World } from '../conformance/world.ts';
import type { AgentOptions } from '../conformance/world.ts';

const batches = 10;
const callsInBatch = 1_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test(
  'after 10,000 calls no transaction, dialog or timer is left, and the heap is as after the first thousand (C076)',
  { timeout: 180_000 },
  async () => {
    const world = new World({ keepPackets: false, latency: [5, 40] }, 3);
    const alice = await world.agent('alice', '10.0.0.1', quiet(21));
    const bob = await world.agent('bob', '10.0.0.2', quiet(22));
    void answerAll(bob.ua);
    const heap: number[] = [];
    let answered = 0;
    for (let batch = 0; batch < batches; batch += 1) {
      const calling = Array.from({ length: callsInBatch }, async () => {
        const call = await alice.ua.call('sip:bob@10.0.0.2').answered;
        answered += 1;
        await call.hangUp();
      });
      await world.during(Promise.all(calling), 100_000);
      // 64*T1 and T4 after the last of them.
      await world.elapse(40_000);
      expect([alice.ua.load, bob.ua.load]).toEqual([
        { transactions: 0, dialogs: 0 },
        { transactions: 0, dialogs: 0 },
      ]);
      expect(world.clock.pending).toBe(0);
      collect();
      heap.push(process.memoryUsage().heapUsed);
    }
    expect(answered).toBe(batches * callsInBatch);
    const [first = 0] = heap;
    expect((heap.at(-1) ?? 0) / first, `heap after each thousand: ${heap.join(', ')}`).toBeLessThan(
      1.05,
    );
    await world.end();
  },
);

/** No tap, and media that nobody keeps a list of. */
function quiet(seed: number): AgentOptions {
  const random = seededRandom(seed);
  const silent = new SilentMedia({ random });
  return {
    tap: undefined,
    silent: {},
    media: Object.assign(silent, { open: () => new SilentMedia({ random }).open() }),
  };
}

async function answerAll(ua: {
  readonly incoming: AsyncIterable<{ accept(): Promise<unknown> }>;
}): Promise<void> {
  for await (const call of ua.incoming) void call.accept();
}
