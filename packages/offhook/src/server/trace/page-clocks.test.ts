// How far the clock of a page is from ours, and how sure that is.
import { expect, test } from 'vitest';
import { PageClocks } from './page-clocks.ts';

test('of the last requests that with the shortest way tells best', () => {
  const clocks = new PageClocks();
  expect(clocks.of('alice', { received: 10_000 })).toEqual({ shift: 0, within: undefined });
  expect(clocks.of('alice', { received: 10_000, now: 4_000 })).toEqual({
    shift: 6_000,
    within: 1_000,
  });
  expect(clocks.of('alice', { received: 11_000, now: 4_900, roundTrip: 200 })).toEqual({
    shift: 6_000,
    within: 100,
  });
  expect(clocks.of('alice', { received: 12_000, now: 5_950, roundTrip: 40 })).toEqual({
    shift: 6_030,
    within: 20,
  });
  const later = { received: 20_000, now: 13_000, roundTrip: 400 };
  expect(clocks.of('alice', later)).toEqual({ shift: 6_030, within: 20 });
  expect(clocks.of('bob', { received: 5, now: 5, roundTrip: 0 })).toEqual({ shift: 0, within: 0 });
});

test('a clock that was set is believed when enough requests say so', () => {
  const clocks = new PageClocks();
  clocks.of('alice', { received: 1_000, now: 1_000, roundTrip: 10 });
  const moved = Array.from({ length: 8 }, (_, at) =>
    clocks.of('alice', { received: 2_000 + at, now: 92_000 + at, roundTrip: 20 }),
  );
  expect(moved.at(-1)).toEqual({ shift: -90_010, within: 10 });
});
