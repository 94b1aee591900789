// When a binding is refreshed, and when a lost one is tried again.
import { expect, test } from 'vitest';
import { refreshAfter, retryWithin } from './interval.ts';

test('RFC 3261 §10.2.4: a refresh comes in time for the resends of a lost one, where the binding lasts so long', () => {
  const seconds = [0, 1, 2, 20, 60, 90, 600, 3600, 86_400, 4_294_967_295].map(
    (granted) => refreshAfter(granted) / 1000,
  );
  expect(seconds).toEqual([1, 1, 1, 10, 30, 58, 540, 3240, 77_760, 77_760]);
});

test('RFC 5626 §4.5: the wait doubles with each failure in a row up to 30 minutes, from 30 s, or 90 s while another flow stands (C045)', () => {
  const waits = (otherStands: boolean): readonly number[] =>
    [0, 1, 2, 3, 5, 6, 1_000_000].map((failures) => retryWithin(failures, otherStands) / 1000);
  expect(waits(false)).toEqual([30, 60, 120, 240, 960, 1800, 1800]);
  expect(waits(true)).toEqual([90, 180, 360, 720, 1800, 1800, 1800]);
});
