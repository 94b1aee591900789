// An answered call: it holds and resumes, follows the peer's changes, and ends (RFC 3261 §13.3.1.4, §14, §15).
import { own } from '../base/bytes.ts';
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { Step } from '../base/machine.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { dialogRequest } from '../dialog/request.ts';
import type { ServerTransaction } from '../endpoint/parts.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { contact } from '../message/header/contact.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { Direction } from '../sdp/negotiator.ts';
import { InviteServer } from '../transaction/invite-server.ts';
import { AckKeeper } from './ack.ts';
import { sdpOf, sdpType } from './body.ts';
import { endOfFailure, reasonText } from './end.ts';
import type { SessionEnd } from './end.ts';
import type { MediaExchange } from './media-exchange.ts';
import { observeSession } from './observe.ts';
import { sessionFigure } from './session.figure.ts';
import type { SessionAction, SessionEvent, SessionState, SessionTimer } from './session.figure.ts';
import type { DialogUsage, SessionSurroundings } from './surroundings.ts';
import { mediaWarning } from './warning.ts';

/** What a session tells as it goes on. */
export interface SessionEvents {
  /** An offer and its answer are in force; the first time the call has media. */
  agreement: undefined;
  /** It is over; comes once. */
  ended: SessionEnd;
}

/** A 2xx of ours that waits for its ACK. */
interface Answered {
  readonly transaction: InviteServer;
  readonly response: Response;
  readonly cseq: number;
  /** True when it carries our offer, so that the ACK must bring the answer. */
  readonly offered: boolean;
}

/** A wish of the user, and who waits for it. */
interface Wish {
  readonly direction: Direction;
  readonly resolve: () => void;
  readonly reject: (error: SipError) => void;
}

/** What came with an event. */
interface Subject {
  readonly request?: Request;
  readonly transaction?: ServerTransaction;
  readonly response?: Response;
  readonly sdp?: string | undefined;
  readonly error?: Error;
}

/** How a session begins. */
export interface SessionOptions {
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
  readonly start: 'Settling' | 'Unacknowledged';
}

/** The INVITE usage of a confirmed dialog. */
export class Session implements DialogUsage {
  readonly id: string;
  readonly dialog: Dialog;
  readonly events: Emitter<SessionEvents>;
  readonly #surroundings: SessionSurroundings;
  readonly #media: MediaExchange;
  readonly #machine: Machine<SessionState, SessionEvent, SessionAction, SessionTimer, Subject>;
  readonly #acks: AckKeeper;
  #answered: Answered | undefined;
  /** The peer's INVITE that is being answered. */
  #reviewed: { readonly request: Request; readonly transaction: InviteServer; readonly offered: boolean } | undefined;
  /** Wish under way, and the one that waits for its turn. */
  #wish: Wish | undefined;
  #waitingWish: Wish | undefined;
  #direction: Direction = 'sendrecv';
  #glares = 0;
  #end: SessionEnd | undefined;
  #reasonHeaders: readonly HeaderInit[] = [];

  constructor({ id, surroundings, dialog, media, start }: SessionOptions) {
    this.id = id;
    this.dialog = dialog;
    this.#surroundings = surroundings;
    this.#media = media;
    this.events = new Emitter(surroundings.endpoint.log);
    this.#acks = new AckKeeper(surroundings.endpoint, dialog);
    this.#machine = new Machine({
      figure: sessionFigure,
      start,
      clock: surroundings.endpoint.clock,
      length: (timer, resets) => this.#length(timer, resets),
      perform: (action, subject) => this.#perform(action, subject ?? {}),
      observe: (taken) => this.#observe(taken),
      run: (event) => surroundings.endpoint.run(event),
    });
    surroundings.dialogs.add(dialog, this);
  }

  get state(): SessionState {
    return this.#machine.state;
  }

  /** What we last asked of the media: `sendonly` while we hold the peer. */
  get direction(): Direction {
    return this.#direction;
  }

  /** Asks for another direction by re-INVITE; resolves when it is in force, rejects with SIP_REJECTED when the peer refuses. */
  modify(direction: Direction): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.state === 'Ended' || this.state === 'Ending' || this.state === 'Leaving') {
        reject(new SipError('SIP_STATE', { message: 'The call is over' }));
        return;
      }
      if (this.state === 'Active' && direction === this.#direction) {
        resolve();
        return;
      }
      this.#waitingWish?.reject(new SipError('SIP_CANCELLED', { message: 'A newer wish took its place' }));
      this.#waitingWish = { direction, resolve, reject };
      this.#surroundings.endpoint.run(() => this.#machine.on('modify'));
    });
  }

  /** Ends the call; `ended` follows when the BYE is answered. */
  hangUp(headers: readonly HeaderInit[] = []): void {
    this.#surroundings.endpoint.run(() => {
      this.#reasonHeaders = headers;
      this.#end ??= { by: 'local', cause: 'bye' };
      this.#machine.on('hang up');
    });
  }

  /** Our INVITE was answered: the agreement is put in force and the ACK goes out (RFC 3261 §13.2.2.4). */
  settle(invite: Request, response: Response): void {
    const sdp = sdpOf(response);
    this.#acks.expect(invite, this.#media.offering ? undefined : sdp);
    if (this.#media.offering) {
      this.#acks.sendOnce();
      this.#media.takeAnswer(sdp, this.dialog.id.remoteTag, (applied) => {
        if (applied.ok) this.#machine.on('media ready');
        else this.#machine.on('media failed', { error: applied.error });
      });
      return;
    }
    if (sdp === undefined) {
      this.#machine.on('media failed', { error: new Error('The answer to an INVITE without an offer brought none') });
      return;
    }
    this.#media.makeAnswer(sdp, { direction: this.#direction }, (made) => {
      if (made.ok) this.#machine.on('media ready', { sdp: made.value });
      else this.#machine.on('media failed', { error: made.error });
    });
  }

  /** We answered 2xx: it is repeated until the ACK comes (RFC 3261 §13.3.1.4). */
  repeatUntilAck(answered: Answered): void {
    this.#answered = answered;
  }

  /** A 2xx came again: its ACK was lost, so it goes again. */
  acknowledgeAgain(cseq: number): void {
    this.#acks.repeat(cseq);
  }

  request(request: Request, transaction: ServerTransaction): void {
    if (transaction instanceof InviteServer) this.#machine.on('INVITE', { request, transaction });
    else if (request.method === 'BYE') this.#bye(request, transaction);
    else transaction.respond(createResponse(request, 501, { toTag: transaction.localTag }));
  }

  ack(ack: Request): void {
    const answered = this.#answered;
    if (answered === undefined || ack.cseq.number !== answered.cseq) return;
    this.#answered = undefined;
    if (answered.offered) this.#machine.on('ACK with answer', { request: ack });
    else this.#machine.on('ACK');
  }

  /** RFC 3261 §9.2: the peer withdraws its re-INVITE. */
  cancel(): void {
    this.#machine.on('CANCEL');
  }

  #bye(request: Request, transaction: ServerTransaction): void {
    if (this.#end === undefined || this.state !== 'Ending') {
      this.#end = { by: 'remote', cause: 'bye', reason: reasonText(request) };
    }
    this.#machine.on('BYE', { request, transaction });
  }

  #length(timer: SessionTimer, resets: number): number {
    const { settings, random } = this.#surroundings.endpoint;
    switch (timer) {
      case '2xx':
        return Math.min(settings.t1 * 2 ** resets, settings.t2);
      case 'ACK':
        return 64 * settings.t1;
      case 'glare':
        // RFC 3261 §14.1: whoever made the Call-ID waits longer, both in steps of 10 ms.
        return this.dialog.initiator
          ? 2100 + 10 * Math.floor(random.fraction() * 191)
          : Math.max(10 * Math.floor(random.fraction() * 201), 1);
      case 'length':
        return this.#surroundings.callMilliseconds;
    }
  }

  #perform(action: SessionAction, subject: Subject): void {
    switch (action) {
      case 'repeat 2xx':
        this.#answered?.transaction.respond(this.#answered.response);
        break;
      case 'apply answer':
        this.#applyAckAnswer(subject);
        break;
      case 'make offer':
        this.#makeOffer();
        break;
      case 'make answer':
        this.#review(subject);
        break;
      case 'send INVITE':
        this.#sendInvite(subject.sdp);
        break;
      case 'settle media':
        this.#settleModification(subject);
        break;
      case 'send 2xx':
        this.#accept(subject.sdp);
        break;
      case 'send 487':
        this.#refuse(487);
        break;
      case 'send 488':
        this.#refuse(488, [mediaWarning(this.#surroundings.endpoint, subject.error)]);
        break;
      case 'send 491':
        this.#refuseNew(subject, 491, []);
        break;
      case 'send 500':
        this.#refuseNew(subject, 500, [['Retry-After', this.#retryAfter()]]);
        break;
      case 'roll back':
        this.#media.rollback();
        break;
      case 'keep wish':
        this.#keepWish();
        break;
      case 'take up wish':
        if (this.#waitingWish !== undefined) this.#machine.on('modify');
        break;
      case 'inform of agreement':
        this.#agreed();
        break;
      case 'inform of refusal':
        this.#refused(subject);
        break;
      case 'send ACK':
        this.#acks.sendOnce(subject.sdp);
        break;
      case 'send BYE':
        this.#sendBye(subject);
        break;
      case 'answer BYE':
        this.#answerBye(subject);
        break;
      case 'stop media':
        this.#media.close();
        break;
      case 'inform of end':
        this.#finish();
        break;
    }
  }

  // A wish that was backing off must not be forgotten when the peer's re-INVITE goes first.
  #keepWish(): void {
    if (this.#waitingWish !== undefined || this.#wish === undefined) return;
    this.#waitingWish = this.#wish;
    this.#wish = undefined;
  }

  #makeOffer(): void {
    const wish = this.#waitingWish ?? this.#wish;
    if (this.#waitingWish !== undefined) {
      this.#wish?.reject(new SipError('SIP_CANCELLED', { message: 'A newer wish took its place' }));
      this.#waitingWish = undefined;
    }
    this.#wish = wish;
    this.#media.makeOffer({ direction: wish?.direction ?? this.#direction }, (made) => {
      if (made.ok) this.#machine.on('offer ready', { sdp: made.value });
      else this.#machine.on('offer failed', { error: made.error });
    });
  }

  #sendInvite(offer: string | undefined): void {
    const { endpoint, authentication, headers, contactTowards } = this.#surroundings;
    const { dialog } = this;
    const invite = dialogRequest(dialog, 'INVITE', {
      headers: [['Contact', contactTowards(dialog.remoteTarget)], ...headers, ...typed(offer)],
      body: offer,
    });
    const sent = sendWithAuth(
      endpoint,
      invite,
      { authentication, nextCseq: () => dialog.nextCseq(1) },
      {
        response: (response) => this.#modificationAnswered(sent.request, response),
        failed: (status, error) => this.#machine.on('gone', { error: new SipError(error.code, { status }) }),
      },
    );
  }

  #modificationAnswered(invite: Request, response: Response): void {
    if (response.status < 200) return;
    if (response.status < 300) {
      if (this.#acks.knows(invite.cseq.number)) this.#acks.repeat(invite.cseq.number);
      else if (this.state === 'Modifying') this.#machine.on('2xx', { request: invite, response });
      else this.#acknowledgeLate(invite);
      return;
    }
    this.#machine.on(this.#refusalEvent(response.status), { response });
  }

  // RFC 3261 §13.2.2.4: every 2xx is acknowledged, also one that comes when the call is being hung up.
  #acknowledgeLate(invite: Request): void {
    this.#acks.expect(invite);
    this.#acks.sendOnce();
  }

  #refusalEvent(status: number): SessionEvent {
    if (status === 491 && this.#glares === 0) {
      this.#glares += 1;
      return '491';
    }
    // RFC 3261 §12.2.1.2, RFC 5057 §5.1: only these mean that the dialog is gone.
    return status === 481 || status === 408 ? 'gone' : 'refused';
  }

  #settleModification({ request, response }: Subject): void {
    if (request === undefined || response === undefined) return;
    this.dialog.refreshTarget(response);
    this.settle(request, response);
  }

  #review({ request, transaction }: Subject): void {
    if (request === undefined || !(transaction instanceof InviteServer)) return;
    const offer = sdpOf(request);
    this.#reviewed = { request, transaction, offered: offer === undefined };
    const made = (answer: { ok: true; value: string } | { ok: false; error: Error }): void => {
      if (answer.ok) this.#machine.on('answer ready', { sdp: answer.value });
      else this.#machine.on('answer failed', { error: answer.error });
    };
    const wish = { direction: this.#direction };
    // RFC 3261 §14.2: a re-INVITE without an offer is answered with one.
    if (offer === undefined) this.#media.makeOffer(wish, made);
    else this.#media.makeAnswer(offer, wish, made);
  }

  #accept(answer: string | undefined): void {
    const reviewed = this.#reviewed;
    if (reviewed === undefined) return;
    this.#reviewed = undefined;
    const { request, transaction, offered } = reviewed;
    if (request.has(contact.name)) this.dialog.refreshTarget(request);
    const response = createResponse(request, 200, {
      headers: [['Contact', this.#surroundings.contactFor(request)], ...this.#surroundings.headers, ...typed(answer)],
      body: answer,
    });
    this.#answered = { transaction, response, cseq: request.cseq.number, offered };
    transaction.respond(response);
  }

  #refuse(status: number, headers: readonly HeaderInit[] = []): void {
    const reviewed = this.#reviewed;
    if (reviewed === undefined) return;
    this.#reviewed = undefined;
    reviewed.transaction.respond(createResponse(reviewed.request, status, { headers }));
  }

  #refuseNew({ request, transaction }: Subject, status: number, headers: readonly HeaderInit[]): void {
    if (request !== undefined) transaction?.respond(createResponse(request, status, { headers }));
  }

  // RFC 3261 §14.2: a random number of seconds from 0 to 10.
  #retryAfter(): string {
    return String(Math.floor(this.#surroundings.endpoint.random.fraction() * 11));
  }

  #applyAckAnswer({ request }: Subject): void {
    const sdp = request === undefined ? undefined : sdpOf(request);
    this.#media.takeAnswer(sdp, this.dialog.id.remoteTag, (applied) => {
      if (applied.ok) this.#machine.on('media ready');
      else this.#machine.on('media failed', { error: applied.error });
    });
  }

  #agreed(): void {
    this.#glares = 0;
    const wish = this.#wish;
    this.#wish = undefined;
    if (wish !== undefined) this.#direction = wish.direction;
    this.events.emit('agreement', undefined);
    wish?.resolve();
  }

  #refused({ response, error }: Subject): void {
    const wish = this.#wish;
    this.#wish = undefined;
    this.#glares = 0;
    wish?.reject(
      response === undefined
        ? new SipError('SIP_NO_COMMON_CODEC', { cause: error })
        : new SipError('SIP_REJECTED', { status: response.status, response, message: `The peer refused: ${response.status} ${response.reason}` }),
    );
  }

  #sendBye({ error }: Subject): void {
    this.#end ??= this.#endOf(error);
    const { endpoint, authentication } = this.#surroundings;
    const { dialog } = this;
    const bye = dialogRequest(dialog, 'BYE', { headers: this.#reasonHeaders });
    // RFC 3261 §15.1.1: the dialog is over now, whatever the answer says.
    dialog.on('local-bye');
    sendWithAuth(
      endpoint,
      bye,
      { authentication, nextCseq: () => dialog.nextCseq(1) },
      {
        response: (response) => {
          if (response.status >= 200) this.#machine.on('BYE answered');
        },
        failed: () => this.#machine.on('BYE answered'),
      },
    );
  }

  #endOf(error: Error | undefined): SessionEnd {
    if (this.#answered !== undefined) return { by: 'network', cause: 'no ack' };
    if (error instanceof SipError && (error.status === 408 || error.status === 503)) return endOfFailure(error.status, error);
    if (error !== undefined) return { by: 'local', cause: 'media', reason: error.message };
    return { by: 'local', cause: 'too long' };
  }

  #answerBye({ request, transaction }: Subject): void {
    if (request === undefined) return;
    this.dialog.on('remote-bye');
    transaction?.respond(createResponse(request, 200));
  }

  #finish(): void {
    this.#surroundings.dialogs.remove(this.dialog);
    this.#answered = undefined;
    const over = new SipError('SIP_STATE', { message: 'The call is over' });
    this.#wish?.reject(over);
    this.#waitingWish?.reject(over);
    this.#wish = undefined;
    this.#waitingWish = undefined;
    const end: SessionEnd = this.#end ?? { by: 'network', cause: 'closed' };
    this.events.emit('ended', end.reason === undefined ? end : { ...end, reason: own(end.reason) });
  }

  #observe(taken: Step<SessionState>): void {
    observeSession(this.#surroundings.endpoint, this.id, this.dialog, taken, this.#machine.timers);
  }
}

function typed(sdp: string | undefined): readonly HeaderInit[] {
  return sdp === undefined ? [] : [['Content-Type', sdpType]];
}
