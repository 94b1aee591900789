// An answered call: it holds and resumes, follows the peer's changes, stays fresh, and ends (RFC 3261 §13.3.1.4, §14, §15).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import { headerText } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import type { Message, Request, Response } from '../message/message.ts';
import type { Direction, StreamReport } from '../sdp/negotiator.ts';
import { AckKeeper } from './ack.ts';
import { AnswerKeeper } from './answered.ts';
import type { Answered } from './answered.ts';
import { sdpOf } from './body.ts';
import { reasonText } from './end.ts';
import type { SessionEnd } from './end.ts';
import { Ending } from './ending.ts';
import { Freshness } from './freshness.ts';
import type { InfoInit, Infos } from './info.ts';
import { sessionTimerLength } from './lengths.ts';
import type { MediaExchange } from './media-exchange.ts';
import type { OfferMethod } from './modify.ts';
import { observeSession } from './observe.ts';
import type { Provisionals } from './provisional.ts';
import { Refresh } from './refresh.ts';
import { Renegotiation } from './renegotiation.ts';
import { answer, perform, settle } from './session-actions.ts';
import type { SessionParts, SessionSubject } from './session-actions.ts';
import { sessionFigure } from './session.figure.ts';
import type { SessionAction, SessionEvent, SessionState, SessionTimer } from './session.figure.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What a session tells as it goes on. */
export interface SessionEvents {
  /** An offer and its answer are in force; the first time the call has media. */
  agreement: undefined;
  /** The peer is somebody else, by its own word (RFC 4916 §4.4.2). */
  renamed: undefined;
  /** It is over; comes once. */
  ended: SessionEnd;
}

/** How a session begins: with a 2xx of the peer to our INVITE, with ours to the peer's, or as it was before we were started anew. */
export interface SessionOptions {
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
  readonly infos: Infos;
  /** What we asked of the media before the answer. */
  readonly direction: Direction;
  readonly start: 'Settling' | 'Unacknowledged' | 'Active';
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
  readonly #parts: SessionParts;
  readonly #machine: Machine<
    SessionState,
    SessionEvent,
    SessionAction,
    SessionTimer,
    SessionSubject
  >;
  readonly #refresh: Refresh;
  readonly #provisionals: Provisionals | undefined;

  constructor(options: SessionOptions) {
    const { id, surroundings, dialog, media, start } = options;
    const { endpoint } = surroundings;
    this.id = id;
    this.dialog = dialog;
    this.infos = options.infos;
    this.#provisionals = options.provisionals;
    this.events = new Emitter(endpoint.log);
    const acks = new AckKeeper(surroundings, dialog);
    const ending = new Ending(surroundings, dialog);
    const answers = new AnswerKeeper();
    const timer = new Freshness({
      id,
      surroundings,
      dialog,
      refresh: () => this.#refresh.send(),
      expired: () => this.#lose({ by: 'network', cause: 'expired', reason: 'Nobody refreshed it' }),
    });
    this.#refresh = new Refresh({
      surroundings,
      dialog,
      timer,
      reinvite: () => this.#reinvite(),
      lost: (end) => this.#lose(end),
    });
    const take: SessionParts['take'] = (event, subject) => this.#machine.on(event, subject);
    const renegotiation = new Renegotiation({
      ...{ surroundings, dialog, media, timer, acks, direction: options.direction, take },
      agreed: () => this.events.emit('agreement', undefined),
      renamed: () => this.events.emit('renamed', undefined),
      isWaiting: () => this.state === 'Modifying' || this.state === 'Withdrawing',
    });
    this.#parts = {
      ...{ surroundings, dialog, media, renegotiation, acks, answers, timer, ending, take },
      learn: (message) => this.#learn(message),
      finish: () => this.#finish(),
    };
    this.#machine = new Machine({
      figure: sessionFigure,
      start,
      clock: endpoint.clock,
      length: (timer) => sessionTimerLength(timer, { surroundings, dialog, answers }),
      perform: (action, subject) => endpoint.guard(() => perform(this.#parts, action, subject)),
      observe: (taken) => observeSession(endpoint, id, dialog, taken, this.#machine.timers),
      run: (event) => endpoint.run(event),
    });
    surroundings.dialogs.add(dialog, this);
  }

  /** How each media line stood when it was last counted. */
  get reports(): readonly StreamReport[] {
    return this.#parts.media.reports;
  }

  get state(): SessionState {
    return this.#machine.state;
  }

  /** True when the peer says that it takes UPDATE (RFC 3311 §4). */
  get takesUpdate(): boolean {
    return this.#refresh.updates;
  }

  /** What we last asked of the media: `sendonly` while we hold the peer. */
  get direction(): Direction {
    return this.#parts.renegotiation.direction;
  }

  /** Asks for another direction; resolves when it is in force, rejects with SIP_REJECTED when the peer refuses. */
  modify(direction: Direction, method: OfferMethod = 'INVITE'): Promise<void> {
    if (this.state === 'Active' && direction === this.direction) return Promise.resolve();
    return this.renegotiate(method, direction);
  }

  /**
   * Offers anew what the negotiator now wants, in the same dialog: another codec, another network. Resolves when it is in
   * force, rejects with SIP_REJECTED when the peer refuses.
   */
  renegotiate(
    method: OfferMethod = 'INVITE',
    direction: Direction = this.direction,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.state === 'Ended' || this.state === 'Ending' || this.state === 'Leaving') {
        reject(over());
        return;
      }
      this.#parts.renegotiation.wishes.add({ direction, method, resolve, reject });
      this.#parts.surroundings.endpoint.run(() => this.#machine.on('modify'));
    });
  }

  /** Ends the call; `ended` follows when the BYE is answered. Throws a TypeError when `headers` are malformed. */
  hangUp(headers: readonly HeaderInit[] = []): void {
    headerText(headers);
    this.#parts.surroundings.endpoint.run(() => {
      this.#parts.ending.hangUp(headers);
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
    this.#parts.surroundings.endpoint.run(() => {
      this.dialog.renameLocal(party);
      this.#refresh.send();
    });
    return true;
  }

  /** Waits for nobody any more: a call that is being hung up is over now. */
  drop(): void {
    this.#parts.surroundings.endpoint.run(() => this.#machine.on('drop'));
  }

  /** Our INVITE was answered: the agreement is put in force and the ACK goes out (RFC 3261 §13.2.2.4). */
  settle(invite: Request, response: Response): void {
    settle(this.#parts, invite, response, true);
  }

  /** We answer 2xx to `invite`: what it says of the session timer (RFC 4028 §9). */
  grant(invite: Request): readonly HeaderInit[] {
    this.#learn(invite);
    return this.#parts.timer.grant(invite);
  }

  /** We answered 2xx: it is repeated until the ACK comes (RFC 3261 §13.3.1.4). */
  repeatUntilAck(answered: Answered): void {
    this.#parts.answers.expect(answered);
  }

  /** A 2xx came again: its ACK was lost, so it goes again. */
  acknowledgeAgain(cseq: number): void {
    this.#parts.acks.repeat(cseq);
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
        if (this.#provisionals === undefined) answer(received, 481);
        else this.#provisionals.prack(received);
        break;
      case 'INFO':
        if (this.#isOver) answer(received, 481);
        else this.infos.receive(received);
        break;
      default:
        answer(received, 501);
    }
  }

  ack(ack: Request): void {
    const event = this.#parts.answers.take(ack);
    if (event !== undefined) this.#machine.on(event, { request: ack });
  }

  /** RFC 3261 §9.2: the peer withdraws its re-INVITE. */
  cancel(cancel: Request): void {
    if (this.#parts.renegotiation.isCancelledBy(cancel)) this.#machine.on('CANCEL');
  }

  // RFC 4028 §9: 422 when the peer would be heard from more often than we want to hear from it.
  #mayRefresh(received: Received): boolean {
    const refusal = this.#isOver ? undefined : this.#parts.timer.refusal(received.request);
    if (refusal === undefined) {
      this.#learn(received.request);
      return true;
    }
    answer(received, refusal.status, refusal.headers);
    return false;
  }

  #invite(received: Received): void {
    if (this.state === 'Unacknowledged' && this.#parts.answers.takeImplied()) {
      this.#machine.on('ACK');
    }
    this.#machine.on('INVITE', { received });
  }

  // RFC 3311 §5.2: one without an offer changes nothing but the target, and is always welcome.
  #update(received: Received): void {
    if (sdpOf(received.request) !== undefined) this.#machine.on('offer in UPDATE', { received });
    else if (this.#isOver) answer(received, 481);
    else this.#parts.renegotiation.confirm(received);
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
    this.#parts.ending.because(end);
    this.#machine.on('hang up');
  }

  #bye(received: Received): void {
    this.#parts.ending.hungUp(reasonText(received.request), this.state === 'Ending');
    this.#machine.on('BYE', { received });
  }

  #finish(): void {
    const { surroundings, media, renegotiation, answers, timer, ending } = this.#parts;
    surroundings.dialogs.remove(this.dialog, this);
    answers.expect(undefined);
    timer.end();
    renegotiation.end();
    renegotiation.wishes.end(over);
    media.close();
    this.events.emit('ended', ending.why);
  }
}

function over(): SipError {
  return new SipError('SIP_STATE', { message: 'The call is over' });
}
