// Asks STUN servers from one socket: requests are repeated until they are answered, and answers are known by their transaction (RFC 8489 §6.2.1).
import type { Clock, Timer } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { bindingRequest, readBinding } from './binding.ts';
import type { BindingAnswer, BindingChange, MappedAddress } from './binding.ts';

/** What an asker needs. */
export interface StunAskerOptions {
  /** Sends from the one socket; what is lost is repeated. */
  readonly send: (bytes: Uint8Array, to: MappedAddress) => void;
  readonly clock: Clock;
  readonly random: Random;
}

interface Waiting {
  readonly told: (answer: BindingAnswer | undefined) => void;
  timer: Timer;
}

/** RTO (RFC 8489 §6.2.1). */
const firstWait = 500;
/** Three instead of seven: a person waits, and the silence of a NAT is an answer here. */
const mostSends = 3;

/** One socket that asks. */
export class StunAsker {
  readonly #options: StunAskerOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: StunAskerOptions) {
    this.#options = options;
  }

  /** Asks `server` once; undefined when it does not answer within three and a half seconds. */
  ask(server: MappedAddress, change?: BindingChange): Promise<BindingAnswer | undefined> {
    const { clock, random, send } = this.#options;
    const transaction = random.bytes(12);
    const bytes = bindingRequest(transaction, change);
    const key = transaction.join();
    return new Promise((resolve) => {
      const again = (sent: number): Timer => {
        send(bytes, server);
        return clock.after(firstWait * 2 ** (sent - 1), () => {
          const waiting = this.#waiting.get(key);
          if (waiting === undefined) return;
          if (sent < mostSends) waiting.timer = again(sent + 1);
          else this.#take(key)?.told(undefined);
        });
      };
      this.#waiting.set(key, { told: resolve, timer: again(1) });
    });
  }

  /** A datagram arrived at the socket, from wherever. */
  received(bytes: Uint8Array): void {
    const answer = readBinding(bytes);
    if (answer !== undefined) this.#take(answer.transaction.join())?.told(answer);
  }

  #take(key: string): Waiting | undefined {
    const waiting = this.#waiting.get(key);
    waiting?.timer.cancel();
    this.#waiting.delete(key);
    return waiting;
  }
}
