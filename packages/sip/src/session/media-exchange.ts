// Offers and answers between the media engine and the messages: its promises come back as events of the endpoint.
import type { Clock } from '../base/clock.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Tap } from '../base/tap.ts';
import type { SessionDescription } from '../sdp/description.ts';
import type { MediaWish, Negotiator } from '../sdp/negotiator.ts';
import { NoCommonMedia } from '../sdp/negotiator.ts';
import { OfferAnswer } from '../sdp/offer-answer.ts';
import { parseSdp } from '../sdp/parse.ts';
import { formatSdp } from '../sdp/serialize.ts';

/** What a media exchange needs. */
export interface MediaExchangeOptions {
  readonly negotiator: Negotiator;
  readonly session: string;
  readonly endpoint: string;
  readonly clock: Clock;
  readonly tap: Tap | undefined;
  readonly run: (event: () => void) => void;
}

/** Called as an event of the endpoint, with what to send, or why there is nothing to send. */
export type Made = (made: Result<string, Error>) => void;

/** The media side of one session: asks the negotiator, and keeps count of what is open (RFC 3264 §4). */
export class MediaExchange {
  readonly #options: MediaExchangeOptions;
  #offerAnswer: OfferAnswer;
  #offer: SessionDescription | undefined;
  #early: string | undefined;
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
    this.#await(this.negotiator.createOffer(wish), (result) => {
      if (!result.ok) return made(result);
      this.#offer = result.value;
      this.#early = undefined;
      this.#offerAnswer.offerSent(result.value);
      return made(ok(formatSdp(result.value)));
    });
  }

  /** Answers an offer of the peer; the answer counts as sent. */
  makeAnswer(offer: string, wish: MediaWish, made: Made): void {
    const parsed = parseSdp(offer);
    if (!parsed.ok) return made(fail(new NoCommonMedia(parsed.error.text)));
    if (!this.#offerAnswer.offerReceived(parsed.value)) return made(fail(new NoCommonMedia('An offer is open already')));
    return this.#await(this.negotiator.createAnswer(parsed.value, wish), (result) => {
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
    if (this.#early !== undefined || this.#offer === undefined) return;
    const parsed = parseSdp(answer);
    if (!parsed.ok) return;
    this.#early = remoteTag;
    this.#offerAnswer.answerReceived(parsed.value, 'early');
    this.#await(this.negotiator.applyAnswer(parsed.value), (applied) => {
      // Early media is a courtesy: what cannot be heard now is judged with the final answer.
      if (!applied.ok) this.#early = undefined;
    });
  }

  /** Puts the peer's final answer in force; without one the early answer of the same fork stands. */
  takeAnswer(answer: string | undefined, remoteTag: string, done: (applied: Result<undefined, Error>) => void): void {
    const offer = this.#offer;
    this.#offer = undefined;
    if (offer === undefined) return done(fail(new NoCommonMedia('There is no offer of ours to be answered')));
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
    return this.#await(this.negotiator.applyAnswer(parsed.value), (applied) => done(applied));
  }

  /** The offer that was open, ours or theirs, came to nothing: all is as before it. */
  rollback(): void {
    this.#offer = undefined;
    if (!this.#offerAnswer.refusedByPeer()) this.#offerAnswer.refusedByUs();
    this.negotiator.rollback();
  }

  /** Stops the media. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#offerAnswer.end();
    void this.negotiator.close().catch(() => undefined);
  }

  // Another fork than the one whose early media we heard won: the same offer, answered anew.
  #restart(offer: SessionDescription): void {
    this.#offerAnswer.end();
    this.#offerAnswer = this.#newOfferAnswer();
    this.#offerAnswer.offerSent(offer);
    this.#early = undefined;
  }

  #newOfferAnswer(): OfferAnswer {
    const { session, endpoint, clock, tap } = this.#options;
    return new OfferAnswer({ id: session, session, endpoint, clock, tap });
  }

  #await<T>(promise: Promise<T>, done: (result: Result<T extends void ? undefined : T, Error>) => void): void;
  #await<T>(promise: Promise<T>, done: (result: Result<T, Error>) => void): void {
    const settle = (result: Result<T, Error>): void => {
      this.#options.run(() => {
        if (!this.#closed) done(result);
      });
    };
    promise.then(
      (value) => settle(ok(value)),
      (error: unknown) => settle(fail(error instanceof Error ? error : new Error(String(error)))),
    );
  }
}
