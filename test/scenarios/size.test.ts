// What a page loads of the library stays within its budget.
import { expect, test } from 'vitest';
import { measureSizes } from '../../bench/size.ts';

/** In bytes, minified and with gzip; the goal is 30 kB, and docs/performance.md tells what is missing. */
const budget = 95_000;

test('A page that registers and calls loads no more than 95 kB of ours', async () => {
  const [ours] = await measureSizes();
  expect(ours?.compressed).toBeLessThan(budget);
});
