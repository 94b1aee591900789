// Targets that are better left alone for a while: those that asked for it, and those that did not answer (RFC 3261 §21.5.4, RFC 4321 §1.3).
import type { Clock } from '../base/clock.ts';
import { formatAddress } from '../transport/address.ts';
import type { Target } from '../transport/port.ts';

/** How long a target that was silent or unreachable comes after the others, in milliseconds. */
const suspectedFor = 60_000;

/** RFC 3261 §20.33: the longest Retry-After that is believed, in seconds, so that one answer cannot shut a server out for days. */
const longestRest = 3600;

/** More targets than these at once are not remembered; the oldest makes room. */
const most = 1000;

interface Avoided {
  readonly until: number;
  /** `resting`: said 503 with Retry-After and gets nothing new. `suspect`: failed, and is tried last. */
  readonly kind: 'resting' | 'suspect';
}

/** The targets of one endpoint that failed lately. */
export class AvoidedTargets {
  readonly #clock: Clock;
  readonly #targets = new Map<string, Avoided>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are remembered, those included whose time is over and that were not asked for since. */
  get size(): number {
    return this.#targets.size;
  }

  /** RFC 3261 §21.5.4: the target answered 503 and wants to be left alone for so many seconds. */
  rest(target: Target, seconds: number): void {
    this.#remember(target, 'resting', Math.min(seconds, longestRest) * 1000);
  }

  /** The target was silent, or could not be reached. */
  suspect(target: Target): void {
    if (this.#kind(target) !== 'resting') this.#remember(target, 'suspect', suspectedFor);
  }

  /** The target answered after all. */
  trust(target: Target): void {
    if (this.#targets.size > 0 && this.#kind(target) === 'suspect')
      this.#targets.delete(key(target));
  }

  /** The targets in the order in which they are worth trying; `all` keeps even those that rest, at the end. */
  order<T extends Target>(targets: readonly T[], all: boolean): readonly T[] {
    if (this.#targets.size === 0) return targets;
    const kinds = targets.map((target) => this.#kind(target));
    const of = (kind: Avoided['kind'] | undefined): readonly T[] =>
      targets.filter((_target, index) => kinds[index] === kind);
    return [...of(undefined), ...of('suspect'), ...(all ? of('resting') : [])];
  }

  #kind(target: Target): Avoided['kind'] | undefined {
    const name = key(target);
    const found = this.#targets.get(name);
    if (found === undefined || found.until > this.#clock.now()) return found?.kind;
    this.#targets.delete(name);
    return undefined;
  }

  #remember(target: Target, kind: Avoided['kind'], milliseconds: number): void {
    const name = key(target);
    this.#targets.delete(name);
    const [oldest] = this.#targets.keys();
    if (oldest !== undefined && this.#targets.size >= most) this.#targets.delete(oldest);
    this.#targets.set(name, { kind, until: this.#clock.now() + milliseconds });
  }
}

function key(target: Target): string {
  return `${target.protocol} ${formatAddress(target)}`;
}
