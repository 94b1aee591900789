// How fast the story grows: a bucket that lines fill and time empties.

/** Lines a second that a person can follow, and how many seconds of them may come at once. */
const limits = { rate: 40, seconds: 5 } as const;

/** Fills by lines and empties at `rate` a second. Times in milliseconds on one clock. */
export class Pace {
  readonly #rate: number;
  #level = 0;
  #at = 0;

  constructor(rate: number = limits.rate) {
    this.#rate = rate;
  }

  /** Notes `lines` more. */
  add(lines: number, at: number): void {
    this.#drain(at);
    this.#level += lines;
  }

  /** True when it was more than the rate for some seconds. */
  isOver(at: number): boolean {
    this.#drain(at);
    return this.#level > this.#rate * limits.seconds;
  }

  /** True when it is far below again. */
  isLow(at: number): boolean {
    this.#drain(at);
    return this.#level < this.#rate;
  }

  #drain(at: number): void {
    if (at <= this.#at) return;
    this.#level = Math.max(0, this.#level - ((at - this.#at) / 1000) * this.#rate);
    this.#at = at;
  }
}
