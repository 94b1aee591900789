// The arithmetic of a steady beat: each beat is due at an absolute time, so that late timers add up to no drift.

/** Tells how many beats are due, and when the next one is. All times are milliseconds of one monotonic clock. */
export class Pacer {
  readonly #period: number;
  readonly #most: number;
  #start = 0;
  #beats = 0;
  #skipped = 0;

  /** One beat each `period` milliseconds; after a stall at most `most` are made up for, the others are skipped. */
  constructor(period: number, most: number) {
    this.#period = period;
    this.#most = most;
  }

  /** The first beat is due at `now`. */
  start(now: number): void {
    this.#start = now;
    this.#beats = 0;
    this.#skipped = 0;
  }

  /** The number of beats to perform at `now`. */
  take(now: number): number {
    const due = Math.floor((now - this.#start) / this.#period) + 1 - this.#beats;
    if (due <= 0) {
      this.#skipped = 0;
      return 0;
    }
    this.#beats += due;
    this.#skipped = Math.max(0, due - this.#most);
    return due - this.#skipped;
  }

  /** Beats that the last `take` gave up; they come before those that it returned. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Milliseconds from `now` to the next beat, 0 when it is due. */
  delay(now: number): number {
    return Math.max(0, this.#start + this.#beats * this.#period - now);
  }
}
