// A call of ours until it is answered: INVITE, early dialogs, CANCEL, forks (RFC 3261 §13.2).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import { seedAtClient } from '../dialog/create.ts';
import { Dialog } from '../dialog/dialog.ts';
import { routeSetOfResponse } from '../dialog/route-set.ts';
import { outsideRequest } from '../endpoint/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import type { Request, Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import { sdpOf, sdpType } from './body.ts';
import { endOfFailure } from './end.ts';
import type { SessionEnd } from './end.ts';
import { MediaExchange } from './media-exchange.ts';
import { observeSession } from './observe.ts';
import { outgoingFigure } from './outgoing.figure.ts';
import type { OutgoingAction, OutgoingEvent, OutgoingState } from './outgoing.figure.ts';
import { Session } from './session.ts';
import { dialogSurroundings } from './surroundings.ts';
import type { SessionSurroundings } from './surroundings.ts';
import { hangUpFork } from './fork.ts';

/** A provisional response, and the early dialog it belongs to. */
export interface Progress {
  readonly status: number;
  readonly reason: string;
  /** The To tag: which fork it is; empty when there is none. */
  readonly fork: string;
  /** True when it brought a session description, so that early media may be heard. */
  readonly media: boolean;
}

/** What an outgoing call tells. */
export interface OutgoingEvents {
  progress: Progress;
  /** The first fork answered; its media is being put in force. */
  session: Session;
  /** It was not answered; comes once, and never after `session`. */
  failed: { readonly end: SessionEnd; readonly error: SipError };
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
}

interface Subject {
  readonly response?: Response;
  readonly sdp?: string;
  readonly failure?: { readonly end: SessionEnd; readonly error: SipError };
}

/** An INVITE on its way to an answer. */
export class OutgoingSession {
  readonly id: string;
  readonly callId: string;
  readonly events: Emitter<OutgoingEvents>;
  readonly #options: OutgoingOptions;
  readonly #media: MediaExchange;
  readonly #machine: Machine<OutgoingState, OutgoingEvent, OutgoingAction, 'ring', Subject>;
  /** Early dialogs and answered ones by remote tag: a fork each. */
  readonly #dialogs = new Map<string, Dialog>();
  readonly #again = new Map<string, () => void>();
  #sent: SentWithAuth | undefined;
  #session: Session | undefined;
  #cancelHeaders: readonly HeaderInit[] = [];
  #timedOut = false;

  constructor(options: OutgoingOptions) {
    const { endpoint } = options.surroundings;
    this.id = options.id;
    this.#options = options;
    this.callId = endpoint.random.token(128);
    this.events = new Emitter(endpoint.log);
    this.#media = new MediaExchange({
      negotiator: options.negotiator,
      session: this.id,
      endpoint: endpoint.name,
      clock: endpoint.clock,
      tap: endpoint.tap,
      run: (event) => endpoint.run(event),
    });
    this.#machine = new Machine({
      figure: outgoingFigure,
      start: 'Preparing',
      clock: endpoint.clock,
      length: () => options.surroundings.ringMilliseconds,
      perform: (action, subject) => this.#perform(action, subject ?? {}),
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
      else {
        this.#media.makeOffer({ direction: 'sendrecv' }, (made) => {
          if (made.ok) this.#machine.on('offer ready', { sdp: made.value });
          else this.#machine.on('offer failed', { failure: noMedia(made.error) });
        });
      }
    });
  }

  /** Gives the call up: CANCEL as soon as that is allowed; an answer that crosses it is acknowledged and hung up. */
  abort(headers: readonly HeaderInit[] = []): void {
    this.#options.surroundings.endpoint.run(() => {
      this.#cancelHeaders = headers;
      this.#machine.on('abort');
    });
  }

  #perform(action: OutgoingAction, subject: Subject): void {
    switch (action) {
      case 'send INVITE':
        this.#sendInvite(subject.sdp);
        break;
      case 'send CANCEL':
        this.#timedOut = this.#cancelHeaders.length === 0 && subject.response === undefined && this.#machine.timers.length === 0;
        this.#sent?.cancel(this.#cancelHeaders);
        break;
      case 'inform of progress':
        this.#progress(subject.response);
        break;
      case 'start session':
        this.#startSession(subject.response);
        break;
      case 'ACK and BYE':
        this.#hangUpFork(subject.response);
        break;
      case 'end early dialogs':
        this.#endEarlyDialogs();
        break;
      case 'inform of failure':
        this.#fail(subject);
        break;
      case 'inform of cancel':
        this.#cancelled();
        break;
    }
  }

  #sendInvite(offer: string | undefined): void {
    const { surroundings, target, from, to, headers } = this.#options;
    const { endpoint, authentication, nextHop, contactTowards } = surroundings;
    const body: readonly HeaderInit[] = offer === undefined ? [] : [['Content-Type', sdpType]];
    const invite = outsideRequest(
      {
        method: 'INVITE',
        uri: target,
        from,
        to,
        callId: this.callId,
        headers: [['Contact', contactTowards(nextHop ?? target)], ...surroundings.headers, ...headers, ...body],
        body: offer,
      },
      endpoint.random,
    );
    this.#sent = sendWithAuth(
      endpoint,
      invite,
      { authentication, nextHop },
      {
        response: (response) => this.#response(response),
        failed: (status, error) => {
          this.#machine.on('failure', { failure: { end: endOfFailure(status, error), error } });
          this.#machine.on('transaction ended');
        },
        ended: () => this.#machine.on('transaction ended'),
      },
    );
  }

  #response(response: Response): void {
    if (response.status === 100) return;
    if (response.status < 200) this.#machine.on('1xx', { response });
    else if (response.status < 300) this.#answered(response);
    else this.#machine.on('failure', { response });
  }

  #answered(response: Response): void {
    const tag = response.toTag ?? '';
    const again = this.#again.get(tag);
    // RFC 3261 §13.2.2.4: a repeat means that our ACK was lost.
    if (again === undefined) this.#machine.on('2xx', { response });
    else again();
  }

  #progress(response: Response | undefined): void {
    if (response === undefined) return;
    const fork = response.toTag ?? '';
    if (fork !== '') this.#dialogOf(response).on('1xx-tag');
    const sdp = sdpOf(response);
    if (sdp !== undefined && fork !== '') this.#media.takeEarlyAnswer(sdp, fork);
    this.events.emit('progress', { status: response.status, reason: response.reason, fork, media: sdp !== undefined });
  }

  #startSession(response: Response | undefined): void {
    const invite = this.#sent?.request;
    if (response === undefined || invite === undefined) return;
    const dialog = this.#confirm(response);
    const session = new Session({
      id: this.id,
      surroundings: this.#options.surroundings,
      dialog,
      media: this.#media,
      start: 'Settling',
    });
    this.#session = session;
    this.#again.set(dialog.id.remoteTag, () => session.acknowledgeAgain(invite.cseq.number));
    this.events.emit('session', session);
    session.settle(invite, response);
  }

  #hangUpFork(response: Response | undefined): void {
    const invite = this.#sent?.request;
    if (response === undefined || invite === undefined) return;
    const dialog = this.#confirm(response);
    const again = hangUpFork(this.#options.surroundings, dialog, invite, response);
    this.#again.set(dialog.id.remoteTag, again);
  }

  // RFC 3261 §13.2.2.4: the 2xx sets the route set and target anew.
  #confirm(response: Response): Dialog {
    const dialog = this.#dialogOf(response);
    dialog.confirmRoutes(routeSetOfResponse(response));
    dialog.refreshTarget(response);
    dialog.on('2xx');
    return dialog;
  }

  #dialogOf(response: Response): Dialog {
    const tag = response.toTag ?? '';
    const known = this.#dialogs.get(tag);
    if (known !== undefined) return known;
    const { surroundings } = this.#options;
    const invite: Request | undefined = this.#sent?.request;
    if (invite === undefined) throw new SipError('SIP_STATE', { message: 'A response came before its request was sent' });
    const dialog = new Dialog(seedAtClient(invite, response, this.#sent?.transaction), dialogSurroundings(surroundings));
    this.#dialogs.set(tag, dialog);
    return dialog;
  }

  #endEarlyDialogs(): void {
    for (const dialog of this.#dialogs.values()) {
      if (dialog.state === 'Early') dialog.on('rejected');
    }
    if (this.#session === undefined) this.#media.close();
    this.#dialogs.clear();
  }

  #fail({ response, failure }: Subject): void {
    this.#media.close();
    if (failure !== undefined) {
      this.events.emit('failed', failure);
      return;
    }
    if (response === undefined) return;
    const { status, reason } = response;
    this.events.emit('failed', {
      end: { by: 'remote', cause: 'rejected', status, reason },
      error: new SipError('SIP_REJECTED', { status, response, message: `The call was refused: ${status} ${reason}`.trim() }),
    });
  }

  #cancelled(): void {
    this.#media.close();
    const end: SessionEnd = this.#timedOut
      ? { by: 'local', cause: 'timeout', reason: 'Nobody answered' }
      : { by: 'local', cause: 'cancel', status: 487 };
    const code = this.#timedOut ? 'SIP_TIMEOUT' : 'SIP_CANCELLED';
    this.events.emit('failed', { end, error: new SipError(code, { status: this.#timedOut ? 408 : 487 }) });
  }
}

function noMedia(cause: Error): { readonly end: SessionEnd; readonly error: SipError } {
  return {
    end: { by: 'local', cause: 'media', reason: cause.message },
    error: new SipError('SIP_NO_COMMON_CODEC', { cause }),
  };
}
