// A call to us until we answer it: ringing, CANCEL, expiry, and the answer (RFC 3261 §13.3).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import { seedAtServer } from '../dialog/create.ts';
import { Dialog } from '../dialog/dialog.ts';
import { dialogSurroundings } from '../endpoint/usage.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import { expires } from '../message/header/expires.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import type { Flow } from '../transport/port.ts';
import { sdpOf, typeOf } from './body.ts';
import { reasonText } from './end.ts';
import type { SessionEnd } from './end.ts';
import { incomingFigure } from './incoming.figure.ts';
import type { IncomingAction, IncomingEvent, IncomingState } from './incoming.figure.ts';
import { MediaExchange } from './media-exchange.ts';
import { observeSession } from './observe.ts';
import { Session } from './session.ts';
import type { SessionSurroundings } from './surroundings.ts';
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
  /** Where it came from. */
  readonly flow: Flow;
  /** Opens the media, once the call is answered. */
  readonly openMedia: () => Negotiator;
}

interface Subject {
  readonly request?: Request;
  readonly received?: Received;
  readonly sdp?: string;
  readonly rejection?: Response;
  readonly error?: Error;
}

/** RFC 3261 §13.3.1.1: at least once a minute. */
const repeatMilliseconds = 60_000;

/** An INVITE that waits for our answer. */
export class IncomingSession implements DialogUsage {
  readonly usage = 'INVITE';
  readonly id: string;
  readonly callId: string;
  readonly invite: Request;
  readonly events: Emitter<IncomingEvents>;
  readonly #options: IncomingOptions;
  readonly #machine: Machine<
    IncomingState,
    IncomingEvent,
    IncomingAction,
    'expires' | 'repeat' | 'ring',
    Subject
  >;
  #dialog: Dialog | undefined;
  #media: MediaExchange | undefined;
  #offered = false;
  #end: SessionEnd | undefined;

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
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) =>
        observeSession(endpoint, this.id, this.#dialog ?? this, taken, this.#machine.timers),
      run: (event) => endpoint.run(event),
    });
  }

  get state(): IncomingState {
    return this.#machine.state;
  }

  /** How it ended without an answer, once it has. */
  get end(): SessionEnd | undefined {
    return this.#end;
  }

  /** Sends 180; the caller hears it ring. */
  ring(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('ring'));
  }

  /** Answers; `session` follows, or `ended` when the media cannot be agreed on. */
  accept(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('accept'));
  }

  /** Refuses with a 3xx-6xx. Throws a TypeError when that is malformed. */
  reject({ status, reason, headers }: Rejection): void {
    if (!(status >= 300 && status <= 699)) {
      throw new TypeError(`A call is refused with a status from 300 to 699, not ${status}`);
    }
    const { request, transaction } = this.#options;
    const rejection = createResponse(request, status, {
      toTag: transaction.localTag,
      reason,
      headers,
    });
    this.#options.surroundings.endpoint.run(() => this.#machine.on('reject', { rejection }));
  }

  /** RFC 3261 §9.2: the caller gives up. */
  cancel(cancel: Request): void {
    this.#machine.on('CANCEL', { request: cancel });
  }

  /** RFC 3261 §15: within an early dialog the caller may say BYE. */
  request(received: Received): void {
    const { request, transaction } = received;
    if (request.method === 'BYE') this.#machine.on('BYE', { request, received });
    else if (request.method === 'INVITE') {
      // RFC 3261 §14.2: a second INVITE before the first is answered.
      const retryAfter = String(
        Math.floor(this.#options.surroundings.endpoint.random.fraction() * 11),
      );
      transaction.respond(createResponse(request, 500, { headers: [['Retry-After', retryAfter]] }));
    } else transaction.respond(createResponse(request, 501));
  }

  #length(timer: 'expires' | 'repeat' | 'ring'): number | undefined {
    switch (timer) {
      case 'expires': {
        const seconds = this.#options.request.get(expires);
        // What is longer than the ring timer never fires first, and might be longer than a timer can be.
        if (seconds === undefined || seconds * 1000 > this.#options.surroundings.ringMilliseconds) {
          return undefined;
        }
        return Math.max(seconds * 1000, 1);
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
        this.#reject(subject.rejection);
        break;
      case 'send 480':
        this.#refuse(480);
        break;
      case 'send 487':
        this.#refuse(487);
        break;
      case 'send 488':
        this.#refuse(488, [mediaWarning(this.#options.surroundings.endpoint, subject.error)]);
        break;
      case 'answer BYE':
        subject.received?.transaction.respond(createResponse(subject.received.request, 200));
        break;
      case 'make answer':
        this.#makeAnswer();
        break;
      case 'start session':
        this.#startSession(subject.sdp);
        break;
      case 'inform of cancel':
        this.#inform({
          by: 'remote',
          cause: 'cancel',
          reason: subject.request && reasonText(subject.request),
        });
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
    const { request, transaction, flow, surroundings } = this.#options;
    this.#early()?.on('1xx-tag');
    transaction.respond(
      createResponse(request, 180, {
        toTag: transaction.localTag,
        headers: [...recordRoutes(request), ['Contact', surroundings.contact(flow)]],
      }),
    );
  }

  #makeAnswer(): void {
    const { endpoint } = this.#options.surroundings;
    let negotiator: Negotiator;
    try {
      negotiator = this.#options.openMedia();
    } catch (error) {
      this.#machine.on('answer failed', {
        error: error instanceof Error ? error : new Error(String(error)),
      });
      return;
    }
    this.#media = new MediaExchange({ negotiator, session: this.id, endpoint });
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
    const { request, transaction, flow, surroundings } = this.#options;
    const dialog = this.#early();
    const media = this.#media;
    if (dialog === undefined || media === undefined || sdp === undefined) return;
    dialog.on('2xx');
    const response = createResponse(request, 200, {
      toTag: transaction.localTag,
      headers: [
        ...recordRoutes(request),
        ['Contact', surroundings.contact(flow)],
        ...surroundings.headers,
        ...typeOf(sdp),
      ],
      body: sdp,
    });
    const session = new Session({
      id: this.id,
      surroundings,
      dialog,
      media,
      start: 'Unacknowledged',
    });
    session.repeatUntilAck({
      transaction,
      response,
      cseq: request.cseq.number,
      offered: this.#offered,
      repeats: 0,
    });
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

  #refuse(status: number, headers: readonly HeaderInit[] = []): void {
    const { request, transaction } = this.#options;
    transaction.respond(createResponse(request, status, { toTag: transaction.localTag, headers }));
  }

  #reject(rejection: Response | undefined): void {
    if (rejection === undefined) return;
    this.#options.transaction.respond(rejection);
    this.#inform({ by: 'local', cause: 'rejected', status: rejection.status });
  }

  #inform(end: SessionEnd): void {
    const dialog = this.#dialog;
    if (dialog !== undefined) {
      dialog.on(end.cause === 'cancel' ? 'cancelled' : 'rejected');
      this.#options.surroundings.dialogs.remove(dialog, this);
    }
    this.#media?.close();
    this.#end = end;
    this.events.emit('ended', end);
  }
}

// RFC 3261 §12.1.1: copied whole and in order.
function recordRoutes(request: Request): readonly HeaderInit[] {
  return request.rows('Record-Route').map((value): HeaderInit => ['Record-Route', value]);
}

/** RFC 3261 §12.1.1: an INVITE makes a dialog only with a Contact that can be called back. */
export function hasContact(request: Request): boolean {
  return seedAtServer(request, 'any', undefined) !== undefined;
}
