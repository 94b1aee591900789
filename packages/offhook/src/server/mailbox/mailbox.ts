// The mailbox: messages for users who are away wait in the database, and go out in order when a phone registers (RFC 3428 §7).
import type { Clock, Logger, Random, Timer } from '@offhook/sip';
import { appendHeader, createResponse } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { Deliveries } from './deliveries.ts';
import { Fate } from './fate.ts';
import { endOf } from './lifetime.ts';
import { mailboxLimits } from './limits.ts';
import type { MailboxLimits } from './limits.ts';
import { NotKept } from './not-kept.ts';
import { noticeOf } from './notice.ts';
import type { Told } from './notice.ts';
import type { MessageStore } from './store.ts';
import type { Upstream } from './upstream.ts';

/** What the mailbox needs. */
export interface MailboxOptions {
  readonly store: MessageStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly limits?: Partial<MailboxLimits> | undefined;
  /** Runs something as an event of the endpoint. */
  readonly run: (event: () => void) => void;
  /** Sends a message to the phones of a user as a new one would be sent; false when there are none. */
  readonly forward: (request: Request, upstream: Upstream, aor: string) => boolean;
  /** The canonical address-of-record that a request is for, when it is a user of ours. */
  readonly aorOf: (request: Request) => string | undefined;
  /** A date as messages write it. */
  readonly dateOf: (wall: number) => string;
}

/** Who sends a message: a server transaction. */
export type Sender = Pick<Upstream, 'localTag' | 'finished' | 'respond'>;

/** Keeps messages and brings them. */
export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #limits: MailboxLimits;
  readonly #deliveries: Deliveries;
  /** Of each address-of-record the messages whose fate is open. */
  readonly #open = new Map<string, Set<Fate>>();
  /** Those that a phone registered for while the fate of a message was open. */
  readonly #again = new Set<string>();
  #sweep: Timer | undefined;
  #closed = false;

  constructor(options: MailboxOptions) {
    this.#options = options;
    this.#limits = { ...mailboxLimits, ...options.limits };
    this.#deliveries = new Deliveries({
      ...options,
      tell: (message, told) => this.#tell(message, told),
    });
    this.#scheduleSweep();
  }

  /** How many messages wait for `aor`. */
  waiting(aor: string): number {
    return this.#options.store.count(aor);
  }

  /** The addresses-of-record that messages wait for. */
  aors(): readonly string[] {
    return this.#options.store.aors();
  }

  /** Takes a message of a proved sender to the phones of `aor`, or stores it, and answers the sender. */
  take(received: Request, sender: Sender, aor: string): void {
    const { clock, dateOf, forward, run } = this.#options;
    const wall = Math.round(clock.wall());
    // RFC 3261 §20.17: the phone that reads it later is to know when it was written.
    const request = received.has('Date')
      ? received
      : received.with(appendHeader('Date', dateOf(wall)));
    // Those that came before are still going out: it takes its place behind them.
    const queued = this.#deliveries.isRunning(aor);
    const fate: Fate = new Fate({
      request,
      sender,
      clock,
      run,
      wait: this.#limits.wait,
      keep: () => this.#keep(request, aor, wall),
      release: (id) => {
        this.#deliveries.release(id);
        if (queued) this.#again.add(aor);
      },
      remove: (id) => {
        this.#deliveries.release(id);
        void this.#deliveries.remove({ id, aor });
      },
      tell: (told) => this.#tell(request, told),
      over: () => this.#isOver(fate, aor),
    });
    this.#open.set(aor, (this.#open.get(aor) ?? new Set()).add(fate));
    if (queued || !forward(request, fate, aor))
      fate.respond(createResponse(request, 480, { toTag: sender.localTag }));
  }

  /** A phone of `aor` has registered: what waits for it goes out. */
  registered(aor: string): void {
    // What is on its way into the store is not there to be found yet.
    if (this.#open.has(aor)) this.#again.add(aor);
    if (this.waiting(aor) > 0) this.#deliveries.start(aor);
  }

  /** Throws away what waits for a user who is no more. */
  async forget(aor: string): Promise<void> {
    await this.#options.store.removeAll(aor);
  }

  /** Begins nothing more; what is stored stays. */
  close(): void {
    this.#closed = true;
    this.#sweep?.cancel();
    this.#sweep = undefined;
    this.#deliveries.close();
    for (const fates of this.#open.values()) for (const fate of fates) fate.stop();
    this.#open.clear();
  }

  async #keep(request: Request, aor: string, received: number): Promise<number> {
    const { store } = this.#options;
    const { callId, fromTag = '', cseq } = request;
    const { perUser, bytes: largest, keep } = this.#limits;
    const due = endOf(request, received, keep);
    const bytes = request.toBytes();
    if (due <= received) throw new NotKept(480);
    if (bytes.length > largest) throw new NotKept(413);
    if (store.count(aor) >= perUser) throw new NotKept(480, 'Mailbox Full');
    const id = await store.keep({ aor, callId, fromTag, cseq: cseq.number, received, due, bytes });
    this.#deliveries.hold(id);
    this.#scheduleSweep();
    return id;
  }

  #isOver(fate: Fate, aor: string): void {
    const fates = this.#open.get(aor);
    fates?.delete(fate);
    if (fates === undefined || fates.size > 0) return;
    this.#open.delete(aor);
    if (this.#again.delete(aor) && this.waiting(aor) > 0) this.#deliveries.start(aor);
  }

  // A notice goes the way of every message: to the phones of its reader, or into the store.
  #tell(message: Request, told: Told): void {
    const { random, clock, dateOf, run, aorOf } = this.#options;
    const notice = noticeOf(message, told, { random, at: dateOf(clock.wall()) });
    const aor = notice === undefined ? undefined : aorOf(notice);
    if (notice === undefined || aor === undefined) return;
    const nobody = { localTag: random.token(), finished: false, respond: () => undefined };
    run(() => this.take(notice, nobody, aor));
  }

  #scheduleSweep(): void {
    const { store, clock } = this.#options;
    if (this.#sweep !== undefined || this.#closed || store.aors().length === 0) return;
    this.#sweep = clock.after(this.#limits.sweep, () => {
      this.#sweep = undefined;
      void this.#deliveries.dropExpired().then(() => this.#scheduleSweep());
    });
  }
}
