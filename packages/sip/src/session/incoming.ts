// A call to us until we answer it: ringing, early media, CANCEL, expiry, and the answer (RFC 3261 §13.3, RFC 3262 §3).
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
import type { Direction, Negotiator } from '../sdp/negotiator.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import type { Flow } from '../transport/port.ts';
import { sdpOf, typeOf } from './body.ts';
import { EarlyOffers, refuseOffer } from './early-offers.ts';
import { EarlyUpdates, noEarlyMedia } from './early-update.ts';
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
import { Infos, sessionHeaders } from './info.ts';
import { observeSession } from './observe.ts';
import { mediaRefusal } from './media-refusal.ts';
import { Provisionals } from './provisional.ts';
import { retryAfter } from './retry-after.ts';
import { Session } from './session.ts';
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

/** How a call is refused. */
export interface Rejection {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
}

/** How a call rings, or is previewed. */
export interface Ringing {
  /** From 101 to 199; 180 unless said, 183 with a description. */
  readonly status?: number | undefined;
  /** True to have it acknowledged where the caller can do that; always done where the caller requires it (RFC 3262 §3). */
  readonly reliable?: boolean | undefined;
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
  readonly #machine: Machine<IncomingState, IncomingEvent, IncomingAction, IncomingTimer, Subject>;
  readonly #provisionals: Provisionals;
  readonly #description: FirstDescription;
  #dialog: Dialog | undefined;
  #infos: Infos | undefined;
  #offers: EarlyOffers | undefined;
  #updates: EarlyUpdates | undefined;
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

  /** Sends 180; the caller hears it ring. Throws a TypeError when the status is none of 101 to 199. */
  ring(ringing: Ringing = {}): void {
    checkRinging(ringing);
    this.#options.surroundings.endpoint.run(() => {
      // RFC 3262 §5: the first response that must arrive brings our offer, when the INVITE brought none.
      const offers = this.#description.offers && !this.#description.told;
      const reliably = this.#isReliable(ringing, false);
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
    const { surroundings } = this.#options;
    const dialog = this.#dialog;
    const { media } = this.#description;
    if (dialog === undefined || media === undefined || this.#provisionals.describing) {
      return Promise.reject(noEarlyMedia());
    }
    this.#updates ??= new EarlyUpdates({ surroundings, dialog, media });
    return this.#updates.send(direction);
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
        if (this.#offers === undefined) refuseOffer(received, false, surroundings);
        else this.#offers.update(received, !this.#provisionals.describing);
        break;
      case 'INFO':
        this.#infos?.receive(received);
        break;
      default:
        transaction.respond(createResponse(request, 501));
    }
  }

  #length(timer: IncomingTimer): number | undefined {
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
        this.#ring(subject.ringing ?? this.#ringing);
        break;
      case 'send description':
        this.#ring(this.#ringing, this.#description.tell());
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
      case 'send 488': {
        const { status, headers } = mediaRefusal(
          this.#options.surroundings.endpoint,
          subject.error,
        );
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
        this.#description.applyAnswer(subject.sdp, this.#fork, (applied) => {
          if (applied.ok) this.#machine.on('answer ready');
          else this.#machine.on('answer failed', { error: applied.error });
        });
        break;
      case 'start session':
        this.#startSession();
        break;
      case 'inform of preview':
        this.events.emit('preview', undefined);
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
      case 'inform of silence':
        this.#inform({ by: 'network', cause: 'timeout', reason: 'No PRACK came' });
        break;
      case 'inform of failure':
        this.#inform({ by: 'local', cause: 'media', status: 488, reason: subject.error?.message });
        break;
    }
  }

  // What goes on ringing rings as it was asked for last, without a description.
  #ring(ringing: Ringing, sdp?: string): void {
    const { request, flow, surroundings } = this.#options;
    const dialog = this.#early();
    const { media } = this.#description;
    dialog?.on('1xx-tag');
    if (dialog !== undefined && media !== undefined) {
      this.#offers ??= new EarlyOffers({ surroundings, dialog, media });
    }
    this.#ringing = sdp === undefined ? ringing : { ...ringing, status: 180 };
    this.#provisionals.send(
      {
        status: ringing.status ?? 180,
        headers: [
          ...recordRoutes(request),
          ['Contact', surroundings.contact(flow, request)],
          ...sessionHeaders(surroundings),
        ],
        sdp,
      },
      this.#isReliable(ringing, sdp !== undefined),
    );
  }

  // RFC 3262 §3: what must arrive is a description; what only rings need not.
  #isReliable({ reliable }: Ringing, described: boolean): boolean {
    const { required, possible } = this.#provisionals;
    // An offer of ours can go nowhere else before the 2xx (RFC 3261 §13.2.1).
    const offers = described && this.#description.offers;
    return required || (possible && (offers || (reliable ?? described)));
  }

  #makeAnswer(preview: Ringing | undefined): void {
    if (preview !== undefined) this.#ringing = preview;
    const reliably = preview !== undefined && this.#isReliable(preview, true);
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
    else if (media?.mayUpdate === true) this.#offers?.answer(received);
    else refuseOffer(received, false, this.#options.surroundings);
    if (described) this.#machine.on('PRACK');
  }

  #startSession(): void {
    const { request, transaction, flow, surroundings } = this.#options;
    const dialog = this.#early();
    const { media, offers, told } = this.#description;
    const infos = this.#infos;
    const updates = this.#updates;
    if (dialog === undefined || media === undefined || infos === undefined) return;
    this.#provisionals.final();
    dialog.on('2xx');
    const session = new Session({
      id: this.id,
      surroundings,
      dialog,
      media,
      infos,
      direction: updates?.direction ?? 'sendrecv',
      start: 'Unacknowledged',
      // It holds the INVITE, which a call should not for as long as it lasts.
      provisionals: this.#provisionals.waiting ? this.#provisionals : undefined,
    });
    const sdp = this.#description.tellFinally();
    const response = createResponse(request, 200, {
      toTag: transaction.localTag,
      headers: [
        ...recordRoutes(request),
        ['Contact', surroundings.contact(flow, request)],
        ...sessionHeaders(surroundings),
        ...session.grant(request),
        ...typeOf(sdp),
      ],
      body: sdp,
    });
    if (updates !== undefined) session.events.on('ended', () => updates.end());
    session.repeatUntilAck({
      transaction,
      response,
      cseq: request.cseq.number,
      offered: offers && !told,
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
    this.#infos = new Infos(surroundings, this.#dialog);
    this.#infos.learn(request);
    surroundings.dialogs.add(this.#dialog, this);
    return this.#dialog;
  }

  get #fork(): string {
    return this.#options.request.fromTag ?? '';
  }

  #refuse(status: number, headers: readonly HeaderInit[] = []): void {
    const { request, transaction } = this.#options;
    this.#provisionals.final();
    transaction.respond(createResponse(request, status, { toTag: transaction.localTag, headers }));
  }

  #reject(rejection: Response | undefined): void {
    if (rejection === undefined) return;
    this.#provisionals.final();
    this.#options.transaction.respond(rejection);
    this.#inform({ by: 'local', cause: 'rejected', status: rejection.status });
  }

  #inform(end: SessionEnd): void {
    const dialog = this.#dialog;
    if (dialog !== undefined) {
      dialog.on(end.cause === 'cancel' ? 'cancelled' : 'rejected');
      this.#options.surroundings.dialogs.remove(dialog, this);
    }
    this.#offers?.end();
    this.#updates?.end();
    this.#description.media?.close();
    this.#end = end;
    this.events.emit('ended', end);
  }
}

// A 100 says nothing to our user, and is sent by the transaction.
function checkRinging({ status = 180 }: Ringing): void {
  if (!(status > 100 && status <= 199)) {
    throw new TypeError(`A call rings with a status from 101 to 199, not ${status}`);
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
