// One subscription to us: it answers SUBSCRIBEs, sends NOTIFYs, and ends (RFC 6665 §4.2).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import { seedAtServer } from '../dialog/create.ts';
import { Dialog } from '../dialog/dialog.ts';
import { dialogSurroundings } from '../endpoint/usage.ts';
import type { AgentSurroundings, DialogUsage, Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import { headerText } from '../message/build.ts';
import type { Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { formatEvent, notifierName } from './event.ts';
import type { EventId } from './event.ts';
import { toMilliseconds } from './interval.ts';
import { notifierFigure } from './notifier.figure.ts';
import type { NotifierAction, NotifierEvent, NotifierState } from './notifier.figure.ts';
import { NotifySender } from './notify.ts';
import { observeSubscription } from './observe.ts';
import { formatState } from './state.ts';
import type { StateOfSubscription } from './state.ts';
import { grantedSeconds, tooBrief } from './terms.ts';
import type { Terms } from './terms.ts';

/** Why a subscription to us is over. */
export interface NotifierEnd {
  /**
   * `refused`: we did not take it. `closed`: we ended it. `unsubscribed`: the subscriber did. `timeout`: it was not refreshed.
   * `gone`: the subscriber did not answer a NOTIFY, or refused it.
   */
  readonly cause: 'refused' | 'closed' | 'unsubscribed' | 'timeout' | 'gone';
  readonly status?: number | undefined;
}

/** What the subscriber is told. */
export interface NotifierContent {
  readonly contentType: string;
  readonly body: Uint8Array | string;
}

/** What a subscription to us is made of. */
export interface NotifierOptions {
  readonly id: string;
  readonly surroundings: AgentSurroundings;
  readonly event: EventId;
  readonly terms: Terms;
  /** The SUBSCRIBE or REFER that asks for it. */
  readonly received: Received;
  /** How long it is to last, in seconds; 0 for the state once. */
  readonly expiresSeconds: number;
  /** The dialog in which it came, when it came in one. */
  readonly dialog?: Dialog | undefined;
}

interface Subject {
  readonly received?: Received;
  readonly refusal?: Response;
}

/** The notifier's side of one usage of a dialog. */
export class Notifier implements DialogUsage {
  readonly usage: string;
  readonly events: Emitter<{ ended: NotifierEnd }>;
  readonly #options: NotifierOptions;
  readonly #machine: Machine<NotifierState, NotifierEvent, NotifierAction, 'expiry', Subject>;
  #dialog: Dialog | undefined;
  #sender: NotifySender | undefined;
  #content: NotifierContent | undefined;
  /** What the last NOTIFY says of the end. */
  #last: StateOfSubscription = { state: 'terminated', reason: 'timeout' };
  #end: NotifierEnd = { cause: 'timeout' };
  /** On the clock's `now()`. */
  #expiresAt: number;
  #over = false;

  constructor(options: NotifierOptions) {
    const { endpoint } = options.surroundings;
    this.#options = options;
    this.usage = notifierName(options.event);
    this.#dialog = options.dialog;
    this.#expiresAt = endpoint.clock.now() + toMilliseconds(options.expiresSeconds);
    this.events = new Emitter(endpoint.log);
    this.#machine = new Machine({
      figure: notifierFigure,
      start: 'Resp wait',
      clock: endpoint.clock,
      length: () => this.#remaining(),
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) =>
        observeSubscription(
          endpoint,
          {
            id: options.id,
            role: 'notifier',
            event: formatEvent(options.event),
            callId: options.received.request.callId,
            dialog: this.#dialog,
          },
          taken,
          this.#machine.timers,
        ),
      run: (event) => endpoint.run(event),
    });
  }

  get state(): NotifierState {
    return this.#machine.state;
  }

  get dialog(): Dialog | undefined {
    return this.#dialog;
  }

  /** Takes the subscription: `pending` as long as nobody has allowed it (RFC 6665 §4.2.1.3). False when it cannot be. */
  accept(as: 'active' | 'pending', content?: NotifierContent): boolean {
    const { received, expiresSeconds } = this.#options;
    this.#content = content ?? this.#content;
    if (!this.#join(received)) return false;
    if (expiresSeconds === 0) this.#machine.on('fetch', { received });
    else this.#machine.on(as === 'active' ? 'accept' : 'accept pending', { received });
    return true;
  }

  /** Refuses it with a 3xx-6xx. Throws a TypeError when that is malformed. */
  refuse(status: number, headers: readonly HeaderInit[] = []): void {
    const { request, transaction } = this.#options.received;
    if (!(status >= 300 && status <= 699)) {
      throw new TypeError(`A subscription is refused with a status from 300 to 699, not ${status}`);
    }
    const refusal = createResponse(request, status, { toTag: transaction.localTag, headers });
    this.#end = { cause: 'refused', status };
    this.#machine.on('refuse', { refusal });
  }

  /** Allows what was pending. */
  grant(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('grant'));
  }

  /** The state has changed: the subscriber is told as soon as it may be. Throws a TypeError for a malformed type. */
  notify(content: NotifierContent): void {
    headerText([['Content-Type', content.contentType]]);
    this.#options.surroundings.endpoint.run(() => {
      this.#content = content;
      this.#machine.on('notify');
    });
  }

  /** Ends it with a last NOTIFY, which brings `content` when that is given. */
  close(
    reason: string,
    options: {
      readonly retryAfterSeconds?: number | undefined;
      readonly content?: NotifierContent | undefined;
    } = {},
  ): void {
    const { retryAfterSeconds, content } = options;
    this.#options.surroundings.endpoint.run(() => {
      if (this.state !== 'Pending' && this.state !== 'Active') return;
      this.#content = content ?? this.#content;
      this.#last = { state: 'terminated', reason, retryAfterSeconds };
      this.#end = { cause: 'closed' };
      this.#machine.on('close');
    });
  }

  /** Ends it without a word to the peer. */
  drop(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('drop'));
  }

  /** A SUBSCRIBE within the dialog: a refresh, or the end. */
  request(received: Received): void {
    const { request, transaction } = received;
    const { terms } = this.#options;
    const brief = tooBrief(request, terms);
    if (brief !== undefined) {
      transaction.respond(
        createResponse(request, 423, { headers: [['Min-Expires', String(brief)]] }),
      );
      return;
    }
    const seconds = grantedSeconds(request, terms);
    this.#dialog?.refreshTarget(request);
    if (this.state !== 'Ending') {
      this.#expiresAt = this.#options.surroundings.endpoint.clock.now() + toMilliseconds(seconds);
    }
    if (seconds > 0) this.#machine.on('SUBSCRIBE', { received });
    else {
      if (this.state !== 'Ending') this.#end = { cause: 'unsubscribed' };
      this.#machine.on('unsubscribe', { received });
    }
  }

  #remaining(): number {
    return Math.max(this.#expiresAt - this.#options.surroundings.endpoint.clock.now(), 0);
  }

  #perform(action: NotifierAction, { received, refusal }: Subject): void {
    switch (action) {
      case 'send 200':
        if (received !== undefined) this.#respond(received);
        break;
      case 'send 481':
        received?.transaction.respond(createResponse(received.request, 481));
        break;
      case 'send refusal':
        if (refusal !== undefined) this.#options.received.transaction.respond(refusal);
        break;
      case 'send NOTIFY':
        this.#sender?.send(() => this.#notify());
        break;
      case 'send last NOTIFY':
        this.#over = true;
        this.#sender?.send(() => this.#notify());
        break;
      case 'inform of end':
        if (this.#dialog !== undefined) {
          this.#options.surroundings.dialogs.remove(this.#dialog, this);
        }
        this.events.emit('ended', this.#end);
        break;
    }
  }

  // RFC 6665 §4.2.1.1: the dialog is that of the 200, or the one in which it was asked for.
  #join({ request, transaction }: Received): boolean {
    const { surroundings } = this.#options;
    if (this.#dialog === undefined) {
      const seed = seedAtServer(request, transaction.localTag, transaction.id);
      if (seed === undefined) return false;
      this.#dialog = new Dialog(seed, dialogSurroundings(surroundings));
      this.#dialog.on('2xx');
    }
    surroundings.dialogs.add(this.#dialog, this);
    this.#sender = new NotifySender({
      surroundings,
      dialog: this.#dialog,
      answered: () => this.#machine.on('NOTIFY answered'),
      gone: (status) => {
        if (this.state !== 'Ending') this.#end = { cause: 'gone', status };
        this.#machine.on('gone');
      },
    });
    return true;
  }

  // RFC 6665 §3.1.1: 200, never 202, with the time that is granted; RFC 7647 §5 says the same of REFER.
  #respond({ request, transaction, flow }: Received): void {
    const { contact, headers } = this.#options.surroundings;
    const lasting: readonly HeaderInit[] =
      request.method === 'SUBSCRIBE' ? [['Expires', String(this.#seconds())]] : [];
    transaction.respond(
      createResponse(request, 200, {
        toTag: transaction.localTag,
        headers: [
          ...request.rows('Record-Route').map((value): HeaderInit => ['Record-Route', value]),
          ['Contact', contact(flow, request)],
          ...lasting,
          ...headers,
        ],
      }),
    );
  }

  #seconds(): number {
    return Math.ceil(this.#remaining() / 1000);
  }

  #notify(): {
    readonly headers: readonly HeaderInit[];
    readonly body: Uint8Array | string | undefined;
  } {
    const { event, surroundings } = this.#options;
    const pending = this.state === 'Pending';
    const state: StateOfSubscription = this.#over
      ? this.#last
      : { state: pending ? 'pending' : 'active', expiresSeconds: this.#seconds() };
    const content = pending ? undefined : this.#content;
    return {
      headers: [
        ['Event', formatEvent(event)],
        ['Subscription-State', formatState(state)],
        ...surroundings.headers,
        ...(content === undefined ? [] : [['Content-Type', content.contentType] as const]),
      ],
      body: content?.body,
    };
  }
}
