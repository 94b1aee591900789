// Keys that come twice are told once, in any order of their ways.
import { expect, test } from 'vitest';
import { KeyWays } from './ways.ts';
import type { KeyWay } from './ways.ts';

function told(...presses: readonly (readonly [string, KeyWay, number])[]): string {
  const ways = new KeyWays();
  return presses.map(([key, way, at]) => (ways.take(key, way, at) ? key : '')).join('');
}

test('the same key by two ways is told once, whichever is first', () => {
  expect(told(['1', 'event', 0], ['1', 'info', 50], ['1', 'sound', 90])).toBe('1');
  expect(told(['1', 'sound', 0], ['1', 'info', 50], ['1', 'event', 90])).toBe('1');
  expect(told(['1', 'info', 0], ['2', 'info', 100], ['1', 'event', 150], ['2', 'event', 250])).toBe(
    '12',
  );
  expect(
    told(
      ...([0, 400, 800, 1200] as const).flatMap((at) => [
        ['5', 'info', at] as const,
        ['5', 'event', at + 60] as const,
      ]),
    ),
  ).toBe('5555');
});

test('each way alone tells all its keys, the same one again too', () => {
  for (const way of ['sound', 'info', 'event'] as const)
    expect(told(['1', way, 0], ['1', way, 200], ['2', way, 400])).toBe('112');
});

test('a less sure way is not listened to any more, also long after', () => {
  expect(told(['1', 'event', 0], ['2', 'sound', 60_000], ['3', 'event', 61_000])).toBe('13');
});

test('another peer may have other ways', () => {
  const ways = new KeyWays();
  expect(ways.take('1', 'event', 0)).toBe(true);
  ways.reset();
  expect(ways.take('1', 'sound', 10)).toBe(true);
});
