// A re-INVITE of the peer until we answer it (RFC 3261 §14.2).
import type { Dialog } from '../dialog/dialog.ts';
import type { Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import { contact } from '../message/header/contact.ts';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { MediaWish } from '../sdp/negotiator.ts';
import { InviteServer } from '../transaction/invite-server.ts';
import type { Flow } from '../transport/port.ts';
import type { Answered } from './answered.ts';
import { sdpOf, typeOf } from './body.ts';
import type { Made, MediaExchange } from './media-exchange.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What a review needs of its session. */
export interface ReviewOptions {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
}

interface Reviewed {
  readonly request: Request;
  readonly transaction: InviteServer;
  readonly flow: Flow;
  /** True when the re-INVITE brought no offer, so that our answer brings one. */
  readonly offered: boolean;
}

/** Answers the re-INVITEs of the peer, one at a time. */
export class Review {
  readonly #options: ReviewOptions;
  #reviewed: Reviewed | undefined;

  constructor(options: ReviewOptions) {
    this.#options = options;
  }

  /** True when `cancel` takes back the re-INVITE that is being answered. */
  isCancelledBy(cancel: Request): boolean {
    return this.#reviewed?.request.cseq.number === cancel.cseq.number;
  }

  /** Asks the media engine for the answer; a re-INVITE without an offer is answered with one. */
  begin({ request, transaction, flow }: Received, wish: MediaWish, made: Made): void {
    if (!(transaction instanceof InviteServer)) return;
    const offer = sdpOf(request);
    this.#reviewed = { request, transaction, flow, offered: offer === undefined };
    if (offer === undefined) this.#options.media.makeOffer(wish, made);
    else this.#options.media.makeAnswer(offer, wish, made);
  }

  /** Sends the 2xx; the target of the dialog is refreshed with it (RFC 6141 §4.6). */
  accept(answer: string): Answered | undefined {
    const reviewed = this.#take();
    if (reviewed === undefined) return undefined;
    const { surroundings, dialog } = this.#options;
    const { request, transaction, flow, offered } = reviewed;
    if (request.has(contact.name)) dialog.refreshTarget(request);
    const response = createResponse(request, 200, {
      headers: [
        ['Contact', surroundings.contact(flow)],
        ...surroundings.headers,
        ...typeOf(answer),
      ],
      body: answer,
    });
    transaction.respond(response);
    return { transaction, response, cseq: request.cseq.number, offered, repeats: 0 };
  }

  /** Sends a 4xx; the session goes on as it was. */
  refuse(status: number, headers: readonly HeaderInit[] = []): void {
    const reviewed = this.#take();
    reviewed?.transaction.respond(createResponse(reviewed.request, status, { headers }));
  }

  #take(): Reviewed | undefined {
    const reviewed = this.#reviewed;
    this.#reviewed = undefined;
    return reviewed;
  }
}
