// A call to us until we answer it: ringing, CANCEL, expiry, and the answer (RFC 3261 §13.3).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import { seedAtServer } from '../dialog/create.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { ServerTransaction } from '../endpoint/parts.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { expires } from '../message/header/expires.ts';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import { sdpOf, sdpType } from './body.ts';
import { reasonText } from './end.ts';
import type { SessionEnd } from './end.ts';
import { incomingFigure } from './incoming.figure.ts';
import type { IncomingAction, IncomingEvent, IncomingState } from './incoming.figure.ts';
import { MediaExchange } from './media-exchange.ts';
import { observeSession } from './observe.ts';
import { Session } from './session.ts';
import { dialogSurroundings } from './surroundings.ts';
import type { DialogUsage, SessionSurroundings } from './surroundings.ts';
import { mediaWarning } from './warning.ts';

/** What an incoming call tells. */
export interface IncomingEvents {
  /** Our 2xx is out; the session waits for its ACK. */
  session: Session;
  /** It was not answered; comes once, and never after `session`. */
  ended: SessionEnd;
}

/** How a call is refused. */
export interface Rejection {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
}

/** What an incoming call is made of. */
export interface IncomingOptions {
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly request: Request;
  readonly transaction: InviteServer;
  /** Opens the media, once the call is answered. */
  readonly openMedia: () => Negotiator;
}

interface Subject {
  readonly request?: Request;
  readonly transaction?: ServerTransaction;
  readonly sdp?: string;
  readonly rejection?: Rejection;
  readonly error?: Error;
}

/** RFC 3261 §13.3.1.1: at least once a minute. */
const repeatMilliseconds = 60_000;

/** An INVITE that waits for our answer. */
export class IncomingSession implements DialogUsage {
  readonly id: string;
  readonly callId: string;
  readonly invite: Request;
  readonly events: Emitter<IncomingEvents>;
  readonly #options: IncomingOptions;
  readonly #machine: Machine<IncomingState, IncomingEvent, IncomingAction, 'expires' | 'repeat' | 'ring', Subject>;
  #dialog: Dialog | undefined;
  #media: MediaExchange | undefined;
  #offered = false;

  constructor(options: IncomingOptions) {
    const { endpoint } = options.surroundings;
    this.#options = options;
    this.id = options.id;
    this.invite = options.request;
    this.callId = options.request.callId;
    this.events = new Emitter(endpoint.log);
    this.#machine = new Machine({
      figure: incomingFigure,
      start: 'Offered',
      clock: endpoint.clock,
      length: (timer) => this.#length(timer),
      perform: (action, subject) => this.#perform(action, subject ?? {}),
      observe: (taken) => observeSession(endpoint, this.id, this.#dialog ?? this, taken, this.#machine.timers),
      run: (event) => endpoint.run(event),
    });
  }

  get state(): IncomingState {
    return this.#machine.state;
  }

  /** Sends 180; the caller hears it ring. */
  ring(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('ring'));
  }

  /** Answers; `session` follows, or `ended` when the media cannot be agreed on. */
  accept(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('accept'));
  }

  /** Refuses with a 3xx-6xx. */
  reject(rejection: Rejection): void {
    if (rejection.status < 300 || rejection.status > 699) {
      throw new TypeError(`A call is refused with a status from 300 to 699, not ${rejection.status}`);
    }
    this.#options.surroundings.endpoint.run(() => this.#machine.on('reject', { rejection }));
  }

  /** RFC 3261 §9.2: the caller gives up. */
  cancel(cancel: Request): void {
    this.#machine.on('CANCEL', { request: cancel });
  }

  /** RFC 3261 §15: within an early dialog the caller may say BYE. */
  request(request: Request, transaction: ServerTransaction): void {
    if (request.method === 'BYE') this.#machine.on('BYE', { request, transaction });
    else if (request.method === 'INVITE') {
      // RFC 3261 §14.2: a second INVITE before the first is answered.
      const retryAfter = String(Math.floor(this.#options.surroundings.endpoint.random.fraction() * 11));
      transaction.respond(createResponse(request, 500, { headers: [['Retry-After', retryAfter]] }));
    } else transaction.respond(createResponse(request, 501));
  }

  ack(): void {
    // Before our 2xx there is nothing to acknowledge.
  }

  #length(timer: 'expires' | 'repeat' | 'ring'): number | undefined {
    switch (timer) {
      case 'expires': {
        const seconds = this.#options.request.get(expires);
        return seconds === undefined ? undefined : Math.max(seconds * 1000, 1);
      }
      case 'repeat':
        return repeatMilliseconds;
      case 'ring':
        return this.#options.surroundings.ringMilliseconds;
    }
  }

  #perform(action: IncomingAction, subject: Subject): void {
    switch (action) {
      case 'send 180':
        this.#ring();
        break;
      case 'send rejection':
        this.#refuse(subject.rejection ?? { status: 480 });
        this.#inform({ by: 'local', cause: 'rejected', status: subject.rejection?.status });
        break;
      case 'send 480':
        this.#refuse({ status: 480 });
        break;
      case 'send 487':
        this.#refuse({ status: 487 });
        break;
      case 'send 488':
        this.#refuse({ status: 488, headers: [mediaWarning(this.#options.surroundings.endpoint, subject.error)] });
        break;
      case 'answer BYE':
        if (subject.request !== undefined) subject.transaction?.respond(createResponse(subject.request, 200));
        break;
      case 'make answer':
        this.#makeAnswer();
        break;
      case 'start session':
        this.#startSession(subject.sdp);
        break;
      case 'inform of cancel':
        this.#inform({ by: 'remote', cause: 'cancel', reason: subject.request && reasonText(subject.request) });
        break;
      case 'inform of expiry':
        this.#inform({ by: 'network', cause: 'expired' });
        break;
      case 'inform of failure':
        this.#inform({ by: 'local', cause: 'media', status: 488, reason: subject.error?.message });
        break;
    }
  }

  #ring(): void {
    const { request, transaction, surroundings } = this.#options;
    this.#early()?.on('1xx-tag');
    transaction.respond(
      createResponse(request, 180, {
        toTag: transaction.localTag,
        headers: [...recordRoutes(request), ['Contact', surroundings.contactFor(request)]],
      }),
    );
  }

  #makeAnswer(): void {
    const { endpoint } = this.#options.surroundings;
    let negotiator: Negotiator;
    try {
      negotiator = this.#options.openMedia();
    } catch (error) {
      this.#machine.on('answer failed', { error: error instanceof Error ? error : new Error(String(error)) });
      return;
    }
    this.#media = new MediaExchange({
      negotiator,
      session: this.id,
      endpoint: endpoint.name,
      clock: endpoint.clock,
      tap: endpoint.tap,
      run: (event) => endpoint.run(event),
    });
    const offer = sdpOf(this.#options.request);
    const wish = { direction: 'sendrecv' as const };
    const made = (answer: { ok: true; value: string } | { ok: false; error: Error }): void => {
      if (answer.ok) this.#machine.on('answer ready', { sdp: answer.value });
      else this.#machine.on('answer failed', { error: answer.error });
    };
    this.#offered = offer === undefined;
    // RFC 3261 §13.3.1.4: an INVITE without an offer is answered with one.
    if (offer === undefined) this.#media.makeOffer(wish, made);
    else this.#media.makeAnswer(offer, wish, made);
  }

  #startSession(sdp: string | undefined): void {
    const { request, transaction, surroundings } = this.#options;
    const dialog = this.#early();
    const media = this.#media;
    if (dialog === undefined || media === undefined || sdp === undefined) return;
    dialog.on('2xx');
    const response = createResponse(request, 200, {
      toTag: transaction.localTag,
      headers: [
        ...recordRoutes(request),
        ['Contact', surroundings.contactFor(request)],
        ...surroundings.headers,
        ['Content-Type', sdpType],
      ],
      body: sdp,
    });
    const session = new Session({ id: this.id, surroundings, dialog, media, start: 'Unacknowledged' });
    session.repeatUntilAck({ transaction, response, cseq: request.cseq.number, offered: this.#offered });
    transaction.respond(response);
    this.events.emit('session', session);
  }

  /** The dialog, made at the first response with a tag (RFC 3261 §12.1.1). */
  #early(): Dialog | undefined {
    if (this.#dialog !== undefined) return this.#dialog;
    const { request, transaction, surroundings } = this.#options;
    const seed = seedAtServer(request, transaction.localTag, transaction.id);
    if (seed === undefined) return undefined;
    this.#dialog = new Dialog(seed, dialogSurroundings(surroundings));
    surroundings.dialogs.add(this.#dialog, this);
    return this.#dialog;
  }

  #refuse({ status, reason, headers }: Rejection): void {
    const { request, transaction } = this.#options;
    transaction.respond(
      createResponse(request, status, {
        toTag: transaction.localTag,
        ...(reason === undefined ? {} : { reason }),
        headers: headers ?? [],
      }),
    );
  }

  #inform(end: SessionEnd): void {
    const dialog = this.#dialog;
    if (dialog !== undefined) {
      dialog.on(end.cause === 'cancel' ? 'cancelled' : 'rejected');
      this.#options.surroundings.dialogs.remove(dialog);
    }
    this.#media?.close();
    this.events.emit('ended', end);
  }
}

// RFC 3261 §12.1.1: copied whole and in order.
function recordRoutes(request: Request): readonly HeaderInit[] {
  return request.rows('Record-Route').map((value): HeaderInit => ['Record-Route', value]);
}

/** RFC 3261 §12.1.1: an INVITE makes a dialog only with a Contact that can be called back. */
export function requireContact(request: Request): SipError | undefined {
  return seedAtServer(request, 'x', undefined) === undefined
    ? new SipError('SIP_PARSE_HEADER', { status: 400, message: 'The INVITE has no usable Contact' })
    : undefined;
}
