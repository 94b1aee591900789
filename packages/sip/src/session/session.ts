// An answered call: it holds and resumes, follows the peer's changes, stays fresh, and ends (RFC 3261 §13.3.1.4, §14, §15).
import { own } from '../base/bytes.ts';
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { Result } from '../base/result.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import { headerText } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import type { Message, Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { Direction, StreamReport } from '../sdp/negotiator.ts';
import { AckKeeper } from './ack.ts';
import { repeat } from './answered.ts';
import type { Answered } from './answered.ts';
import { sdpOf } from './body.ts';
import { sendBye } from './bye.ts';
import { EarlyOffers } from './early-offers.ts';
import { endOfTrouble, errorOfTrouble, reasonText } from './end.ts';
import type { SessionEnd } from './end.ts';
import type { InfoInit, Infos } from './info.ts';
import type { MediaExchange } from './media-exchange.ts';
import { mediaRefusal } from './media-refusal.ts';
import { Modification } from './modify.ts';
import type { OfferMethod } from './modify.ts';
import { observeSession } from './observe.ts';
import type { Provisionals } from './provisional.ts';
import { sessionTimerLength } from './lengths.ts';
import { Refresh } from './refresh.ts';
import { retryAfter } from './retry-after.ts';
import { Review } from './review.ts';
import { settle } from './settle.ts';
import { sessionFigure } from './session.figure.ts';
import type { SessionAction, SessionEvent, SessionState, SessionTimer } from './session.figure.ts';
import type { SessionSurroundings } from './surroundings.ts';
import { Freshness } from './freshness.ts';
import { Wishes } from './wishes.ts';

/** What a session tells as it goes on. */
export interface SessionEvents {
  /** An offer and its answer are in force; the first time the call has media. */
  agreement: undefined;
  /** The peer is somebody else, by its own word (RFC 4916 §4.4.2). */
  renamed: undefined;
  /** It is over; comes once. */
  ended: SessionEnd;
}

/** What came with an event. */
interface Subject {
  readonly received?: Received;
  readonly request?: Request;
  readonly response?: Response;
  readonly sdp?: string | undefined;
  readonly error?: Error;
}

/** How a session begins: with a 2xx of the peer to our INVITE, or with ours to the peer's. */
export interface SessionOptions {
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
  readonly infos: Infos;
  /** What we asked of the media before the answer. */
  readonly direction: Direction;
  readonly start: 'Settling' | 'Unacknowledged';
  /** What the caller may still acknowledge by PRACK. */
  readonly provisionals?: Provisionals | undefined;
}

/** The INVITE usage of a confirmed dialog. */
export class Session implements DialogUsage {
  readonly usage = 'INVITE';
  readonly id: string;
  readonly dialog: Dialog;
  readonly events: Emitter<SessionEvents>;
  readonly infos: Infos;
  readonly #surroundings: SessionSurroundings;
  readonly #media: MediaExchange;
  readonly #machine: Machine<SessionState, SessionEvent, SessionAction, SessionTimer, Subject>;
  readonly #acks: AckKeeper;
  readonly #modification: Modification;
  readonly #review: Review;
  readonly #timer: Freshness;
  readonly #refresh: Refresh;
  readonly #wishes = new Wishes();
  /** Answers an UPDATE that comes before the ACK. */
  #apart: EarlyOffers | undefined;
  readonly #provisionals: Provisionals | undefined;
  #answered: Answered | undefined;
  #direction: Direction;
  /** What carries the offer that is under way. */
  #method: OfferMethod = 'INVITE';
  #end: SessionEnd | undefined;
  #byeHeaders: readonly HeaderInit[] = [];

  constructor(options: SessionOptions) {
    const { id, surroundings, dialog, media, start } = options;
    const { endpoint } = surroundings;
    this.id = id;
    this.dialog = dialog;
    this.#surroundings = surroundings;
    this.#media = media;
    this.infos = options.infos;
    this.#direction = options.direction;
    this.#provisionals = options.provisionals;
    this.events = new Emitter(endpoint.log);
    this.#acks = new AckKeeper(endpoint, dialog);
    const timer = new Freshness({
      id,
      surroundings,
      dialog,
      refresh: () => this.#refresh.send(),
      expired: () => this.#lose({ by: 'network', cause: 'expired', reason: 'Nobody refreshed it' }),
    });
    this.#timer = timer;
    this.#refresh = new Refresh({
      surroundings,
      dialog,
      timer,
      reinvite: () => this.#reinvite(),
      lost: (end) => this.#lose(end),
    });
    const renamed = (): void => this.events.emit('renamed', undefined);
    this.#review = new Review({ surroundings, dialog, media, timer, renamed });
    this.#modification = new Modification({
      surroundings,
      dialog,
      timer,
      acks: this.#acks,
      answeredEarly: (sdp) => media.takeEarlyAnswer(sdp, dialog.id.remoteTag, true),
      take: (event, subject) => this.#machine.on(event, subject),
      isWaiting: () => this.state === 'Modifying' || this.state === 'Withdrawing',
    });
    this.#machine = new Machine({
      figure: sessionFigure,
      start,
      clock: endpoint.clock,
      length: (timer) =>
        sessionTimerLength(timer, { surroundings, dialog, answered: this.#answered }),
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) => observeSession(endpoint, id, dialog, taken, this.#machine.timers),
      run: (event) => endpoint.run(event),
    });
    surroundings.dialogs.add(dialog, this);
  }

  /** How each media line stood when it was last counted. */
  get reports(): readonly StreamReport[] {
    return this.#media.reports;
  }

  get state(): SessionState {
    return this.#machine.state;
  }

  /** What we last asked of the media: `sendonly` while we hold the peer. */
  get direction(): Direction {
    return this.#direction;
  }

  /** Asks for another direction; resolves when it is in force, rejects with SIP_REJECTED when the peer refuses. */
  modify(direction: Direction, method: OfferMethod = 'INVITE'): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.state === 'Ended' || this.state === 'Ending' || this.state === 'Leaving') {
        reject(over());
        return;
      }
      if (this.state === 'Active' && direction === this.#direction) {
        resolve();
        return;
      }
      this.#wishes.add({ direction, method, resolve, reject });
      this.#surroundings.endpoint.run(() => this.#machine.on('modify'));
    });
  }

  /** Ends the call; `ended` follows when the BYE is answered. Throws a TypeError when `headers` are malformed. */
  hangUp(headers: readonly HeaderInit[] = []): void {
    headerText(headers);
    this.#surroundings.endpoint.run(() => {
      if (this.#end === undefined) this.#byeHeaders = headers;
      this.#end ??= { by: 'local', cause: 'bye' };
      this.#machine.on('hang up');
    });
  }

  /** Sends an INFO; rejects with SIP_REJECTED when the peer does not take it, throws SIP_STATE for a package it never asked for. */
  inform(info: InfoInit): Promise<void> {
    return this.infos.send(info, (end) => this.#lose(end));
  }

  /**
   * Tells the peer that we are `party` from now on, a From value without tag (RFC 4916 §4.3); false when it does not hear of
   * such changes.
   *
   * Departs from RFC 4916 §4.2: not after each answer, only on a change, since nobody here signs who we are.
   */
  rename(party: string): boolean {
    if (!this.#refresh.hearsNames || this.#isOver) return false;
    this.#surroundings.endpoint.run(() => {
      this.dialog.renameLocal(party);
      this.#refresh.send();
    });
    return true;
  }

  /** Waits for nobody any more: a call that is being hung up is over now. */
  drop(): void {
    this.#surroundings.endpoint.run(() => this.#machine.on('drop'));
  }

  /** Our INVITE was answered: the agreement is put in force and the ACK goes out (RFC 3261 §13.2.2.4). */
  settle(invite: Request, response: Response): void {
    this.#settle(invite, response, true);
  }

  #settle(request: Request, response: Response, first: boolean): void {
    this.#learn(response);
    this.#timer.granted(response);
    const settling = {
      media: this.#media,
      acks: this.#acks,
      dialog: this.dialog,
      direction: this.#direction,
      first,
    };
    settle(settling, request, response, (settled) =>
      this.#mediaMade('media ready', 'media failed', settled),
    );
  }

  /** We answer 2xx to `invite`: what it says of the session timer (RFC 4028 §9). */
  grant(invite: Request): readonly HeaderInit[] {
    this.#learn(invite);
    return this.#timer.grant(invite);
  }

  /** We answered 2xx: it is repeated until the ACK comes (RFC 3261 §13.3.1.4). */
  repeatUntilAck(answered: Answered): void {
    this.#answered = answered;
  }

  /** A 2xx came again: its ACK was lost, so it goes again. */
  acknowledgeAgain(cseq: number): void {
    this.#acks.repeat(cseq);
  }

  request(received: Received): void {
    switch (received.request.method) {
      case 'INVITE':
        if (this.#mayRefresh(received)) this.#invite(received);
        break;
      case 'UPDATE':
        if (this.#mayRefresh(received)) this.#update(received);
        break;
      case 'BYE':
        this.#bye(received);
        break;
      case 'PRACK':
        // RFC 3262 §3: that of a provisional response which our 2xx overtook.
        if (this.#provisionals === undefined) answer({ received }, 481);
        else this.#provisionals.prack(received);
        break;
      case 'INFO':
        if (this.#isOver) answer({ received }, 481);
        else this.infos.receive(received);
        break;
      default:
        answer({ received }, 501);
    }
  }

  ack(ack: Request): void {
    const answered = this.#answered;
    if (answered === undefined || ack.cseq.number !== answered.cseq) return;
    this.#answered = undefined;
    if (answered.offered) this.#machine.on('ACK with answer', { request: ack });
    else this.#machine.on('ACK');
  }

  /** RFC 3261 §9.2: the peer withdraws its re-INVITE. */
  cancel(cancel: Request): void {
    if (this.#review.isCancelledBy(cancel)) this.#machine.on('CANCEL');
  }

  // RFC 4028 §9: 422 when the peer would be heard from more often than we want to hear from it.
  #mayRefresh(received: Received): boolean {
    const refusal = this.#isOver ? undefined : this.#timer.refusal(received.request);
    if (refusal === undefined) {
      this.#learn(received.request);
      return true;
    }
    answer({ received }, refusal.status, refusal.headers);
    return false;
  }

  // Our 2xx is being repeated meanwhile, for its ACK may come late.
  #answerApart(received: Received): void {
    this.#apart ??= new EarlyOffers({
      surroundings: this.#surroundings,
      dialog: this.dialog,
      media: this.#media,
      timer: this.#timer,
      agreed: () => this.events.emit('agreement', undefined),
      renamed: () => this.events.emit('renamed', undefined),
    });
    this.#apart.update(received, true);
  }

  // RFC 3261 §14.1: who sends another INVITE has had our 2xx, and only its ACK was lost.
  #invite(received: Received): void {
    if (this.state === 'Unacknowledged' && this.#answered?.offered === false) {
      this.#answered = undefined;
      this.#machine.on('ACK');
    }
    this.#machine.on('INVITE', { received });
  }

  // RFC 3311 §5.2: one without an offer changes nothing but the target, and is always welcome.
  #update(received: Received): void {
    if (sdpOf(received.request) !== undefined) this.#machine.on('offer in UPDATE', { received });
    else if (this.#isOver) answer({ received }, 481);
    else this.#review.confirm(received);
  }

  get #isOver(): boolean {
    return this.state === 'Ending' || this.state === 'Ended';
  }

  #learn(message: Message): void {
    this.#refresh.learn(message);
    this.infos.learn(message);
  }

  #reinvite(): boolean {
    if (this.state !== 'Active') return false;
    this.#machine.on('refresh');
    return true;
  }

  #lose(end: SessionEnd): void {
    if (this.#isOver) return;
    this.#end ??= end;
    this.#machine.on('hang up');
  }

  #bye(received: Received): void {
    if (this.#end === undefined || this.state !== 'Ending') {
      this.#end = { by: 'remote', cause: 'bye', reason: reasonText(received.request) };
    }
    this.#machine.on('BYE', { received });
  }

  #perform(action: SessionAction, subject: Subject): void {
    switch (action) {
      case 'repeat 2xx':
        if (this.#answered !== undefined) repeat(this.#answered);
        break;
      case 'apply answer':
        this.#media.takeAnswer(
          subject.request === undefined ? undefined : sdpOf(subject.request),
          this.dialog.id.remoteTag,
          (applied) => this.#mediaMade('media ready', 'media failed', applied),
        );
        break;
      case 'make offer':
        this.#makeOffer();
        break;
      case 'make answer':
        if (subject.received === undefined) break;
        this.#review.begin(subject.received, { direction: this.#direction }, (made) =>
          this.#mediaMade('answer ready', 'answer failed', made),
        );
        break;
      case 'send offer':
        if (subject.sdp !== undefined) this.#modification.send(subject.sdp, this.#method);
        break;
      case 'send CANCEL':
        this.#modification.withdraw();
        break;
      case 'settle media':
        this.#settleModification(subject);
        break;
      case 'send 2xx':
        if (subject.sdp !== undefined) this.#answered = this.#review.accept(subject.sdp);
        break;
      case 'send 481':
        answer(subject, 481);
        break;
      case 'send 487':
        this.#review.refuse(487);
        break;
      case 'send 488': {
        const { status, headers } = mediaRefusal(this.#surroundings.endpoint, subject.error);
        this.#review.refuse(status, headers);
        break;
      }
      case 'send 491':
        answer(subject, 491);
        break;
      case 'send 500':
        answer(subject, 500, [retryAfter(this.#surroundings)]);
        break;
      case 'answer apart':
        if (subject.received !== undefined) this.#answerApart(subject.received);
        break;
      case 'roll back':
        this.#media.rollback();
        break;
      case 'put wish back':
        this.#wishes.putBack();
        break;
      case 'take up wish':
        if (this.#wishes.waiting) this.#machine.on('modify');
        break;
      case 'inform of agreement':
        this.#agreed();
        break;
      case 'inform of refusal':
        this.#wishes.refuse(errorOfTrouble(subject));
        this.#timer.refused();
        break;
      case 'send ACK':
        this.#acks.sendOnce(subject.sdp);
        break;
      case 'blame media':
        this.#end ??= { by: 'local', cause: 'media', reason: 'The media took too long' };
        break;
      case 'send BYE':
        this.#end ??= endOfTrouble(subject, this.#answered !== undefined);
        sendBye(this.#surroundings, this.dialog, this.#byeHeaders, () =>
          this.#machine.on('BYE answered'),
        );
        break;
      case 'answer BYE':
        this.dialog.on('remote-bye');
        answer(subject, 200);
        break;
      case 'stop media':
        this.#media.close();
        break;
      case 'inform of end':
        this.#finish();
        break;
    }
  }

  #makeOffer(): void {
    const wish = this.#wishes.begin();
    this.#method = wish?.method ?? 'INVITE';
    this.#media.makeOffer({ direction: wish?.direction ?? this.#direction }, (made) =>
      this.#mediaMade('offer ready', 'offer failed', made),
    );
  }

  #mediaMade(
    ready: 'media ready' | 'offer ready' | 'answer ready',
    failed: 'media failed' | 'offer failed' | 'answer failed',
    made: Result<string | undefined, Error>,
  ): void {
    if (made.ok) this.#machine.on(ready, { sdp: made.value });
    else this.#machine.on(failed, { error: made.error });
  }

  #settleModification({ request, response }: Subject): void {
    if (request === undefined || response === undefined) return;
    this.dialog.refreshTarget(response);
    this.#settle(request, response, false);
  }

  #agreed(): void {
    this.#modification.settled();
    const wish = this.#wishes.fulfil();
    if (wish !== undefined) this.#direction = wish.direction;
    this.events.emit('agreement', undefined);
    wish?.resolve();
  }

  #finish(): void {
    this.#surroundings.dialogs.remove(this.dialog, this);
    this.#answered = undefined;
    this.#timer.end();
    this.#apart?.end();
    this.#wishes.end(over);
    this.#media.close();
    const end: SessionEnd = this.#end ?? { by: 'network', cause: 'closed' };
    this.events.emit('ended', end.reason === undefined ? end : { ...end, reason: own(end.reason) });
  }
}

function answer({ received }: Subject, status: number, headers: readonly HeaderInit[] = []): void {
  received?.transaction.respond(createResponse(received.request, status, { headers }));
}

function over(): SipError {
  return new SipError('SIP_STATE', { message: 'The call is over' });
}
