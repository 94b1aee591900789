// One subscription of ours: it takes NOTIFYs, refreshes itself, and ends (RFC 6665 §4.1).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { AgentSurroundings, DialogUsage, Received } from '../endpoint/usage.ts';
import { sendWithin } from '../endpoint/within.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { expires } from '../message/header/expires.ts';
import { minExpires } from '../message/header/min-expires.ts';
import type { Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { endOfNotify, endOfRefusal, endsSubscription } from './end.ts';
import type { SubscriptionEnd } from './end.ts';
import { formatEvent, subscriberName } from './event.ts';
import type { EventId } from './event.ts';
import { refreshMilliseconds, toMilliseconds } from './interval.ts';
import { readNotification } from './notification.ts';
import type { Notification } from './notification.ts';
import { observeSubscription } from './observe.ts';
import { readState } from './state.ts';
import { subscriberFigure } from './subscriber.figure.ts';
import type {
  SubscriberAction,
  SubscriberEvent,
  SubscriberState,
  SubscriberTimer,
} from './subscriber.figure.ts';

/** What a subscription tells as it goes on. */
export interface SubscriberEvents {
  notification: Notification;
  /** It is over; comes once. */
  ended: SubscriptionEnd;
}

/** What a subscription is made of. */
export interface SubscriberOptions {
  readonly surroundings: AgentSurroundings;
  readonly id: string;
  readonly event: EventId;
  readonly callId: string;
  /** What is asked for, in seconds. */
  readonly expiresSeconds: number;
  /** Headers of each SUBSCRIBE: Accept, and what the application adds. */
  readonly headers: readonly HeaderInit[];
}

interface Subject {
  readonly response?: Response;
  readonly error?: SipError;
  readonly notification?: Notification;
}

/** How often in a row a notifier may ask for a longer interval. */
const longerLimit = 3;

/** The subscriber's side of one usage of a dialog. */
export class Subscriber implements DialogUsage {
  readonly events: Emitter<SubscriberEvents>;
  readonly #options: SubscriberOptions;
  readonly #machine: Machine<
    SubscriberState,
    SubscriberEvent,
    SubscriberAction,
    SubscriberTimer,
    Subject
  >;
  #event: EventId;
  #dialog: Dialog | undefined;
  readonly #bornAt: number;
  #asked: number;
  #longer = 0;
  /** On the clock's `now()`. */
  #expiresAt: number;
  #last: Notification | undefined;
  #left = false;
  #end: SubscriptionEnd | undefined;

  constructor(options: SubscriberOptions) {
    const { endpoint } = options.surroundings;
    this.#options = options;
    this.#event = options.event;
    this.#asked = options.expiresSeconds;
    this.#bornAt = endpoint.clock.now();
    this.#expiresAt = endpoint.clock.now() + toMilliseconds(options.expiresSeconds);
    this.events = new Emitter(endpoint.log);
    this.#machine = new Machine({
      figure: subscriberFigure,
      start: 'Notify wait',
      clock: endpoint.clock,
      length: (timer) => this.#length(timer),
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) =>
        observeSubscription(
          endpoint,
          {
            id: options.id,
            role: 'subscriber',
            event: formatEvent(this.#event),
            callId: options.callId,
            dialog: this.#dialog,
          },
          taken,
          this.#machine.timers,
        ),
      run: (event) => endpoint.run(event),
    });
  }

  get usage(): string {
    return subscriberName(this.#event);
  }

  /** What it is about. */
  get event(): EventId {
    return this.#event;
  }

  get state(): SubscriberState {
    return this.#machine.state;
  }

  /** Once a NOTIFY has made it. */
  get dialog(): Dialog | undefined {
    return this.#dialog;
  }

  /** How it ended, once it has. */
  get end(): SubscriptionEnd | undefined {
    return this.#end;
  }

  /** True when it was up for a minute at least. */
  get lastedLong(): boolean {
    return this.#options.surroundings.endpoint.clock.now() - this.#bornAt > 60_000;
  }

  /** A REFER went out again with another CSeq, which is the id of its event (RFC 3515 §2.4.6). */
  identify(event: EventId): void {
    this.#event = event;
  }

  /** It is a usage of `dialog` from now on. */
  bind(dialog: Dialog): void {
    this.#dialog = dialog;
    this.#options.surroundings.dialogs.add(dialog, this);
  }

  /** The notifier wanted a longer interval before there was a subscription. */
  asks(seconds: number): void {
    this.#asked = seconds;
    this.#lasts(seconds);
  }

  /** A final answer to the request that asks for it or refreshes it. */
  answered(response: Response): void {
    const { status } = response;
    if (status >= 300) {
      const ends =
        this.state === 'Notify wait' || this.state === 'Leaving' || endsSubscription(status);
      if (status === 423 && this.#longer < longerLimit && this.state === 'Refreshing') {
        this.#machine.on('423', { response });
      } else this.#machine.on(ends ? 'gone' : 'failed', { response });
      return;
    }
    const granted = response.get(expires);
    // RFC 6665 §4.1.2.1: less than we asked for, never more.
    if (granted !== undefined) this.#lasts(Math.min(granted, this.#asked));
    this.#machine.on('2xx', { response });
  }

  /** No answer came to the request that asks for it or refreshes it. */
  failed(error: SipError): void {
    this.#machine.on('failed', { error });
  }

  /** A NOTIFY within its dialog, or the one that makes it. */
  request({ request, transaction }: Received): void {
    const state = readState(request);
    if (state === undefined) {
      const reason = 'Missing or malformed Subscription-State';
      transaction.respond(createResponse(request, 400, { reason }));
      return;
    }
    transaction.respond(createResponse(request, 200));
    this.#dialog?.refreshTarget(request);
    if (state.expiresSeconds !== undefined) {
      this.#lasts(Math.min(state.expiresSeconds, this.#asked));
    }
    const notification = readNotification(request, state);
    this.#machine.on(`NOTIFY ${state.state}`, { notification });
  }

  /** Asks for the state again now. */
  refresh(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('refresh'));
  }

  /** Ends it; `ended` follows with the last NOTIFY. */
  unsubscribe(): void {
    this.#options.surroundings.endpoint.run(() => {
      this.#left = true;
      this.#machine.on('unsubscribe');
    });
  }

  /** Ends it without a word to the peer. */
  drop(): void {
    this.#options.surroundings.endpoint.run(() => {
      this.#left = true;
      this.#machine.on('drop');
    });
  }

  #lasts(seconds: number): void {
    this.#expiresAt = this.#options.surroundings.endpoint.clock.now() + toMilliseconds(seconds);
  }

  #length(timer: SubscriberTimer): number {
    const { clock, settings } = this.#options.surroundings.endpoint;
    const left = Math.max(this.#expiresAt - clock.now(), 0);
    switch (timer) {
      case 'N':
        return 64 * settings.t1;
      case 'refresh':
        // What was not refreshed at the first try is tried again, but not without end in its last second.
        return Math.max(refreshMilliseconds(left / 1000), 1000);
      case 'expiry':
        return left;
    }
  }

  #perform(action: SubscriberAction, { response, error, notification }: Subject): void {
    switch (action) {
      case 'send SUBSCRIBE':
        this.#send(this.#asked);
        break;
      case 'send removal':
        this.#send(0);
        break;
      case 'ask for longer':
        this.#longer += 1;
        this.#asked = Math.max(this.#asked, response?.get(minExpires) ?? this.#asked * 2);
        break;
      case 'inform of notification':
        this.#longer = 0;
        this.#last = notification;
        if (notification !== undefined) this.events.emit('notification', notification);
        break;
      case 'inform of refusal':
        this.#finish(response === undefined ? { cause: 'unreachable' } : endOfRefusal(response));
        break;
      case 'inform of failure':
        this.#finish(endOfFailure(error));
        break;
      case 'inform of silence':
        this.#finish({ cause: 'timeout', error: noNotify() });
        break;
      case 'inform of end':
        this.#finish(this.#endNow());
        break;
    }
  }

  #endNow(): SubscriptionEnd {
    const last = this.#last;
    if (this.#left) return { cause: 'closed', reason: last?.reason };
    return last?.state === 'terminated'
      ? endOfNotify(last)
      : { cause: 'expired', retryAfterSeconds: 0 };
  }

  #finish(end: SubscriptionEnd): void {
    if (this.#dialog !== undefined) {
      this.#options.surroundings.dialogs.remove(this.#dialog, this);
    }
    this.#end = end;
    this.events.emit('ended', end);
  }

  #send(seconds: number): void {
    const dialog = this.#dialog;
    if (dialog === undefined) return;
    const { surroundings } = this.#options;
    const headers: readonly HeaderInit[] = [
      ['Event', formatEvent(this.#event)],
      ['Expires', String(seconds)],
      ...surroundings.headers,
      ...this.#options.headers,
    ];
    sendWithin(
      surroundings,
      dialog,
      { method: 'SUBSCRIBE', headers },
      {
        response: (response) => {
          if (response.status < 200) return;
          if (response.status < 300) dialog.refreshTarget(response);
          this.answered(response);
        },
        failed: (_status, error) => this.failed(error),
      },
    );
  }
}

function endOfFailure(error: SipError | undefined): SubscriptionEnd {
  const cause = error?.code === 'SIP_TIMEOUT' ? 'timeout' : 'unreachable';
  return { cause, status: error?.status, error, retryAfterSeconds: 60 };
}

function noNotify(): SipError {
  return new SipError('SIP_TIMEOUT', { message: 'The peer accepted, but no NOTIFY came' });
}
