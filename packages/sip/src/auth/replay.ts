// The highest nonce count seen for each nonce in use, so that a request with the same credentials passes once (RFC 7616 §3.4).
import { own } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { firstUseMilliseconds, nonceMilliseconds } from './nonce.ts';

/** What becomes of a count: taken, seen before, or on a nonce that was not used in time. */
export type ReplayVerdict = 'ok' | 'replay' | 'late';

/** What a replay window needs. */
export interface ReplayWindowOptions {
  readonly clock: Clock;
  /** How many nonces in use are remembered; 100,000 unless said. */
  readonly capacity?: number | undefined;
}

interface Seen {
  count: number;
  readonly due: number;
}

/**
 * Remembers counts only of nonces that carried right credentials, so that strangers cannot fill it, and only for as long
 * as the nonce lives. When it is full the oldest nonce goes, and every nonce of that age or older counts as late.
 */
export class ReplayWindow {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #seen = new Map<string, Seen>();
  #horizon = Number.NEGATIVE_INFINITY;

  constructor({ clock, capacity = 100_000 }: ReplayWindowOptions) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** How many nonces are remembered. */
  get size(): number {
    this.#sweep();
    return this.#seen.size;
  }

  /** Takes `count` for a nonce that is `age` milliseconds old; counts of one nonce must rise strictly. */
  take(nonce: string, count: number, age: number): ReplayVerdict {
    this.#sweep();
    const due = this.#clock.now() + nonceMilliseconds - age;
    const seen = this.#seen.get(nonce);
    if (seen !== undefined) {
      if (count <= seen.count) return 'replay';
      seen.count = count;
      return 'ok';
    }
    if (age > firstUseMilliseconds || due <= this.#horizon) return 'late';
    if (count < 1) return 'replay';
    this.#seen.set(own(nonce), { count, due });
    if (this.#seen.size > this.#capacity) this.#forgetOldest();
    return 'ok';
  }

  #forgetOldest(): void {
    for (const [nonce, { due }] of this.#seen) {
      this.#horizon = Math.max(this.#horizon, due);
      this.#seen.delete(nonce);
      return;
    }
  }

  #sweep(): void {
    // First uses come at most 60 s after issue, so the order of insertion is the order of death but for that minute.
    const now = this.#clock.now();
    for (const [nonce, { due }] of this.#seen) {
      if (due > now) return;
      this.#seen.delete(nonce);
    }
  }
}
