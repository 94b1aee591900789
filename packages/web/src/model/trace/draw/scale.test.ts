// The time axis: what is shortened, and that places and times are each other's inverse.
import { expect, test } from 'vitest';
import { timeScale, timeTicks } from './scale.ts';

const call = [0, 1, 82, 3_120, 3_122, 24_000, 24_090, 60_000, 60_001];

test('the long pauses of a call are shortened, and what happened between them is seen', () => {
  const scale = timeScale(call, 0, 60_001);
  expect(scale.breaks.map(({ from }) => from)).toEqual([82, 3_122, 24_090]);
  expect(scale.place(82) - scale.place(0)).toBeGreaterThan(0.15);
  expect(scale.place(24_090) - scale.place(24_000)).toBeGreaterThan(0.15);
});

test('retransmissions that double are drawn as they were', () => {
  const sent = [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500, 32_000];
  const scale = timeScale(sent, 0, 32_000);
  expect(scale.breaks).toEqual([]);
  expect(scale.place(16_000)).toBeCloseTo(0.5);
});

test('the talk after retransmissions is shortened, the retransmissions are not', () => {
  const scale = timeScale([0, 500, 1_500, 1_580, 3_000, 3_001, 23_000, 23_001], 0, 23_001);
  expect(scale.breaks).toEqual([{ from: 3_001, to: 23_000 }]);
});

test('places and times are each other’s inverse, and places grow with time', () => {
  const scale = timeScale(call, 0, 61_000);
  let last = -1;
  for (let time = 0; time <= 61_000; time += 250) {
    const place = scale.place(time);
    expect(scale.time(place)).toBeCloseTo(time, 3);
    expect(place).toBeGreaterThan(last);
    last = place;
  }
  expect(scale.place(61_000)).toBeCloseTo(1);
});

test('a call of one message, or of none, has an axis', () => {
  for (const moments of [[], [5]]) {
    const scale = timeScale(moments, 5, 5);
    expect(scale.place(5)).toBe(0);
    expect(scale.breaks).toEqual([]);
    expect(timeTicks(scale, 5, 0.1).length).toBeGreaterThan(0);
  }
});

test('ticks stand at round times, apart from each other and outside of shortened pauses', () => {
  const scale = timeScale(call, 0, 60_001);
  const ticks = timeTicks(scale, 0, 0.08);
  expect(ticks[0]?.since).toBe(0);
  expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
  for (const [at, tick] of ticks.entries()) {
    expect(tick.since % 10).toBe(0);
    const next = ticks[at + 1];
    if (next !== undefined)
      expect(scale.place(next.at) - scale.place(tick.at)).toBeGreaterThanOrEqual(0.08);
  }
  expect(ticks.some(({ since }) => since > 100 && since < 3_000)).toBe(false);
});
