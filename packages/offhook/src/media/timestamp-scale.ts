// The timestamps of a stream told by another clock: Opus counts 48000 a second, a telephone 8000 (RFC 7587 §4.1, RFC 3551 §4.5).
import { timestampDistance } from '@offhook/sip/rtp';

/** Follows the timestamps of one source, whose clock may change with the codec, and tells them by a clock of its own. */
export class TimestampScale {
  readonly #clockRate: number;
  readonly #first: number | undefined;
  #last = 0;
  #told: number | undefined;

  /** Tells in units of `clockRate` a second; the first one becomes `first`, or stays itself unless said. */
  constructor(clockRate: number, first?: number) {
    this.#clockRate = clockRate;
    this.#first = first;
  }

  /** `timestamp`, which counts `clockRate` a second. */
  take(timestamp: number, clockRate: number): number {
    if (this.#told === undefined) this.#told = this.#first ?? timestamp;
    else {
      const ahead = timestampDistance(this.#last, timestamp);
      // Kept with its fraction, so that nothing is lost when a packet is no whole number of units.
      this.#told = (this.#told + (ahead * this.#clockRate) / clockRate + 2 ** 32) % 2 ** 32;
    }
    this.#last = timestamp;
    return Math.round(this.#told) >>> 0;
  }

  /** Begins anew with another source. */
  reset(): void {
    this.#told = undefined;
  }
}
