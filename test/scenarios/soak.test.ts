// A quarter of a minute of the soak: the real system under load over lines that are spoiled, and nothing to blame it for.
import { expect, test } from 'vitest';
import { run } from '../soak/soak.ts';

test(
  'after fifteen seconds of calls, messages and faults every phone is reached again, and what is left is bounded (X23)',
  { timeout: 300_000 },
  async () => {
    const outcome = await run(15_000, 5, { pace: 300, calm: 2_000, drain: 34_000 });
    expect(outcome.failures).toEqual([]);
    expect(outcome.recovery).toBeLessThan(90_000);
    expect(outcome.left).toBeLessThanOrEqual(80);
    expect(outcome.status).toBe(0);
  },
);
