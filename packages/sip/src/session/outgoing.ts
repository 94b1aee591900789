// A call of ours until it is answered: INVITE, early dialogs and their PRACKs, CANCEL, forks (RFC 3261 §13.2, RFC 3262 §4).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import { headerText } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import type { Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import { NoCommonMedia } from '../sdp/negotiator.ts';
import type { Direction, Negotiator } from '../sdp/negotiator.ts';
import { sdpOf } from './body.ts';
import { noEarlyMedia } from './early-update.ts';
import { endOfFailure } from './end.ts';
import type { SessionEnd } from './end.ts';
import { Forks } from './forks.ts';
import { Invitation } from './invitation.ts';
import { MediaExchange } from './media-exchange.ts';
import { mediaError } from './media-refusal.ts';
import { observeSession } from './observe.ts';
import { outgoingFigure } from './outgoing.figure.ts';
import type { OutgoingAction, OutgoingEvent, OutgoingState } from './outgoing.figure.ts';
import { reliableNumber } from './prack.ts';
import { refusalOf } from './refusal.ts';
import { Session } from './session.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** A provisional response, and the early dialog it belongs to. */
export interface Progress {
  readonly status: number;
  readonly reason: string;
  /** The To tag: which fork it is; empty when there is none. */
  readonly fork: string;
  /** True when it brought a session description, so that early media may be heard. */
  readonly media: boolean;
}

/** Why a call was not answered. */
export interface Failure {
  readonly end: SessionEnd;
  readonly error: SipError;
}

/** What an outgoing call tells. */
export interface OutgoingEvents {
  progress: Progress;
  /** The first fork answered; its media is being put in force. */
  session: Session;
  /** It was not answered; comes once, and never after `session`. */
  failed: Failure;
}

/** What an outgoing call is made of. */
export interface OutgoingOptions {
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly target: Uri;
  /** From and To values without tags. */
  readonly from: string;
  readonly to: string;
  readonly negotiator: Negotiator;
  /** True to leave the offer to the callee (RFC 3261 §13.2.1). */
  readonly offerless: boolean;
  readonly headers: readonly HeaderInit[];
  /** How many more hops it may take; 70 unless given. */
  readonly maxForwards?: number | undefined;
}

interface Subject {
  readonly response?: Response;
  readonly sdp?: string;
  readonly failure?: Failure;
}

/** An INVITE on its way to an answer. */
export class OutgoingSession {
  readonly id: string;
  readonly callId: string;
  readonly events: Emitter<OutgoingEvents>;
  readonly #options: OutgoingOptions;
  readonly #media: MediaExchange;
  readonly #machine: Machine<OutgoingState, OutgoingEvent, OutgoingAction, 'ring', Subject>;
  readonly #forks: Forks;
  readonly #invitation: Invitation;
  #session: Session | undefined;
  #cancelHeaders: readonly HeaderInit[] = [];

  /** Throws a TypeError when its headers are malformed. */
  constructor(options: OutgoingOptions) {
    headerText(options.headers);
    const { endpoint } = options.surroundings;
    this.id = options.id;
    this.#options = options;
    this.callId = endpoint.random.token(128);
    this.events = new Emitter(endpoint.log);
    this.#media = new MediaExchange({ negotiator: options.negotiator, session: this.id, endpoint });
    this.#forks = new Forks(options.surroundings, this.#media);
    this.#invitation = new Invitation({
      ...options,
      callId: this.callId,
      response: (response) => this.#response(response),
      failed: (status, error) =>
        this.#machine.on('failure', { failure: { end: endOfFailure(status, error), error } }),
      ended: () => this.#machine.on('transaction ended'),
    });
    this.#machine = new Machine({
      figure: outgoingFigure,
      start: 'Preparing',
      clock: endpoint.clock,
      length: () => options.surroundings.ringMilliseconds,
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) => observeSession(endpoint, this.id, this, taken, this.#machine.timers),
      run: (event) => endpoint.run(event),
    });
  }

  get state(): OutgoingState {
    return this.#machine.state;
  }

  /** Makes the offer and sends the INVITE. */
  start(): void {
    const { surroundings, offerless } = this.#options;
    surroundings.endpoint.run(() => {
      if (offerless) this.#machine.on('offer ready', {});
      else if (this.state === 'Preparing') {
        this.#media.makeOffer({ direction: 'sendrecv' }, (made) => {
          if (made.ok) this.#machine.on('offer ready', { sdp: made.value });
          else this.#machine.on('offer failed', { failure: noMedia(made.error) });
        });
      }
    });
  }

  /** Gives the call up before anything was sent, since it cannot be sent. */
  fail(error: SipError): void {
    const failure = { end: endOfFailure(503, error), error };
    this.#options.surroundings.endpoint.run(() => this.#machine.on('offer failed', { failure }));
  }

  /**
   * Gives the call up: CANCEL as soon as that is allowed; an answer that crosses it is acknowledged and hung up. Throws a
   * TypeError when `headers` are malformed.
   */
  abort(headers: readonly HeaderInit[] = []): void {
    headerText(headers);
    this.#options.surroundings.endpoint.run(() => {
      this.#cancelHeaders = headers;
      this.#machine.on('abort');
    });
  }

  /** Changes the direction of early media by UPDATE; rejects with SIP_STATE when none was agreed on reliably. */
  modify(direction: Direction): Promise<void> {
    const fork = this.state === 'Proceeding' ? this.#forks.settled() : undefined;
    return fork === undefined ? Promise.reject(noEarlyMedia()) : fork.early.modify(direction);
  }

  #perform(action: OutgoingAction, subject: Subject): void {
    switch (action) {
      case 'send INVITE':
        this.#invitation.send(subject.sdp);
        break;
      case 'ask for more':
        this.#forks.end();
        this.#invitation.sendLonger();
        break;
      case 'send CANCEL':
        this.#invitation.cancel(this.#cancelHeaders);
        break;
      case 'send PRACK':
        if (subject.response !== undefined) this.#acknowledge(subject.response);
        break;
      case 'inform of progress':
        this.#progress(subject.response);
        break;
      case 'start session':
        this.#startSession(subject.response);
        break;
      case 'ACK and BYE':
        if (subject.response !== undefined) this.#forks.hangUp(subject.response, this.#sent);
        break;
      case 'end early dialogs':
        this.#forks.end();
        if (this.#session === undefined) this.#media.close();
        break;
      case 'inform of failure':
        this.#fail(subject);
        break;
      case 'inform of cancel':
        this.#giveUp({
          end: { by: 'local', cause: 'cancel', status: 487 },
          error: new SipError('SIP_CANCELLED', { status: 487 }),
        });
        break;
      case 'inform of offer':
        this.#giveUp(noMedia(new NoCommonMedia('The callee made an offer that we cannot take')));
        break;
      case 'inform of timeout':
        this.#giveUp({
          end: { by: 'local', cause: 'timeout', reason: 'Nobody answered' },
          error: new SipError('SIP_TIMEOUT', { status: 408 }),
        });
        break;
    }
  }

  get #sent(): SentWithAuth | undefined {
    return this.#invitation.sent;
  }

  #response(response: Response): void {
    const { status } = response;
    if (status === 100) return;
    if (status < 200) this.#provisional(response);
    else if (this.#isWaiting && this.#invitation.isTooShort(response)) {
      this.#machine.on('interval too small');
    } else if (status >= 300) this.#machine.on('failure', { response });
    // RFC 3261 §13.2.2.4: a repeat means that our ACK was lost.
    else if (!this.#forks.acknowledgeAgain(response)) this.#machine.on('2xx', { response });
  }

  get #isWaiting(): boolean {
    return this.state === 'Calling' || this.state === 'Proceeding';
  }

  #provisional(response: Response): void {
    const number = reliableNumber(response);
    if (number === undefined) {
      if ((response.toTag ?? '') !== '') this.#forks.early(response, this.#sent);
      this.#machine.on('1xx', { response });
      return;
    }
    const fork = this.#forks.early(response, this.#sent);
    // RFC 3262 §4: a repeat was acknowledged already, and what comes before its turn counts as lost.
    if (fork?.pracks.take(number) === true) this.#machine.on('reliable 1xx', { response });
  }

  // RFC 3262 §5: an offer is answered in the PRACK; one that cannot be taken is refused there, and the call given up.
  #acknowledge(response: Response): void {
    const pracks = this.#forks.find(response)?.pracks;
    const { endpoint } = this.#options.surroundings;
    const sdp = sdpOf(response);
    const fork = response.toTag ?? '';
    const media = this.#media;
    if (sdp === undefined || !this.#options.offerless || media.isSettledWith(fork)) {
      pracks?.send(response);
      return;
    }
    if (this.state !== 'Proceeding' || media.mayUpdate) {
      pracks?.send(response, refusalOf(endpoint, sdp));
      return;
    }
    media.makeAnswer(sdp, { direction: 'sendrecv' }, (made) => {
      pracks?.send(response, made.ok ? made.value : refusalOf(endpoint, sdp));
      if (made.ok) media.settledWith(fork);
      else this.#machine.on('early offer failed');
    });
  }

  #progress(response: Response | undefined): void {
    if (response === undefined) return;
    const fork = response.toTag ?? '';
    const sdp = sdpOf(response);
    const isKnown = fork !== '' && this.#forks.find(response) !== undefined;
    const reliable = reliableNumber(response) !== undefined;
    if (isKnown && sdp !== undefined) this.#media.takeEarlyAnswer(sdp, fork, reliable);
    const { status, reason } = response;
    this.events.emit('progress', { status, reason, fork, media: sdp !== undefined });
  }

  #startSession(response: Response | undefined): void {
    const invite = this.#sent?.request;
    if (response === undefined || invite === undefined) return;
    const fork = this.#forks.confirm(response, this.#sent);
    if (fork === undefined) return;
    const { dialog, infos, direction } = fork.early;
    const session = new Session({
      id: this.id,
      surroundings: this.#options.surroundings,
      dialog,
      media: this.#media,
      infos,
      direction,
      start: 'Settling',
    });
    this.#session = session;
    fork.early.handOver(session);
    this.#forks.answered(dialog, () => session.acknowledgeAgain(invite.cseq.number));
    this.events.emit('session', session);
    session.settle(invite, response);
  }

  #fail({ response, failure }: Subject): void {
    if (failure !== undefined) this.#giveUp(failure);
    else if (response !== undefined) this.#giveUp(rejection(response));
  }

  #giveUp(failure: Failure): void {
    this.#media.close();
    this.events.emit('failed', failure);
  }
}

function rejection(response: Response): Failure {
  const { status, reason } = response;
  const message = `The call was refused: ${status} ${reason}`.trim();
  return {
    end: { by: 'remote', cause: 'rejected', status, reason },
    error: new SipError('SIP_REJECTED', { status, response, message }),
  };
}

function noMedia(cause: Error): Failure {
  return {
    end: { by: 'local', cause: 'media', reason: cause.message },
    error: mediaError(cause),
  };
}
