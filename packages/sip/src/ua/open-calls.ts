// The calls of a user agent that are not over: when it closes, they are ended, and waited for a while (RFC 3261 §15).
import type { Clock } from '../base/clock.ts';

/** A call in any phase. */
export interface OpenCall {
  /** Ends it as its phase wants it: a refusal, CANCEL, or BYE. */
  readonly leave: () => void;
  /** Waits for nobody any more. */
  readonly drop: () => void;
  /** True for a call that was answered. */
  readonly answered?: true;
  /** Looks for a way of its messages and its media anew, once it was answered. */
  readonly renew?: () => void;
}

/** The calls that are not over. */
export class OpenCalls {
  readonly #calls = new Set<OpenCall>();
  #emptied: (() => void) | undefined;

  get size(): number {
    return this.#calls.size;
  }

  /** True while a call is up. */
  get inCall(): boolean {
    for (const { answered } of this.#calls) if (answered === true) return true;
    return false;
  }

  /** Takes a call; returns what tells that it is over, or that another phase of it takes its place. */
  add(call: OpenCall): (next?: OpenCall) => void {
    let current: OpenCall = call;
    this.#calls.add(current);
    return (next) => {
      this.#calls.delete(current);
      if (next !== undefined) {
        current = next;
        this.#calls.add(next);
      } else if (this.#calls.size === 0) this.#emptied?.();
    };
  }

  /** Ends all calls, and waits until they are over. */
  leave(): Promise<void> {
    for (const call of [...this.#calls]) call.leave();
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#emptied = resolve;
    });
  }

  /** Has those that are up look for their ways anew. */
  renew(): void {
    for (const call of [...this.#calls]) call.renew?.();
  }

  /** Lets go of those that are left. */
  drop(): void {
    for (const call of [...this.#calls]) call.drop();
  }
}

/** Resolves when `work` is done, at the latest after `milliseconds`. */
export function within(clock: Clock, milliseconds: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const deadline = clock.after(milliseconds, resolve);
    const done = (): void => {
      deadline.cancel();
      resolve();
    };
    work.then(done, done);
  });
}
