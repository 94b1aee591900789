// Offers and answers between the media engine and the messages: its promises come back as events of the endpoint.
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { SessionDescription } from '../sdp/description.ts';
import type { MediaWish, Negotiator, StreamReport } from '../sdp/negotiator.ts';
import { NoCommonMedia } from '../sdp/negotiator.ts';
import { OfferAnswer } from '../sdp/offer-answer.ts';
import { parseSdp } from '../sdp/parse.ts';
import { formatSdp } from '../sdp/serialize.ts';

/** What a media exchange needs. */
export interface MediaExchangeOptions {
  readonly negotiator: Negotiator;
  /** Id of the session, for the tap. */
  readonly session: string;
  readonly endpoint: Endpoint;
}

/** Called as an event of the endpoint, with what to send, or why there is nothing to send. */
export type Made = (made: Result<string, Error>) => void;

/** Called as an event of the endpoint, once the answer is in force, or with why it is not. */
export type Applied = (applied: Result<undefined, Error>) => void;

/** One thing that the negotiator was asked; a withdrawn one is undone when it is done. */
interface Ask {
  readonly what: 'offer' | 'answer' | 'apply';
  withdrawn: boolean;
}

/** An offer of ours with what the forks of its INVITE have answered; each fork has an exchange of its own (RFC 6337 §2.2). */
interface OpenOffer {
  readonly description: SessionDescription;
  readonly answers: Map<string, EarlyAnswer>;
  /** The fork whose answer the negotiator was given last. */
  heard: string | undefined;
  /** The fork with which an exchange was completed before this offer was made. */
  readonly before: string | undefined;
}

interface EarlyAnswer {
  readonly description: SessionDescription;
  /** True once it came in a reliable provisional response: then its exchange is over (RFC 3262 §5). */
  reliable: boolean;
}

/** The media side of one session: asks the negotiator, one thing after another, and keeps count of what is open (RFC 3264 §4). */
export class MediaExchange {
  readonly #options: MediaExchangeOptions;
  #offerAnswer: OfferAnswer;
  #offer: OpenOffer | undefined;
  /** The fork with which the exchange was completed before the INVITE was answered. */
  #settledWith: string | undefined;
  #asks: readonly Ask[] = [];
  #turn: Promise<void> = Promise.resolve();
  #closed = false;
  #reports: readonly StreamReport[] = [];

  constructor(options: MediaExchangeOptions) {
    this.#options = options;
    this.#offerAnswer = this.#newOfferAnswer();
    const { negotiator, endpoint } = options;
    endpoint.guard(() => {
      negotiator.reportTo?.((reports) => {
        if (this.#closed) return;
        this.#reports = reports;
        this.#report(reports, { interim: true });
      });
    });
  }

  /** How each line stood when it was last counted. */
  get reports(): readonly StreamReport[] {
    return this.#reports;
  }

  get negotiator(): Negotiator {
    return this.#options.negotiator;
  }

  /** True while an offer of ours waits for the answer of `fork`; an early answer that is not reliable does not end that. */
  isOffering(fork: string): boolean {
    return this.#offer !== undefined && this.#settledWith !== fork;
  }

  /** True when an offer may be made, by either side: an exchange was completed, and none is open (RFC 3311 §5.1). */
  get mayUpdate(): boolean {
    return this.#offerAnswer.mayOffer && this.#offerAnswer.inForce !== undefined;
  }

  /** True when the exchange with `fork` was completed before its 2xx. */
  isSettledWith(fork: string): boolean {
    return this.#settledWith === fork;
  }

  /** True when it was, though another offer of ours may be open since (RFC 3311 §5.1). */
  wasSettledWith(fork: string): boolean {
    return this.#settledWith === fork || this.#offer?.before === fork;
  }

  /** Makes an offer of ours; it counts as sent. */
  makeOffer(wish: MediaWish, made: Made): void {
    this.#ask(
      'offer',
      () =>
        this.#offerAnswer.mayOffer
          ? this.negotiator.createOffer(wish)
          : Promise.reject(new NoCommonMedia('An offer is open already')),
      (result) => {
        if (!result.ok) return made(result);
        const before = this.#settledWith;
        this.#offer = { description: result.value, answers: new Map(), heard: undefined, before };
        this.#settledWith = undefined;
        this.#offerAnswer.offerSent(result.value);
        return made(ok(formatSdp(result.value)));
      },
    );
  }

  /** Answers an offer of the peer; the answer counts as sent, `early` in a provisional response that is not reliable. */
  makeAnswer(offer: string, wish: MediaWish, made: Made, when: 'early' | 'final' = 'final'): void {
    const parsed = parseSdp(offer);
    if (!parsed.ok) return made(fail(new NoCommonMedia(parsed.error.text)));
    if (!this.#offerAnswer.offerReceived(parsed.value)) {
      return made(fail(new NoCommonMedia('An offer is open already')));
    }
    const create = (): Promise<SessionDescription> =>
      this.negotiator.createAnswer(parsed.value, wish);
    return this.#ask('answer', create, (result) => {
      if (!result.ok) {
        this.#offerAnswer.refusedByUs();
        return made(result);
      }
      this.#offerAnswer.answerSent(result.value, when);
      return made(ok(formatSdp(result.value)));
    });
  }

  /** An early answer of ours goes out in a reliable response: it stands. */
  confirm(): void {
    if (this.#offerAnswer.state === 'EarlyLocalAnswer') this.#offerAnswer.confirmed();
  }

  /** The exchange with `fork` was completed in provisional responses and PRACK (RFC 3262 §5). */
  settledWith(fork: string): void {
    this.#settledWith = fork;
  }

  /** Takes the SDP of a provisional response to our offer; the fork that spoke last is heard (RFC 3261 §13.2.1). */
  takeEarlyAnswer(answer: string, fork: string, reliable: boolean): void {
    const offer = this.#offer;
    // Only the offer of an INVITE has forks that answer it.
    if (offer === undefined || (offer.before ?? fork) !== fork) return;
    const known = offer.answers.get(fork);
    if (known !== undefined) {
      // RFC 3261 §13.2.1: the first description of a dialog is the answer; a reliable response only makes it final.
      if (reliable && !known.reliable && offer.heard === fork) {
        this.#offerAnswer.confirmed();
        this.#settledWith = fork;
      }
      known.reliable ||= reliable;
      return;
    }
    const parsed = parseSdp(answer);
    if (!parsed.ok) return;
    const early = { description: parsed.value, reliable };
    offer.answers.set(fork, early);
    this.#hear(offer, fork, early, (applied) => {
      if (applied.ok || offer.heard !== fork) return;
      // What cannot be heard now is judged with the final answer.
      offer.answers.delete(fork);
      this.#restart(offer);
    });
  }

  /** Puts the peer's final answer in force; an early answer of the same fork stands, whatever the final one brings. */
  takeAnswer(answer: string | undefined, fork: string, done: Applied): void {
    const offer = this.#offer;
    this.#offer = undefined;
    if (offer === undefined) {
      return done(fail(new NoCommonMedia('There is no offer of ours to be answered')));
    }
    // Whether an early answer stands is known when the negotiator is done with it.
    return this.whenIdle(() => this.#takeFinal(offer, answer, fork, done));
  }

  /** Runs `act` once the negotiator has done what it was asked: now, if it has. */
  whenIdle(act: () => void): void {
    if (this.#asks.length === 0) act();
    else this.#ask('apply', () => Promise.resolve(), act);
  }

  #takeFinal(offer: OpenOffer, answer: string | undefined, fork: string, done: Applied): void {
    const early = offer.answers.get(fork);
    if (early !== undefined && offer.heard === fork) {
      if (!early.reliable) this.#offerAnswer.confirmed();
      return done(ok(undefined));
    }
    if (early !== undefined) return this.#hear(offer, fork, { ...early, reliable: true }, done);
    if (answer === undefined) return done(fail(new NoCommonMedia('The offer was not answered')));
    const parsed = parseSdp(answer);
    if (!parsed.ok) return done(fail(new NoCommonMedia(parsed.error.text)));
    return this.#hear(offer, fork, { description: parsed.value, reliable: true }, done);
  }

  #hear(
    offer: OpenOffer,
    fork: string,
    { description, reliable }: EarlyAnswer,
    done: Applied,
  ): void {
    if (offer.heard !== undefined) this.#restart(offer);
    offer.heard = fork;
    this.#offerAnswer.answerReceived(description, reliable ? 'final' : 'early');
    this.#settledWith = reliable ? fork : undefined;
    this.#ask(
      'apply',
      () => this.negotiator.applyAnswer(description),
      (applied) => done(applied.ok ? ok(undefined) : applied),
    );
  }

  /** The offer that was open, ours or theirs, came to nothing: all is as before it, and nobody hears of it any more. */
  rollback(): void {
    this.#settledWith = this.#offer?.before ?? this.#settledWith;
    this.#offer = undefined;
    if (!this.#offerAnswer.mayOffer && !this.#offerAnswer.refusedByPeer()) {
      this.#offerAnswer.refusedByUs();
    }
    if (this.#asks.length === 0) this.#options.endpoint.guard(() => this.negotiator.rollback());
    for (const ask of this.#asks) ask.withdrawn = true;
  }

  /** Stops the media. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#offerAnswer.end();
    const { endpoint } = this.#options;
    endpoint.guard(() => {
      this.negotiator.close().then(
        (reports) => this.#report(reports, {}),
        (error: unknown) => endpoint.log.warn('The media did not close', { error: String(error) }),
      );
    });
  }

  #report(reports: readonly StreamReport[], going: { readonly interim?: true }): void {
    const { endpoint, session } = this.#options;
    const { tap, clock, name } = endpoint;
    for (const report of reports) {
      const at = clock.wall();
      tap?.observe({ v: 1, kind: 'media', at, endpoint: name, session, ...report, ...going });
    }
  }

  // An early answer could not be heard, or another fork speaks: the same offer, answered anew.
  #restart(offer: OpenOffer): void {
    this.#offerAnswer.end();
    this.#offerAnswer = this.#newOfferAnswer();
    this.#offerAnswer.offerSent(offer.description);
    this.#settledWith = undefined;
    offer.heard = undefined;
  }

  #newOfferAnswer(): OfferAnswer {
    const { session, endpoint } = this.#options;
    const { name, clock, tap } = endpoint;
    return new OfferAnswer({ id: session, session, endpoint: name, clock, tap });
  }

  #ask<T>(
    what: Ask['what'],
    act: () => Promise<T>,
    done: (result: Result<T, Error>) => void,
  ): void {
    if (this.#closed) return;
    const ask: Ask = { what, withdrawn: false };
    this.#asks = [...this.#asks, ask];
    this.#turn = this.#turn
      .then(() => (this.#closed ? Promise.reject(new Error('The media is closed')) : act()))
      .then(
        (value) => this.#settle(ask, ok(value), done),
        (error: unknown) =>
          this.#settle(ask, fail(error instanceof Error ? error : new Error(String(error))), done),
      );
  }

  #settle<T>(ask: Ask, result: Result<T, Error>, done: (result: Result<T, Error>) => void): void {
    this.#options.endpoint.run(() => {
      this.#asks = this.#asks.filter((one) => one !== ask);
      if (this.#closed) return;
      if (!ask.withdrawn) done(result);
      // An answer that could not be made has changed nothing.
      else if (result.ok || ask.what === 'apply') this.negotiator.rollback();
    });
  }
}
