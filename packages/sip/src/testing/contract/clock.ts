// What every Clock must do, ours and anyone's: a suite for any test framework with `describe` and `test`.
import type { Clock } from '../../base/clock.ts';
import { equal } from './framework.ts';
import type { TestFunctions } from './framework.ts';

/** A clock, made anew for each test. */
export interface ClockWorld {
  readonly clock: Clock;
  /** Lets so many milliseconds pass, at least, real or virtual. */
  pass(milliseconds: number): Promise<void>;
}

/** Declares the suite. `open` makes a fresh world. */
export function clockContract(
  name: string,
  open: () => ClockWorld,
  { describe, test }: TestFunctions,
): void {
  describe(`${name} keeps the contract of a clock`, () => {
    test('now never goes back, and both now and wall go on by what passed', () => goesOn(open()));
    test('A timer fires once, not before its time', () => fires(open()));
    test('Timers fire in the order of their times, and of their making', () => keepsOrder(open()));
    test('A timer that was cancelled does not fire, however often it is cancelled', () =>
      cancels(open()));
    test('A timer may set and cancel timers', () => nests(open()));
    test('Zero milliseconds are as soon as may be, and never inside the call', () =>
      isNeverNow(open()));
  });
}

async function goesOn({ clock, pass }: ClockWorld): Promise<void> {
  const [now, wall] = [clock.now(), clock.wall()];
  await pass(20);
  const [later, wallLater] = [clock.now() - now, clock.wall() - wall];
  if (later < 20) throw new Error(`now went on by ${later} ms in 20`);
  if (Math.abs(wallLater - later) > 5)
    throw new Error(`wall went on by ${wallLater} ms, now by ${later}`);
}

async function fires({ clock, pass }: ClockWorld): Promise<void> {
  const start = clock.now();
  const fired: number[] = [];
  clock.after(20, () => fired.push(clock.now() - start));
  equal(fired.length, 0, 'Firings inside the call');
  await pass(60);
  await pass(60);
  equal(fired.length, 1, 'Firings');
  // A platform may round to whole milliseconds.
  if ((fired[0] ?? 0) < 19) throw new Error(`20 ms took ${fired[0]}`);
}

async function keepsOrder({ clock, pass }: ClockWorld): Promise<void> {
  const fired: string[] = [];
  clock.after(40, () => fired.push('late'));
  clock.after(5, () => fired.push('early'));
  clock.after(5, () => fired.push('early too'));
  await pass(100);
  equal(fired.join(', '), 'early, early too, late', 'The order');
}

async function cancels({ clock, pass }: ClockWorld): Promise<void> {
  let fired = 0;
  const timer = clock.after(10, () => (fired += 1));
  timer.cancel();
  timer.cancel();
  await pass(50);
  equal(fired, 0, 'Firings');
  const done = clock.after(1, () => (fired += 1));
  await pass(50);
  done.cancel();
  equal(fired, 1, 'Firings of the second');
}

async function nests({ clock, pass }: ClockWorld): Promise<void> {
  const fired: string[] = [];
  const victim = clock.after(30, () => fired.push('victim'));
  clock.after(5, () => {
    fired.push('outer');
    victim.cancel();
    clock.after(5, () => fired.push('inner'));
  });
  await pass(100);
  equal(fired.join(', '), 'outer, inner', 'The order');
}

async function isNeverNow({ clock, pass }: ClockWorld): Promise<void> {
  let fired = 0;
  clock.after(0, () => (fired += 1));
  equal(fired, 0, 'Firings inside the call');
  await pass(20);
  equal(fired, 1, 'Firings');
}
