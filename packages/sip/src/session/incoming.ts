// A call to us until we answer it: ringing, early media, CANCEL, expiry, and the answer (RFC 3261 §13.3, RFC 3262 §3).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { Direction, Negotiator } from '../sdp/negotiator.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import type { Flow } from '../transport/port.ts';
import { sdpOf } from './body.ts';
import { refuseOffer } from './early-offers.ts';
import { noEarlyMedia } from './early-update.ts';
import { reasonText } from './end.ts';
import type { SessionEnd } from './end.ts';
import { FirstDescription } from './first-description.ts';
import { incomingFigure } from './incoming.figure.ts';
import type {
  IncomingAction,
  IncomingEvent,
  IncomingState,
  IncomingTimer,
} from './incoming.figure.ts';
import { incomingTimerLength } from './lengths.ts';
import { mediaRefusal } from './media-refusal.ts';
import { observeSession } from './observe.ts';
import { Provisionals } from './provisional.ts';
import { checkRinging, Responses } from './responses.ts';
import type { Rejection, Ringing } from './responses.ts';
import { retryAfter } from './retry-after.ts';
import type { Session } from './session.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What an incoming call tells. */
export interface IncomingEvents {
  /** A description of ours is with the caller, and media may flow before the answer. */
  preview: undefined;
  /** Our 2xx is out; the session waits for its ACK. */
  session: Session;
  /** It was not answered; comes once, and never after `session`. */
  ended: SessionEnd;
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
  readonly sdp?: string | undefined;
  readonly rejection?: Response;
  readonly ringing?: Ringing;
  readonly error?: Error;
}

/** An INVITE that waits for our answer. */
export class IncomingSession implements DialogUsage {
  readonly usage = 'INVITE';
  readonly id: string;
  readonly callId: string;
  readonly invite: Request;
  readonly events: Emitter<IncomingEvents>;
  readonly #options: IncomingOptions;
  readonly #machine: Machine<IncomingState, IncomingEvent, IncomingAction, IncomingTimer, Subject>;
  readonly #provisionals: Provisionals;
  readonly #description: FirstDescription;
  readonly #responses: Responses;
  /** What the user last asked the caller to hear. */
  #ringing: Ringing = {};
  #end: SessionEnd | undefined;

  constructor(options: IncomingOptions) {
    const { endpoint } = options.surroundings;
    this.#options = options;
    this.id = options.id;
    this.invite = options.request;
    this.callId = options.request.callId;
    this.events = new Emitter(endpoint.log);
    this.#description = new FirstDescription({ ...options, invite: options.request });
    this.#provisionals = new Provisionals({
      ...options,
      invite: options.request,
      acknowledged: (received, described) => this.#acknowledged(received, described),
      silent: () => this.#machine.on('PRACK missing'),
    });
    this.#responses = new Responses({
      ...options,
      provisionals: this.#provisionals,
      description: this.#description,
      usage: this,
    });
    this.#machine = new Machine({
      figure: incomingFigure,
      start: 'Offered',
      clock: endpoint.clock,
      length: (timer) => incomingTimerLength(timer, options),
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) =>
        observeSession(
          endpoint,
          this.id,
          this.#responses.early?.dialog ?? this,
          taken,
          this.#machine.timers,
        ),
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

  /** Sends 180; the caller hears it ring. Throws a TypeError when the status is none of 101 to 199. */
  ring(ringing: Ringing = {}): void {
    checkRinging(ringing);
    this.#options.surroundings.endpoint.run(() => {
      // RFC 3262 §5: the first response that must arrive brings our offer, when the INVITE brought none.
      const offers = this.#description.offers && !this.#description.told;
      const reliably = this.#responses.isReliable(ringing, false);
      this.#machine.on(offers && reliably ? 'preview' : 'ring', { ringing });
    });
  }

  /** False when the INVITE brought no offer, and the caller cannot acknowledge one of ours before the 2xx (RFC 3262 §5). */
  get mayPreview(): boolean {
    return !this.#description.offers || this.#provisionals.possible;
  }

  /** Sends 183 with our description, so that the caller hears us before the answer; `preview` follows. */
  preview(ringing: Ringing = {}): void {
    const described = { status: 183, ...ringing };
    checkRinging(described);
    this.#options.surroundings.endpoint.run(() => {
      this.#machine.on(this.mayPreview ? 'preview' : 'ring', { ringing: described });
    });
  }

  /** Answers; `session` follows, or `ended` when the media cannot be agreed on. */
  accept(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('accept'));
  }

  /** Changes the direction of early media by UPDATE; rejects with SIP_STATE until the caller has acknowledged it. */
  modify(direction: Direction): Promise<void> {
    const { early } = this.#responses;
    if (early === undefined || this.#provisionals.describing) return Promise.reject(noEarlyMedia());
    return early.modify(direction);
  }

  /** Refuses with a 3xx-6xx. Throws a TypeError when that is malformed. */
  reject(how: Rejection): void {
    const rejection = this.#responses.refusal(how);
    this.#options.surroundings.endpoint.run(() => this.#machine.on('reject', { rejection }));
  }

  /** RFC 3261 §9.2: the caller gives up. */
  cancel(cancel: Request): void {
    this.#machine.on('CANCEL', { request: cancel });
  }

  /** A request of the caller within the early dialog. */
  request(received: Received): void {
    const { request, transaction } = received;
    const { surroundings } = this.#options;
    switch (request.method) {
      case 'BYE':
        this.#machine.on('BYE', { request, received });
        break;
      case 'INVITE':
        // RFC 3261 §14.2: a second INVITE before the first is answered.
        transaction.respond(createResponse(request, 500, { headers: [retryAfter(surroundings)] }));
        break;
      case 'PRACK':
        this.#provisionals.prack(received);
        break;
      case 'UPDATE':
        // RFC 6337 §4.3: not while a description of ours waits for its PRACK.
        this.#responses.early?.update(received, !this.#provisionals.describing);
        break;
      case 'INFO':
        this.#responses.early?.infos.receive(received);
        break;
      default:
        transaction.respond(createResponse(request, 501));
    }
  }

  #perform(action: IncomingAction, subject: Subject): void {
    switch (action) {
      case 'send 180':
        this.#ringing = subject.ringing ?? this.#ringing;
        this.#responses.ring(this.#ringing);
        break;
      case 'send description':
        this.#responses.ring(this.#ringing, this.#description.tell());
        // What goes on ringing rings without a description.
        this.#ringing = { ...this.#ringing, status: 180 };
        break;
      case 'send rejection':
        if (subject.rejection !== undefined) this.#reject(subject.rejection);
        break;
      case 'send 480':
        this.#refuse(480);
        break;
      case 'send 487':
        this.#refuse(487);
        break;
      case 'send 488 or 500': {
        const { endpoint } = this.#options.surroundings;
        const { status, headers } = mediaRefusal(endpoint, subject.error);
        this.#refuse(status, headers);
        break;
      }
      case 'send 504':
        this.#refuse(504);
        break;
      case 'answer BYE':
        subject.received?.transaction.respond(createResponse(subject.received.request, 200));
        break;
      case 'make answer':
        this.#makeAnswer(subject.ringing);
        break;
      case 'apply answer':
        this.#description.applyAnswer(subject.sdp, this.invite.fromTag ?? '', (applied) => {
          if (applied.ok) this.#machine.on('answer ready');
          else this.#machine.on('answer failed', { error: applied.error });
        });
        break;
      case 'start session': {
        const session = this.#responses.accept();
        if (session !== undefined) this.events.emit('session', session);
        break;
      }
      case 'inform of preview':
        this.events.emit('preview', undefined);
        break;
      case 'inform of cancel': {
        const reason = subject.request && reasonText(subject.request);
        this.#inform({ by: 'remote', cause: 'cancel', reason });
        break;
      }
      case 'inform of expiry':
        this.#inform({ by: 'network', cause: 'expired' });
        break;
      case 'inform of silence':
        this.#inform({ by: 'network', cause: 'timeout', reason: 'No PRACK came' });
        break;
      case 'inform of failure': {
        const { status } = mediaRefusal(this.#options.surroundings.endpoint, subject.error);
        this.#inform({ by: 'local', cause: 'media', status, reason: subject.error?.message });
        break;
      }
    }
  }

  #makeAnswer(preview: Ringing | undefined): void {
    if (preview !== undefined) this.#ringing = preview;
    const reliably = preview !== undefined && this.#responses.isReliable(preview, true);
    const place = preview === undefined ? '2xx' : reliably ? 'reliable 1xx' : '1xx';
    this.#description.make(place, (made) => {
      if (!made.ok) this.#machine.on('answer failed', { error: made.error });
      else this.#machine.on(reliably ? 'answer ready for PRACK' : 'answer ready');
    });
  }

  // RFC 3262 §5: an offer of ours is answered in the PRACK; else what it brings is an offer of the caller.
  #acknowledged(received: Received, described: boolean): void {
    const { request, transaction } = received;
    const { media, offers } = this.#description;
    const sdp = sdpOf(request);
    if (described && offers && media?.mayUpdate === false) {
      transaction.respond(createResponse(request, 200));
      this.#machine.on('PRACK with answer', { sdp });
      return;
    }
    if (sdp === undefined) transaction.respond(createResponse(request, 200));
    else if (media?.mayUpdate === true) this.#responses.early?.answer(received);
    else refuseOffer(received, false, this.#options.surroundings);
    if (described) this.#machine.on('PRACK');
  }

  #refuse(status: number, headers: readonly HeaderInit[] = []): void {
    this.#responses.refuse(this.#responses.refusal({ status, headers }));
  }

  #reject(rejection: Response): void {
    this.#responses.refuse(rejection);
    this.#inform({ by: 'local', cause: 'rejected', status: rejection.status });
  }

  #inform(end: SessionEnd): void {
    const { early } = this.#responses;
    if (early !== undefined) {
      early.dialog.on(end.cause === 'cancel' ? 'cancelled' : 'rejected');
      this.#options.surroundings.dialogs.remove(early.dialog, this);
      early.end();
    }
    this.#description.media?.close();
    this.#end = end;
    this.events.emit('ended', end);
  }
}
