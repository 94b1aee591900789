// Stored messages on their way to a phone that is back: one after another, in the order of their coming.
import type { Clock, Logger, Random } from '@offhook/sip';
import { parseMessage } from '@offhook/sip/message';
import type { Request, Response } from '@offhook/sip/message';
import type { KeptMessage, MessageStore } from './store.ts';
import { arrivalOf } from './upstream.ts';
import type { Upstream } from './upstream.ts';

/** What deliveries need. */
export interface DeliveriesOptions {
  readonly store: MessageStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly run: (event: () => void) => void;
  readonly forward: (request: Request, upstream: Upstream, aor: string) => boolean;
  /** What became of a message, before it is taken out of the store. */
  readonly tell: (message: Request, outcome: 'delivered' | 'refused' | 'expired') => void;
}

/** Brings messages to whoever they wait for. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  /** Addresses-of-record whose messages are going out; true when they are to be looked through again. */
  readonly #running = new Map<string, boolean>();
  /** Messages that phones still may answer on their first way. */
  readonly #held = new Set<number>();
  /** Messages that are done with but that the database could not let go yet. */
  readonly #gone = new Set<number>();
  #closed = false;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** True while messages of `aor` are going out. */
  isRunning(aor: string): boolean {
    return this.#running.has(aor);
  }

  /** Keeps a message from going out, until `release`. */
  hold(id: number): void {
    this.#held.add(id);
  }

  release(id: number): void {
    this.#held.delete(id);
  }

  /** Sends what waits for `aor`, as long as somebody takes it. */
  start(aor: string): void {
    if (this.#closed) return;
    if (this.#running.has(aor)) this.#running.set(aor, true);
    else void this.#run(aor);
  }

  /** Takes a message out; what the database does not let go now goes at the next delivery. */
  async remove(message: Pick<KeptMessage, 'aor' | 'id'>): Promise<void> {
    const { store, log } = this.#options;
    this.#gone.add(message.id);
    try {
      await store.remove(message);
      this.#gone.delete(message.id);
    } catch (error) {
      log.warn('A delivered message stays in the database for now', { error: String(error) });
    }
  }

  /** Tells the senders of messages whose time is over, and takes these out. */
  async dropExpired(): Promise<void> {
    const { store, clock, log } = this.#options;
    try {
      for (const message of await store.expired(clock.wall())) {
        if (!this.#held.has(message.id)) await this.#finish(message, 'expired');
      }
    } catch (error) {
      log.warn('Expired messages stay in the database for now', { error: String(error) });
    }
  }

  /** Begins nothing more. */
  close(): void {
    this.#closed = true;
  }

  async #run(aor: string): Promise<void> {
    const { log } = this.#options;
    try {
      do {
        this.#running.set(aor, false);
        await this.#sendAll(aor);
      } while (this.#running.get(aor) === true && !this.#closed);
    } catch (error) {
      log.warn('Stored messages cannot be delivered now', { aor, error: String(error) });
    } finally {
      this.#running.delete(aor);
    }
  }

  async #sendAll(aor: string): Promise<void> {
    const { store, clock } = this.#options;
    for (const message of await store.of(aor)) {
      if (this.#closed) return;
      if (this.#held.has(message.id)) continue;
      if (this.#gone.has(message.id)) {
        await this.remove(message);
        continue;
      }
      if (message.due <= clock.wall()) {
        await this.#finish(message, 'expired');
        continue;
      }
      const arrival = await this.#send(message);
      // Nobody there after all: this one and those behind it wait for the next registration.
      if (arrival === 'away') return;
      await this.#finish(message, arrival);
    }
  }

  #send(message: KeptMessage): Promise<'delivered' | 'refused' | 'away'> {
    const { random, run, forward } = this.#options;
    const request = requestOf(message);
    if (request === undefined) return Promise.resolve('refused');
    return new Promise((resolve) => {
      const localTag = random.token();
      const respond = (response: Response): void => {
        const { status } = response;
        // A phone that takes no messages at all is nobody to bring one to: it waits for another.
        if (status === 405 || status === 501) resolve('away');
        else if (status >= 200) resolve(arrivalOf(response, localTag));
      };
      run(() => {
        const upstream = { kind: 'non-invite-server', localTag, finished: false, respond } as const;
        if (!forward(request, { ...upstream, user: undefined }, message.aor)) resolve('away');
      });
    });
  }

  async #finish(message: KeptMessage, outcome: 'delivered' | 'refused' | 'expired'): Promise<void> {
    const request = requestOf(message);
    if (request !== undefined) this.#options.tell(request, outcome);
    await this.remove(message);
  }
}

function requestOf({ bytes }: KeptMessage): Request | undefined {
  const parsed = parseMessage(bytes);
  return parsed.ok && parsed.value.kind === 'request' ? parsed.value : undefined;
}
