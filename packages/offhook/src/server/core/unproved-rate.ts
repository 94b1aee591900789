// How many requests a source may send before it has proved who it is: a bucket for each source, none for this machine.
import type { Clock } from '@offhook/sip';
import { isLoopback, sourceOf } from './addresses.ts';

/** The size of the buckets. */
export interface UnprovedLimits {
  /** Requests that flow back into a bucket each second. */
  readonly perSecond: number;
  /** Requests that a full bucket holds. */
  readonly burst: number;
  /** Sources that are remembered; beyond it the one that was silent for longest is forgotten. */
  readonly sources: number;
}

/** 20 requests a second and 60 at once, for each of 10,000 sources. */
export const unprovedLimits: UnprovedLimits = { perSecond: 20, burst: 60, sources: 10_000 };

/** 100 a second and 300 at once: the phones of a large house behind one address, each every half minute. */
export const keepAliveLimits: Pick<UnprovedLimits, 'perSecond' | 'burst'> = {
  perSecond: 100,
  burst: 300,
};

interface Bucket {
  left: number;
  at: number;
}

/** Counts unproved requests. Whoever is over the rate is not heard, and is not banned either: a source can be forged. */
export class UnprovedRate {
  readonly #clock: Clock;
  readonly #limits: UnprovedLimits;
  /** The source that was silent for longest comes first. */
  readonly #buckets = new Map<string, Bucket>();
  #dropped = 0;

  constructor({
    clock,
    limits,
  }: {
    readonly clock: Clock;
    readonly limits?: Partial<UnprovedLimits> | undefined;
  }) {
    this.#clock = clock;
    this.#limits = { ...unprovedLimits, ...limits };
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** How many requests were not heard. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Counts one request from `host`; false when it is one too many. */
  take(host: string): boolean {
    if (isLoopback(host)) return true;
    const bucket = this.#bucket(sourceOf(host));
    if (bucket.left < 1) {
      this.#dropped += 1;
      return false;
    }
    bucket.left -= 1;
    return true;
  }

  /** The request was proved, or belongs to a call of ours: it does not count. */
  giveBack(host: string): void {
    const bucket = this.#buckets.get(sourceOf(host));
    if (bucket !== undefined) bucket.left = Math.min(this.#limits.burst, bucket.left + 1);
  }

  #bucket(source: string): Bucket {
    const { perSecond, burst, sources } = this.#limits;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(source) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) * perSecond) / 1000);
    bucket.at = now;
    this.#buckets.delete(source);
    this.#buckets.set(source, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= sources) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
