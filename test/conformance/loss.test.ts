// Calls over a network that loses, doubles and reorders packets: a share of those in loss.long.test.ts, from one seed each (M4, X10).
import { expect, test } from 'vitest';
import { all, allRich, calls, richCalls } from './lossy-calls.ts';

const shaken = { duplicate: 0.1, reorder: 0.3, latency: [5, 40] } as const;

test('RFC 3261 §17: with 5 % loss a hundred calls are set up and cleared (X10)', async () => {
  expect(await calls(100, { loss: 0.05, latency: [5, 40] }, 11)).toBe(all(100));
});

test('RFC 3261 §17: with 10 % duplicates and reordering no call of a hundred is told anything twice (X10)', async () => {
  expect(await calls(100, shaken, 13)).toBe(all(100));
});

test('RFC 3262 §3, RFC 3311 §5: with 10 % loss both ways all that fifty calls can have gets there, once (X10, C124)', async () => {
  expect(await richCalls(50, { loss: 0.1, latency: [5, 40] }, 17)).toBe(allRich(50));
});

test('RFC 3262 §4: with 10 % duplicates and reordering nothing of fifty calls is done twice (X10, C127)', async () => {
  expect(await richCalls(50, shaken, 19)).toBe(allRich(50));
});
