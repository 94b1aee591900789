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

/** The media side of one session: asks the negotiator, one thing after another, and keeps count of what is open (RFC 3264 §4). */
export class MediaExchange {
  readonly #options: MediaExchangeOptions;
  #offerAnswer: OfferAnswer;
  #offer: SessionDescription | undefined;
  /** The fork whose early answer was taken. */
  #early: string | undefined;
  #asks: readonly Ask[] = [];
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: MediaExchangeOptions) {
    this.#options = options;
    this.#offerAnswer = this.#newOfferAnswer();
  }

  get negotiator(): Negotiator {
    return this.#options.negotiator;
  }

  /** True while an offer of ours waits for its answer. */
  get offering(): boolean {
    return this.#offer !== undefined;
  }

  /** Makes an offer of ours; it counts as sent. */
  makeOffer(wish: MediaWish, made: Made): void {
    this.#ask(
      'offer',
      () => this.negotiator.createOffer(wish),
      (result) => {
        if (!result.ok) return made(result);
        this.#offer = result.value;
        this.#early = undefined;
        this.#offerAnswer.offerSent(result.value);
        return made(ok(formatSdp(result.value)));
      },
    );
  }

  /** Answers an offer of the peer; the answer counts as sent. */
  makeAnswer(offer: string, wish: MediaWish, made: Made): void {
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
      this.#offerAnswer.answerSent(result.value);
      return made(ok(formatSdp(result.value)));
    });
  }

  /** Hears early media: the SDP of a provisional response to our offer (RFC 3261 §13.2.1). */
  takeEarlyAnswer(answer: string, remoteTag: string): void {
    const offer = this.#offer;
    if (this.#early !== undefined || offer === undefined) return;
    const parsed = parseSdp(answer);
    if (!parsed.ok) return;
    this.#early = remoteTag;
    this.#offerAnswer.answerReceived(parsed.value, 'early');
    this.#ask(
      'apply',
      () => this.negotiator.applyAnswer(parsed.value),
      (applied) => {
        // Early media is a courtesy: what cannot be heard now is judged with the final answer.
        if (!applied.ok && this.#early === remoteTag) this.#restart(offer);
      },
    );
  }

  /** Puts the peer's final answer in force; without one the early answer of the same fork stands. */
  takeAnswer(answer: string | undefined, remoteTag: string, done: Applied): void {
    const offer = this.#offer;
    this.#offer = undefined;
    if (offer === undefined) {
      return done(fail(new NoCommonMedia('There is no offer of ours to be answered')));
    }
    const take = (): void => this.#takeFinal(offer, answer, remoteTag, done);
    // Whether the early answer stands is known when the negotiator is done with it.
    return this.#asks.length === 0 ? take() : this.#ask('apply', () => Promise.resolve(), take);
  }

  #takeFinal(
    offer: SessionDescription,
    answer: string | undefined,
    remoteTag: string,
    done: Applied,
  ): void {
    // RFC 3261 §13.2.1: the first description of a dialog is its answer, later ones are not looked at.
    if (this.#early === remoteTag) {
      this.#offerAnswer.confirmed();
      return done(ok(undefined));
    }
    if (answer === undefined) return done(fail(new NoCommonMedia('The offer was not answered')));
    const parsed = parseSdp(answer);
    if (!parsed.ok) return done(fail(new NoCommonMedia(parsed.error.text)));
    if (this.#early !== undefined) this.#restart(offer);
    this.#offerAnswer.answerReceived(parsed.value);
    return this.#ask(
      'apply',
      () => this.negotiator.applyAnswer(parsed.value),
      (applied) => done(applied.ok ? ok(undefined) : applied),
    );
  }

  /** The offer that was open, ours or theirs, came to nothing: all is as before it, and nobody hears of it any more. */
  rollback(): void {
    this.#offer = undefined;
    this.#early = undefined;
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
        (reports) => this.#report(reports),
        (error: unknown) => endpoint.log.warn('The media did not close', { error: String(error) }),
      );
    });
  }

  #report(reports: readonly StreamReport[]): void {
    const { endpoint, session } = this.#options;
    const { tap, clock, name } = endpoint;
    for (const report of reports) {
      tap?.observe({ v: 1, kind: 'media', at: clock.wall(), endpoint: name, session, ...report });
    }
  }

  // The early answer could not be heard, or another fork than its own won: the same offer, answered anew.
  #restart(offer: SessionDescription): void {
    this.#offerAnswer.end();
    this.#offerAnswer = this.#newOfferAnswer();
    this.#offerAnswer.offerSent(offer);
    this.#early = undefined;
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
