// A subscription of ours as an application sees it: notifications of all its forks, renewed as long as that makes sense.
import type { Timer } from '../base/clock.ts';
import { Feed } from '../base/feed.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { SipError } from '../message/errors.ts';
import type { SubscriptionEnd } from '../subscription/end.ts';
import type { Notification } from '../subscription/notification.ts';
import type { Subscriber } from '../subscription/subscriber.ts';
import type { Subscribing } from '../subscription/subscribing.ts';

/** What a subscription needs of its user agent. */
export interface SubscriptionOptions {
  readonly endpoint: Endpoint;
  readonly event: string;
  /** Makes the next attempt; `forked` gets every subscription beyond its first. */
  readonly attempt: (forked: (subscriber: Subscriber) => void) => Subscribing;
  /** True when it is subscribed anew after an end that allows it (RFC 6665 §4.1.3). */
  readonly renews: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** How many notifications wait for their reader; beyond that the oldest is dropped, since the newest says how things are. */
const waitingLimit = 100;

/** The least and the most that is waited before subscribing anew, in milliseconds. */
const shortestPause = 1000;
const longestPause = 300_000;

/** A subscription (RFC 6665); close it with `close`, or by leaving its `await using`. */
export class Subscription implements AsyncDisposable {
  readonly event: string;
  /** Each notification as it comes; ends with the subscription. */
  readonly notifications: AsyncIterable<Notification>;
  /** The first notification; rejects with SIP_REJECTED, SIP_AUTH, SIP_TIMEOUT or SIP_TRANSPORT when there is none. */
  readonly started: Promise<Notification>;
  /** Resolves when it is over for good; never rejects. */
  readonly ended: Promise<SubscriptionEnd>;
  readonly #options: SubscriptionOptions;
  readonly #feed = new Feed<Notification>(waitingLimit);
  readonly #forks = new Set<Subscriber>();
  #begun = false;
  #closed = false;
  #failures = 0;
  #pause: Timer | undefined;
  #start: (first: Notification) => void = () => undefined;
  #failStart: (error: SipError) => void = () => undefined;
  #finish: (end: SubscriptionEnd) => void = () => undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.event = options.event;
    this.notifications = this.#feed;
    this.started = new Promise((resolve, reject: (error: SipError) => void) => {
      this.#start = resolve;
      this.#failStart = reject;
    });
    // Whoever does not wait for the beginning is told by the end.
    this.started.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** How it stands: of several forks the one that came first. */
  get state(): 'waiting' | 'pending' | 'active' | 'terminated' {
    const [first] = this.#forks;
    if (first === undefined) return this.#pause === undefined ? 'terminated' : 'waiting';
    if (first.state === 'Pending') return 'pending';
    return first.dialog === undefined ? 'waiting' : 'active';
  }

  /** How many notifiers have answered: more than one when the SUBSCRIBE forked. */
  get forks(): number {
    return [...this.#forks].filter(({ dialog }) => dialog !== undefined).length;
  }

  /** Subscribes; called once by the user agent. */
  open(): void {
    const { signal } = this.#options;
    signal?.addEventListener('abort', this.#abort, { once: true });
    if (this.#closed || signal?.aborted === true) this.#over({ cause: 'closed' });
    else this.#attempt();
  }

  /** Asks for the state again now. */
  refresh(): void {
    for (const fork of this.#forks) fork.refresh();
  }

  /** Unsubscribes; resolves when the notifiers know, or cannot be told. */
  close(): Promise<SubscriptionEnd> {
    this.#closed = true;
    if (this.#pause === undefined) for (const fork of this.#forks) fork.unsubscribe();
    else this.#over({ cause: 'closed' });
    return this.ended;
  }

  /** Ends it without a word. */
  drop(): void {
    this.#closed = true;
    if (this.#pause !== undefined) this.#over({ cause: 'closed' });
    for (const fork of [...this.#forks]) fork.drop();
  }

  /** It cannot be sent at all. */
  fail(error: SipError): void {
    this.#over({ cause: 'unreachable', error });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #attempt(): void {
    const attempt = this.#options.attempt((forked) => this.#follow(forked));
    this.#follow(attempt.first);
    attempt.start();
  }

  readonly #abort = (): void => {
    void this.close();
  };

  #follow(fork: Subscriber): void {
    this.#forks.add(fork);
    fork.events.on('notification', (notification) => {
      this.#feed.push(notification);
      this.#begun = true;
      this.#start(notification);
    });
    fork.events.on('ended', (end) => {
      this.#forks.delete(fork);
      if (this.#forks.size === 0) this.#left(end, fork);
    });
  }

  // RFC 6665 §4.1.3: after some ends a new subscription is tried, after others never.
  #left(end: SubscriptionEnd, last: Subscriber): void {
    const { endpoint, renews } = this.#options;
    const { retryAfterSeconds } = end;
    if (!renews || this.#closed || !this.#begun || retryAfterSeconds === undefined) {
      this.#over(end);
      return;
    }
    // One that was up for a while begins anew; one that ends again and again is tried more and more rarely.
    this.#failures = last.lastedLong ? 0 : this.#failures + 1;
    const backOff = shortestPause * 2 ** Math.min(this.#failures, 16);
    const pause = Math.max(Math.min(backOff, longestPause), retryAfterSeconds * 1000);
    this.#pause = endpoint.clock.after(Math.min(pause, 86_400_000), () => {
      endpoint.run(() => {
        this.#pause = undefined;
        this.#attempt();
      });
    });
  }

  #over(end: SubscriptionEnd): void {
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#failStart(end.error ?? endedEarly(end));
    this.#feed.end();
    this.#finish(end);
  }
}

function endedEarly({ cause, reason }: SubscriptionEnd): SipError {
  return cause === 'closed'
    ? new SipError('SIP_CANCELLED')
    : new SipError('SIP_STATE', { message: `The subscription ended: ${reason ?? cause}` });
}
