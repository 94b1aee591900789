// A share of the long run: after thousands of calls, messages and OPTIONS everything is as it was when all code had run once.
import { expect, test } from 'vitest';
import { longRun } from './long-run.ts';

/** All of it is `npm run soak -- --virtual`. In the first two batches the code itself is compiled, which stays in the heap. */
const share = { batches: 12, callsInBatch: 300, othersInBatch: 1_500 };

test(
  'after 3,600 calls and 48,000 transactions every table is empty, and the heap as when all code had run (C076, A49, X23)',
  { timeout: 180_000 },
  async () => {
    const { batches, ends } = await longRun(share);
    for (const { left } of batches)
      expect(left).toEqual({ transactions: 0, dialogs: 0, contexts: 0, faults: 0, errors: 0, timers: 0 }); // prettier-ignore
    const [first, last] = [batches[1], batches.at(-1)];
    expect(last?.calls).toBe(3_600);
    expect(last?.transactions).toBeGreaterThan(48_000);
    expect(ends['bye']).toBeGreaterThan(2_000);
    const heap = batches.map(({ heapUsed }) => heapUsed);
    expect((last?.heapUsed ?? 0) / (first?.heapUsed ?? 1), heap.join(', ')).toBeLessThan(1.05);
  },
);
