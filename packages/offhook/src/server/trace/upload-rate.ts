// How much the pages of one user may tell: a bucket of octets for each.
import type { Clock } from '@offhook/sip';

/** Octets that a full bucket holds, those that flow back each second, and what a report counts besides its length. */
const burst = 2_000_000;
const perSecond = 50_000;
const each = 4_000;
const users = 10_000;

/** Counts what users upload. */
export class UploadRate {
  readonly #clock: Clock;
  /** The user who was silent for longest comes first. */
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a report of so many octets; false when it is too much. */
  take(user: string, octets: number): boolean {
    const now = this.#clock.now();
    const { left, at } = this.#buckets.get(user) ?? { left: burst, at: now };
    const filled = Math.min(burst, left + ((now - at) * perSecond) / 1000);
    const isTaken = filled >= octets + each;
    this.#buckets.delete(user);
    this.#buckets.set(user, { left: isTaken ? filled - octets - each : filled, at: now });
    for (const idlest of this.#buckets.keys()) {
      if (this.#buckets.size <= users) break;
      this.#buckets.delete(idlest);
    }
    return isTaken;
  }
}
