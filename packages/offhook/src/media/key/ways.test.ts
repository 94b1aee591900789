// Keys that come twice are told once, in any order of their ways; and keys in INFO bodies of every make.
import { expect, test } from 'vitest';
import { keyOfInfo } from './info.ts';
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

test('INFO bodies', () => {
  expect(keyOfInfo('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n')).toBe('5');
  expect(keyOfInfo('Application/DTMF-Relay; charset=x', 'Duration=160\nSignal= *\n')).toBe('*');
  expect(keyOfInfo('application/dtmf-relay', 'Signal=10\r\nDuration=160')).toBe('*');
  expect(keyOfInfo('application/dtmf-relay', 'signal=#')).toBe('#');
  expect(keyOfInfo('application/dtmf-relay', 'Signal=a\r\n')).toBe('A');
  expect(keyOfInfo('application/dtmf', '7')).toBe('7');
  expect(keyOfInfo('application/dtmf', '11\r\n')).toBe('#');
  for (const [type, body] of [
    ['application/dtmf-relay', 'Signal=55'],
    ['application/dtmf-relay', 'Signal='],
    ['application/dtmf-relay', ''],
    ['application/dtmf', '77'],
    ['application/dtmf', ''],
    ['text/plain', '7'],
  ] as const)
    expect(keyOfInfo(type, body)).toBeUndefined();
});
