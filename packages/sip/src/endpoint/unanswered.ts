// The guard of requests that the core leaves without an answer: their transactions must not live for ever (RFC 4320 §4.2).
import type { Clock, Timer } from '../base/clock.ts';
import { createResponse } from '../message/respond.ts';
import type { NonInviteServer } from '../transaction/non-invite-server.ts';

/** The non-INVITE requests that the core has not answered yet, with the timer of each. */
export class Unanswered {
  readonly #clock: Clock;
  readonly #run: (event: () => void) => void;
  readonly #milliseconds: number;
  readonly #timers = new Map<object, Timer>();

  /** `milliseconds`: how long the core has, 64*T1; after that the client waits no more. */
  constructor(options: {
    readonly clock: Clock;
    readonly run: (event: () => void) => void;
    readonly milliseconds: number;
  }) {
    this.#clock = options.clock;
    this.#run = options.run;
    this.#milliseconds = options.milliseconds;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** Watches a transaction that the core took and has not answered. */
  watch(transaction: NonInviteServer): void {
    const fire = (): void => {
      this.#timers.delete(transaction);
      const { request, localTag } = transaction;
      // RFC 4320 §4.2: 408 is never sent, but it lets the transaction end.
      if (request !== undefined)
        transaction.respond(createResponse(request, 408, { toTag: localTag }));
    };
    this.#timers.set(
      transaction,
      this.#clock.after(this.#milliseconds, () => this.#run(fire)),
    );
  }

  /** A transaction is over. */
  forget(transaction: object): void {
    this.#timers.get(transaction)?.cancel();
    this.#timers.delete(transaction);
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
