// The media of an answered call as it changes: what our user wants and what the peer offers, one at a time (RFC 3261 §14, RFC 3311).
import type { Result } from '../base/result.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import type { Direction } from '../sdp/negotiator.ts';
import type { AckKeeper } from './ack.ts';
import type { Answered } from './answered.ts';
import { EarlyOffers } from './early-offers.ts';
import type { Freshness } from './freshness.ts';
import type { Made, MediaExchange } from './media-exchange.ts';
import { Modification } from './modify.ts';
import type { ModificationOptions, OfferMethod } from './modify.ts';
import { Review } from './review.ts';
import { settle } from './settle.ts';
import type { Settled } from './settle.ts';
import type { SessionSurroundings } from './surroundings.ts';
import { Wishes } from './wishes.ts';

/** What it needs of its session. */
export interface RenegotiationOptions extends Pick<ModificationOptions, 'take' | 'isWaiting'> {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
  readonly acks: AckKeeper;
  readonly timer: Freshness;
  /** What we asked of the media before the answer. */
  readonly direction: Direction;
  /** An offer and its answer are in force. */
  readonly agreed: () => void;
  /** The peer is somebody else from now on (RFC 4916 §4.4.2). */
  readonly renamed: () => void;
}

/** Changes the media of one call. */
export class Renegotiation {
  readonly wishes: Wishes = new Wishes();
  readonly #options: RenegotiationOptions;
  /** Made for the first offer of ours: most calls see none, and are up for long. */
  #modification: Modification | undefined;
  readonly #review: Review;
  /** Answers an UPDATE that comes before the ACK. */
  #apart: EarlyOffers | undefined;
  #direction: Direction;
  /** What carries the offer that is under way. */
  #method: OfferMethod = 'INVITE';

  constructor(options: RenegotiationOptions) {
    this.#options = options;
    this.#direction = options.direction;
    this.#review = new Review(options);
  }

  /** What we last asked of the media, and got. */
  get direction(): Direction {
    return this.#direction;
  }

  /** Makes the offer of the wish whose turn it is; without one, that of what is in force. */
  makeOffer(made: Made): void {
    const wish = this.wishes.begin();
    this.#method = wish?.method ?? 'INVITE';
    this.#options.media.makeOffer({ direction: wish?.direction ?? this.#direction }, made);
  }

  /** Sends it. */
  sendOffer(offer: string): void {
    const { media, dialog } = this.#options;
    this.#modification ??= new Modification({
      ...this.#options,
      answeredEarly: (sdp) => media.takeEarlyAnswer(sdp, dialog.id.remoteTag, true),
    });
    this.#modification.send(offer, this.#method);
  }

  /** Takes it back. */
  withdraw(): void {
    this.#modification?.withdraw();
  }

  /** A 2xx to an INVITE or UPDATE of ours: puts in force what it says; `first` for the one that answers the call. */
  settle(request: Request, response: Response, first: boolean, done: Settled): void {
    const { media, acks, dialog } = this.#options;
    const direction = this.#direction;
    settle({ media, acks, dialog, direction, first }, request, response, done);
  }

  /** The answer to our offer came in the ACK. */
  takeAnswer(answer: string | undefined, done: (applied: Result<undefined, Error>) => void): void {
    const { media, dialog } = this.#options;
    media.takeAnswer(answer, dialog.id.remoteTag, done);
  }

  /** An agreement is in force, and so is the wish that it fulfils. */
  agree(): void {
    this.#modification?.settled();
    const wish = this.wishes.fulfil();
    if (wish !== undefined) this.#direction = wish.direction;
    this.#options.agreed();
    wish?.resolve();
  }

  /** Begins to answer a re-INVITE, or an UPDATE with an offer. */
  review(received: Received, made: Made): void {
    this.#review.begin(received, { direction: this.#direction }, made);
  }

  /** Sends the 2xx to it; what comes back waits for its ACK. */
  accept(sdp: string): Answered | undefined {
    return this.#review.accept(sdp);
  }

  /** Refuses it; the session goes on as it was. */
  refuse(status: number, headers?: readonly HeaderInit[]): void {
    this.#review.refuse(status, headers);
  }

  /** Answers an UPDATE without an offer. */
  confirm(received: Received): void {
    this.#review.confirm(received);
  }

  /** Answers an UPDATE with an offer while our 2xx is being repeated, for its ACK may come late (RFC 6337 §4.3). */
  answerApart(received: Received): void {
    this.#apart ??= new EarlyOffers(this.#options);
    this.#apart.update(received, true);
  }

  /** True when `cancel` takes back the re-INVITE that is being answered. */
  isCancelledBy(cancel: Request): boolean {
    return this.#review.isCancelledBy(cancel);
  }

  /** The offer that was open came to nothing. */
  rollback(): void {
    this.#options.media.rollback();
  }

  /** The call is over. */
  end(): void {
    this.#apart?.end();
  }
}
