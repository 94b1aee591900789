// Calls that wait for a phone to be woken: held without a word to the caller until it has registered (RFC 8599 §5.2).
import type { Clock, InviteServer, Logger, Timer } from '@offhook/sip';

/** How long a call waits for a phone to register, in milliseconds. */
export const holdMilliseconds: number = 20_000;

/** How long a call waits for the other phones of a user once one has registered, in milliseconds. */
const gatherMilliseconds = 1_000;
const most = 1_000;
const mostForOne = 10;

/** A call that may be held. */
export interface Holdable {
  /** Of whom it is for. */
  readonly aor: string;
  readonly transaction: InviteServer;
  /** Wakes the phones; resolves with how many were sent for. */
  readonly wake: () => Promise<number>;
  /** Takes the call to the phones that are there now. */
  readonly deliver: () => void;
  /** Tells the caller that nobody is there. */
  readonly refuse: () => void;
}

/** What holding needs. */
export interface HeldCallsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Runs an event in the endpoint's queue. */
  readonly run: (event: () => void) => void;
}

interface Held extends Holdable {
  timer: Timer;
  /** How many phones were sent for; unknown until all push services have answered. */
  sent: number | undefined;
  /** How many have registered since. */
  came: number;
}

/** The calls that are held. */
export class HeldCalls {
  readonly #options: HeldCallsOptions;
  readonly #held = new Map<InviteServer, Held>();

  constructor(options: HeldCallsOptions) {
    this.#options = options;
  }

  /** How many are held. */
  get size(): number {
    return this.#held.size;
  }

  /** Holds a call and wakes its phones; one too many is refused at once. */
  hold(call: Holdable): void {
    const { clock, run, log } = this.#options;
    const alike = [...this.#held.values()].filter(({ aor }) => aor === call.aor);
    if (this.#held.size >= most || alike.length >= mostForOne) return call.refuse();
    const timer = clock.after(holdMilliseconds, () => run(() => this.#end(held, 'refuse')));
    const held: Held = { ...call, timer, sent: undefined, came: 0 };
    this.#held.set(call.transaction, held);
    call.wake().then(
      (sent) =>
        run(() => {
          held.sent = sent;
          if (held.came >= sent) this.#end(held, held.came === 0 ? 'refuse' : 'deliver');
        }),
      (error: unknown) => {
        log.warn('The phones of a user could not be woken', { error: String(error) });
        run(() => this.#end(held, 'refuse'));
      },
    );
  }

  /** A phone of this user has registered. */
  registered(aor: string): void {
    const { clock, run } = this.#options;
    for (const held of [...this.#held.values()]) {
      if (held.aor !== aor) continue;
      held.came += 1;
      if (held.sent !== undefined && held.came >= held.sent) this.#end(held, 'deliver');
      else {
        held.timer.cancel();
        held.timer = clock.after(gatherMilliseconds, () => run(() => this.#end(held, 'deliver')));
      }
    }
  }

  /** The caller has given up. */
  forget(transaction: InviteServer): void {
    this.#held.get(transaction)?.timer.cancel();
    this.#held.delete(transaction);
  }

  /** Refuses all that are held. */
  close(): void {
    for (const held of [...this.#held.values()]) this.#end(held, 'refuse');
  }

  // Whoever ends it first, it is ended once.
  #end(held: Held, how: 'deliver' | 'refuse'): void {
    if (!this.#held.has(held.transaction)) return;
    this.forget(held.transaction);
    held[how]();
  }
}
