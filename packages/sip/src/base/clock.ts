// Time as a port: everything that waits or reads a clock is given one, so that a test can run 32 seconds in a millisecond.
import { waitingFor } from './timer-queue.ts';

/** A running timer; cancelling one that has fired or was cancelled does nothing. */
export interface Timer {
  cancel(): void;
}

/** The only source of time in the library, in milliseconds. */
export interface Clock {
  /** Milliseconds on a clock that never jumps; its zero means nothing. */
  now(): number;
  /** Milliseconds since 1970, for what people read. */
  wall(): number;
  /** Calls `fire` once, `milliseconds` from now. */
  after(milliseconds: number, fire: () => void): Timer;
}

// What `now` is short of the date; finer than Date.now(), and followed when somebody sets the date.
let sinceStart = performance.timeOrigin;
const dateWasSet = 500;

/** The machine's own time. Timers run on the monotonic clock, so setting the date moves none of them. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => {
    const now = performance.now();
    const date = Date.now();
    if (Math.abs(date - sinceStart - now) > dateWasSet) sinceStart = date - now;
    return sinceStart + now;
  },
  after: (milliseconds, fire) => waitingFor(Math.max(1, Math.trunc(milliseconds))).add(fire),
};
