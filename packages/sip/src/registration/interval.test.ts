// When a binding is refreshed, and when a lost one is tried again.
import { expect, test } from 'vitest';
import { refreshAfter, retryWithin } from './interval.ts';
import type { Failed } from './interval.ts';

test('RFC 3261 §10.2.4: a refresh comes in time for the resends of a lost one, where the binding lasts so long', () => {
  const seconds = [0, 1, 2, 20, 60, 90, 600, 3600, 86_400, 4_294_967_295].map(
    (granted) => refreshAfter(granted) / 1000,
  );
  expect(seconds).toEqual([1, 1, 1, 10, 30, 58, 540, 3240, 77_760, 77_760]);
});

const waits = (terms: Partial<Failed>): readonly number[] =>
  [1, 2, 3, 5, 6, 7, 1_000_000].map(
    (failures) =>
      retryWithin({ failures, otherStands: false, inCall: false, way: undefined, ...terms }) / 1000,
  );

test('RFC 5626 §4.5: the wait doubles with each failure in a row up to 30 minutes, from 30 s, or 90 s while another flow stands (C045)', () => {
  expect(waits({})).toEqual([60, 120, 240, 960, 1800, 1800, 1800]);
  expect(waits({ otherStands: true })).toEqual([180, 360, 720, 1800, 1800, 1800, 1800]);
  expect(waits({ otherStands: true, way: 'broke' })).toEqual(waits({ otherStands: true }));
});

test('RFC 5626 §4.5: a way that was good is tried again within 1 s, then in doubling steps, up to 5 s in a call, and 30 s where nothing opens (C045, X09)', () => {
  expect(waits({ way: 'broke' })).toEqual([1, 2, 4, 16, 32, 64, 1800]);
  expect(waits({ way: 'never opened' })).toEqual([1, 2, 4, 16, 30, 30, 30]);
  expect(waits({ inCall: true, otherStands: true })).toEqual([1, 2, 4, 5, 5, 5, 5]);
});
