// Offers of the peer by UPDATE or in a PRACK while an INVITE is still being answered (RFC 3311 §5.2, RFC 6337 §2.2).
import type { Dialog } from '../dialog/dialog.ts';
import type { Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import { createResponse } from '../message/respond.ts';
import { sdpOf } from './body.ts';
import type { Freshness } from './freshness.ts';
import type { MediaExchange } from './media-exchange.ts';
import { Review } from './review.ts';
import { retryAfter } from './retry-after.ts';
import type { SessionSurroundings } from './surroundings.ts';
import { mediaRefusal } from './media-refusal.ts';

/** What answers offers in an early dialog. */
export interface EarlyOffersOptions {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
  /** Once the call is answered: its session timer, and who hears of an agreement and of another name of the peer. */
  readonly timer?: Freshness | undefined;
  readonly agreed?: (() => void) | undefined;
  readonly renamed?: (() => void) | undefined;
}

/** Answers the offers that a peer makes in one dialog until its INVITE is done with, one at a time. */
export class EarlyOffers {
  readonly #options: EarlyOffersOptions;
  readonly #review: Review;

  constructor(options: EarlyOffersOptions) {
    this.#options = options;
    this.#review = new Review(options);
  }

  /** An UPDATE: without an offer it refreshes the target; with one it must be its turn (RFC 3311 §5.2). */
  update(received: Received, mayOffer: boolean): void {
    const { media, surroundings, dialog } = this.#options;
    const isOurs = media.isOffering(dialog.id.remoteTag);
    if (sdpOf(received.request) === undefined) this.#review.confirm(received);
    else if (mayOffer && media.mayUpdate) this.answer(received);
    else refuseOffer(received, isOurs, surroundings);
  }

  /**
   * Answers the offer in a request that may bring one; what cannot be taken gets 488, and all is as before.
   *
   * Departs from RFC 3262 §3: so does a PRACK, since a 2xx with a description would agree to what cannot be done. RFC 6337
   * §2.3 knows that answer, and the caller may go on or give up; our response has arrived, and is not repeated.
   */
  answer(received: Received): void {
    const { agreed, surroundings } = this.#options;
    const { endpoint } = surroundings;
    this.#review.begin(received, { direction: 'sendrecv' }, (made) => {
      if (made.ok) {
        this.#review.accept(made.value);
        agreed?.();
      } else {
        const { status, headers } = mediaRefusal(endpoint, made.error);
        this.#review.refuse(status, headers);
      }
    });
  }

  /** The dialog is over: what was not answered gets 487 (RFC 3261 §15.1.2). */
  end(): void {
    this.#review.refuse(487);
  }
}

/** RFC 3311 §5.2: 491 when an offer of ours is open, 500 with a time to try again when one of theirs is. */
export function refuseOffer(
  { request, transaction }: Received,
  isOurs: boolean,
  surroundings: SessionSurroundings,
): void {
  const headers: readonly HeaderInit[] = isOurs ? [] : [retryAfter(surroundings)];
  transaction.respond(createResponse(request, isOurs ? 491 : 500, { headers }));
}
