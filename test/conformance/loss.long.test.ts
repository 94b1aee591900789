// Calls by the thousand over a network that loses, doubles and reorders packets, from one seed each (M4, X10).
import { expect, test } from 'vitest';
import { all, allRich, calls, richCalls } from './lossy-calls.ts';

/** `OFFHOOK_LONG=1` plays ten times a thousand of each; otherwise they are a thousand of the worst, and a share of the others. */
const isLong = process.env['OFFHOOK_LONG'] === '1';
const share = isLong ? 10_000 : 300;
const most = isLong ? 10_000 : 1_000;

test(
  'RFC 3261 §17: with 20 % loss both ways 1,000 of 1,000 calls are set up and cleared, once each (M4, X10)',
  { timeout: 600_000 },
  async () => {
    const outcome = await calls(most, { loss: 0.2, latency: [5, 40] }, 7);
    if (!isLong) expect(outcome).toBe(all(most));
    // X10 allows one in a thousand of ten thousand: Timer B gives some INVITEs up.
    else expect(Number(outcome.split(' ')[0])).toBeGreaterThanOrEqual(0.999 * most);
  },
);

test(
  'RFC 3261 §17: with 5 % loss every call is set up and cleared (X10)',
  { timeout: 600_000 },
  async () => {
    expect(await calls(share, { loss: 0.05, latency: [5, 40] }, 11)).toBe(all(share));
  },
);

test(
  'RFC 3261 §17: with 10 % duplicates and reordering no call is told anything twice (X10)',
  { timeout: 600_000 },
  async () => {
    const conditions = { duplicate: 0.1, reorder: 0.3, latency: [5, 40] } as const;
    expect(await calls(share, conditions, 13)).toBe(all(share));
  },
);

test('RFC 3262 §3, RFC 3311 §5: with 10 % loss both ways early media, UPDATE, INFO and re-INVITE all get there, once (X10, C124)', async () => {
  expect(await richCalls(300, { loss: 0.1, latency: [5, 40] }, 17)).toBe(allRich(300));
});

test('RFC 3262 §4: with 10 % duplicates and reordering nothing of a call is done twice (X10, C127)', async () => {
  const shaken = { duplicate: 0.1, reorder: 0.3, latency: [5, 40] } as const;
  expect(await richCalls(300, shaken, 19)).toBe(allRich(300));
});
