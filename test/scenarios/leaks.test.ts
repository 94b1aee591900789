// A share of the long run: after thousands of calls, messages and OPTIONS everything is as after the first tenth of them.
import { expect, test } from 'vitest';
import { longRun } from './long-run.ts';

/** All of it is `npm run soak -- --virtual`. */
const share = { batches: 10, callsInBatch: 300, othersInBatch: 1_500 };

test(
  'after 3,000 calls and 40,000 transactions every table is empty, and the heap as after the first tenth (C076, A49, X23)',
  { timeout: 180_000 },
  async () => {
    const { batches, ends } = await longRun(share);
    for (const { left } of batches)
      expect(left).toEqual({ transactions: 0, dialogs: 0, contexts: 0, faults: 0, errors: 0, timers: 0 }); // prettier-ignore
    const [first, last] = [batches[0], batches.at(-1)];
    expect(last?.calls).toBe(3_000);
    expect(last?.transactions).toBeGreaterThan(40_000);
    expect(ends['bye']).toBeGreaterThan(2_000);
    const heap = batches.map(({ heapUsed }) => heapUsed);
    expect((last?.heapUsed ?? 0) / (first?.heapUsed ?? 1), heap.join(', ')).toBeLessThan(1.05);
  },
);
