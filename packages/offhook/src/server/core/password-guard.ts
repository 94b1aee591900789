// Wrong passwords, counted for each pair of user and source, so that guessing is slow and harms nobody else.
import type { Clock } from '@offhook/sip';
import { sourceOf } from './addresses.ts';

/** When guessing is slowed down and when it is stopped; times in milliseconds. */
export interface PasswordLimits {
  /** Wrong passwords count for so long. */
  readonly window: number;
  /** From this many on each answer is held back for `delay`. */
  readonly slow: number;
  readonly delay: number;
  /** This many block the pair for `blocked`. */
  readonly stop: number;
  readonly blocked: number;
  /** Pairs that are remembered; beyond it the oldest is forgotten. */
  readonly pairs: number;
}

/** 5 in five minutes make each answer take two seconds, 20 block the pair for ten minutes. */
export const passwordLimits: PasswordLimits = {
  window: 300_000,
  slow: 5,
  delay: 2_000,
  stop: 20,
  blocked: 600_000,
  pairs: 10_000,
};

interface Tally {
  /** When each wrong password of the window came, on the clock's `now()`. */
  wrong: readonly number[];
  blockedUntil: number;
}

/**
 * Remembers wrong passwords. It is to be told only of those that answered a challenge given to that very source, so that
 * a forged address never blocks its owner. A right password ends the count of its pair.
 */
export class PasswordGuard {
  readonly #clock: Clock;
  readonly #limits: PasswordLimits;
  readonly #tallies = new Map<string, Tally>();

  constructor({
    clock,
    limits,
  }: {
    readonly clock: Clock;
    readonly limits?: Partial<PasswordLimits> | undefined;
  }) {
    this.#clock = clock;
    this.#limits = { ...passwordLimits, ...limits };
  }

  /** How many pairs are remembered. */
  get size(): number {
    return this.#tallies.size;
  }

  /** Seconds for which this pair stays blocked, at least 1; undefined when it is not. */
  blockedSeconds(user: string, host: string): number | undefined {
    if (this.#tallies.size === 0) return undefined;
    const left = (this.#tallies.get(pairOf(user, host))?.blockedUntil ?? 0) - this.#clock.now();
    return left > 0 ? Math.ceil(left / 1000) : undefined;
  }

  /** Counts a wrong password; returns for how many milliseconds its answer is to be held back. */
  wrong(user: string, host: string): number {
    const { window, slow, delay, stop, blocked, pairs } = this.#limits;
    const now = this.#clock.now();
    const pair = pairOf(user, host);
    const before = this.#tallies.get(pair)?.wrong ?? [];
    const wrong = [...before.filter((at) => now - at < window), now];
    const isOver = wrong.length >= stop;
    this.#tallies.delete(pair);
    this.#tallies.set(pair, {
      wrong: isOver ? [] : wrong,
      blockedUntil: isOver ? now + blocked : 0,
    });
    for (const oldest of this.#tallies.keys()) {
      if (this.#tallies.size <= pairs) break;
      this.#tallies.delete(oldest);
    }
    return wrong.length >= slow ? delay : 0;
  }

  /** The password was right. */
  right(user: string, host: string): void {
    if (this.#tallies.size > 0) this.#tallies.delete(pairOf(user, host));
  }
}

// No user has a longer name; a copy, since a slice of a message would keep the whole message in memory.
function pairOf(user: string, host: string): string {
  return `${Buffer.from(user.slice(0, 65), 'utf8').toString('utf8')}\n${sourceOf(host)}`;
}
