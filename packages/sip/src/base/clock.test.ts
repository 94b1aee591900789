// The machine's clock, on a platform whose timers are in our hands.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    // One that is left would keep all later ones of its length from firing, in other tests of this thread too.
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test('timers of one length fire in the order of their making, each at its own time', async () => {
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} ${Math.round(systemClock.now())}`);
    const start = Math.round(systemClock.now());
    systemClock.after(500, note('a'));
    systemClock.after(100, note('b'));
    await pass(200);
    systemClock.after(500, note('c'));
    await pass(1000);
    expect(fired).toEqual([`b ${start + 100}`, `a ${start + 500}`, `c ${start + 700}`]);
  });

  test('a timer that is cancelled does not fire, wherever it stands among the others', async () => {
    const fired: number[] = [];
    const timers = [0, 1, 2, 3].map((name) => systemClock.after(50, () => fired.push(name)));
    for (const name of [0, 2]) timers[name]?.cancel();
    await pass(60);
    timers[3]?.cancel();
    expect(fired).toEqual([1, 3]);
  });

  test('the platform is asked for one timer for all of a length, and for none that is stopped at once', async () => {
    systemClock.after(300, () => undefined).cancel();
    await pass(0);
    expect(vi.getTimerCount()).toBe(0);
    const timers = Array.from({ length: 1000 }, () => systemClock.after(300, () => undefined));
    await pass(0);
    expect(vi.getTimerCount()).toBe(1);
    // Nothing that nobody waits for keeps the process alive.
    for (const timer of timers) timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('what one timer throws is nothing to those after it', async () => {
    const fired: string[] = [];
    systemClock.after(10, () => {
      throw new Error('thrown by a listener');
    });
    systemClock.after(10, () => fired.push('second'));
    await Promise.resolve();
    expect(() => vi.advanceTimersByTime(10)).toThrow('thrown by a listener');
    await pass(5);
    expect(fired).toEqual(['second']);
  });

  test('a timer may start others of its length, and those have the whole length before them', async () => {
    let rounds = 0;
    const again = (): void => {
      rounds += 1;
      if (rounds < 11) systemClock.after(100, again);
    };
    again();
    for (let round = 0; round < 10; round += 1) {
      expect(rounds).toBe(round + 1);
      await pass(100);
    }
    expect(rounds).toBe(11);
  });

  test('a timer longer than a platform can take fires at its time', async () => {
    const days = 30 * 86_400_000;
    let isFired = false;
    systemClock.after(days, () => (isFired = true));
    await Promise.resolve();
    vi.advanceTimersByTime(days - 1000);
    expect(isFired).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(isFired).toBe(true);
  });
});

// Timers are asked of the platform at the end of the event that started them.
async function pass(milliseconds: number): Promise<void> {
  await Promise.resolve();
  vi.advanceTimersByTime(milliseconds);
  await Promise.resolve();
}
