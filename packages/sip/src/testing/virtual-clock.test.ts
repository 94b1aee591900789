// The virtual clock, the seeded generator and the leak assertion.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertNoLeaks, leaks } from './leaks.ts';
import { seededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('VirtualClock', () => {
  test('Timers fire in the order of their time, then of their making, each at its own time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (waits) => {
        const clock = new VirtualClock();
        const fired: { index: number; at: number }[] = [];
        for (const [index, wait] of waits.entries())
          clock.after(wait, () => fired.push({ index, at: clock.now() }));
        clock.advance(50);
        const expected = waits
          .map((at, index) => ({ index, at }))
          .toSorted((a, b) => a.at - b.at || a.index - b.index);
        expect(fired).toEqual(expected);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  test('A timer set by a timer fires within the same advance when it is due', () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.now());
      if (fired.length < 5) clock.after(500, again);
    };
    clock.after(500, again);
    clock.advance(1_999);
    expect(fired).toEqual([500, 1000, 1500]);
    expect(clock.now()).toBe(1_999);
    expect(clock.runUntilIdle()).toBe(501);
    expect(fired).toEqual([500, 1000, 1500, 2000, 2500]);
  });

  test('A cancelled timer never fires, and cancelling twice or late does nothing', () => {
    const clock = new VirtualClock();
    let fired = 0;
    const timers = Array.from({ length: 1000 }, (_, index) =>
      clock.after(index, () => (fired += 1)),
    );
    for (const timer of timers.slice(10)) timer.cancel();
    for (const timer of timers.slice(500)) timer.cancel();
    expect(clock.pending).toBe(10);
    clock.runUntilIdle();
    for (const timer of timers) timer.cancel();
    expect(fired).toBe(10);
    expect(clock.pending).toBe(0);
  });

  test('runUntilIdle says when a timer runs for ever', () => {
    const clock = new VirtualClock();
    const tick = (): void => void clock.after(1000, tick);
    tick();
    expect(() => clock.runUntilIdle(10_000)).toThrow('1 timers still run after 10000 ms');
  });

  test('elapse lets promises settle between timers', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.after(
      10,
      () => void Promise.resolve().then(() => seen.push(`promise at ${clock.now()}`)),
    );
    clock.after(20, () => seen.push('timer at 20'));
    await clock.elapse(30);
    expect(seen).toEqual(['promise at 10', 'timer at 20']);
  });

  test('The wall clock starts where it is told and goes on with the other', () => {
    const clock = new VirtualClock({ wall: 1_000_000 });
    clock.advance(250);
    expect([clock.now(), clock.wall()]).toEqual([250, 1_000_250]);
  });
});

describe('seededRandom', () => {
  test('One seed gives one course, two seeds two', () => {
    const tokens = (seed: number): string[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => random.token());
    };
    expect(tokens(1)).toEqual(tokens(1));
    expect(new Set([...tokens(1), ...tokens(2), ...tokens(3)]).size).toBe(60);
  });

  test('Fractions are spread evenly from 0 to 1', () => {
    const random = seededRandom(42);
    const buckets = Array<number>(10).fill(0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const bucket = Math.floor(random.fraction() * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    expect(buckets.every((count) => count > 880 && count < 1120)).toBe(true);
  });
});

test('Leaks are named with their number', () => {
  const watched = {
    table: new Map([['a', 1]]),
    clock: { pending: 0 },
    udp: { connections: 2 },
    counted: () => 3,
  };
  expect(leaks(watched)).toEqual(['table: 1', 'udp: 2', 'counted: 3']);
  expect(() => assertNoLeaks(watched)).toThrow('Left behind: table: 1, udp: 2, counted: 3');
  expect(() => assertNoLeaks({ table: new Set() })).not.toThrow();
});
