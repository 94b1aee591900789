// How much new work is taken: less as soon as there is more than can be done in time (RFC 3261 §21.5.4).
import type { Clock, Timer } from '@offhook/sip';
import type { Request } from '@offhook/sip/message';

/** What tells how much there is to do. */
export interface OverloadOptions {
  readonly clock: Clock;
  /** The share of the time since it was last asked in which this process had something to do, from 0 to 1. */
  readonly utilization: () => number;
  /** How many transactions wait for a final response now. */
  readonly unfinished: () => number;
  /** From how many of them on no new work is taken; 80 000 unless said. */
  readonly mostUnfinished?: number | undefined;
}

/** How often the share is looked at, in milliseconds. */
const step = 50;
/** Above this share what comes in waits in the socket. */
const saturated = 0.97;
/** Below this share there is room for more. */
const comfortable = 0.9;
/** A burst of so many milliseconds is worked off; only after that is anything refused, while T1 is not over yet. */
const patience = 250;
const least = 0.05;
const slower = 0.85;
const faster = 0.02;

/**
 * Refuses a growing share of new requests as long as there is no idle time left, and a smaller one when there is. What is
 * going on already, in dialogs and by CANCEL, is never refused: to end calls makes room.
 */
export class Overload {
  readonly #options: OverloadOptions;
  #timer: Timer | undefined;
  /** The share of new requests that is taken. */
  #taken = 1;
  #busyFor = 0;
  /** How much of the next request is taken already; each whole one is a request. */
  #credit = 0;

  constructor(options: OverloadOptions) {
    this.#options = options;
  }

  /** The share of new requests that is taken, from 0.05 to 1. */
  get taken(): number {
    return this.#taken;
  }

  /** Looks every 50 milliseconds from now on. */
  start(): void {
    const again = (): void => {
      this.look();
      this.#timer = this.#options.clock.after(step, again);
    };
    this.#options.utilization();
    this.#timer = this.#options.clock.after(step, again);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Takes in how busy the last 50 milliseconds were. */
  look(): void {
    const share = this.#options.utilization();
    if (share >= saturated) this.#busyFor += step;
    else this.#busyFor = 0;
    const isLate = share >= saturated && (this.#taken < 1 || this.#busyFor >= patience);
    if (isLate) this.#taken = Math.max(least, this.#taken * slower);
    else if (share < comfortable) this.#taken = Math.min(1, this.#taken + faster);
  }

  /** True for a new request that is to be refused. */
  refuses(request: Request): boolean {
    const { unfinished, mostUnfinished = 80_000 } = this.#options;
    const isFull = unfinished() >= mostUnfinished;
    if ((this.#taken === 1 && !isFull) || !isNewWork(request)) return false;
    if (isFull) return true;
    this.#credit += this.#taken;
    if (this.#credit < 1) return true;
    this.#credit -= 1;
    return false;
  }
}

function isNewWork({ method, toTag }: Request): boolean {
  return toTag === undefined && method !== 'CANCEL' && method !== 'ACK';
}
