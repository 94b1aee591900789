// A steady beat under late timers.
import { expect, test } from 'vitest';
import { Pacer } from './pacing.ts';

test('late timers add up to no drift', () => {
  const pacer = new Pacer(20, 5);
  let now = 1000;
  let beats = 0;
  pacer.start(now);
  while (now < 61_000) {
    beats += pacer.take(now);
    now += pacer.delay(now) + 3.7;
  }
  expect(beats).toBe(3000);
});

test('a timer that fires early does nothing and waits for the rest', () => {
  const pacer = new Pacer(20, 5);
  pacer.start(0);
  expect(pacer.take(0)).toBe(1);
  expect(pacer.take(19.5)).toBe(0);
  expect(pacer.delay(19.5)).toBeCloseTo(0.5, 9);
  expect(pacer.take(20)).toBe(1);
});

test('after a stall a few beats are made up for and the others are skipped (X15)', () => {
  const pacer = new Pacer(20, 5);
  pacer.start(0);
  pacer.take(0);
  expect(pacer.take(60)).toBe(3);
  expect(pacer.skipped).toBe(0);
  expect(pacer.take(10_060)).toBe(5);
  expect(pacer.skipped).toBe(495);
  expect(pacer.take(10_080)).toBe(1);
  expect(pacer.skipped).toBe(0);
});
