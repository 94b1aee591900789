// An offer of the peer within a dialog, by re-INVITE, UPDATE or PRACK, until we answer it (RFC 3261 §14.2, RFC 3311 §5.2).
import { partyOf } from '../dialog/create.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import { contact } from '../message/header/contact.ts';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { MediaWish } from '../sdp/negotiator.ts';
import type { ServerTransaction } from '../endpoint/parts.ts';
import { InviteServer } from '../transaction/invite-server.ts';
import type { Flow } from '../transport/port.ts';
import type { Answered } from './answered.ts';
import { sdpOf, typeOf } from './body.ts';
import { sessionHeaders } from './info.ts';
import type { Made, MediaExchange } from './media-exchange.ts';
import type { SessionSurroundings } from './surroundings.ts';
import type { Freshness } from './freshness.ts';

/** What a review needs of its session. */
export interface ReviewOptions {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
  /** Absent before the call is answered. */
  readonly timer?: Freshness | undefined;
  /** The peer is somebody else from now on (RFC 4916 §4.4.2). */
  readonly renamed?: (() => void) | undefined;
}

interface Reviewed {
  readonly request: Request;
  readonly transaction: ServerTransaction;
  readonly flow: Flow;
  /** True when a re-INVITE brought no offer, so that our answer brings one. */
  readonly offered: boolean;
}

/** Answers the offers of the peer, one at a time. */
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

  /** Answers an UPDATE without an offer: it refreshes the target, and says that we are here (RFC 3311 §5.2). */
  confirm(received: Received): void {
    const { request, transaction, flow } = received;
    this.#refreshPeer(request);
    transaction.respond(createResponse(request, 200, { headers: this.#headers(request, flow) }));
  }

  /** Asks the media engine for the answer; a re-INVITE without an offer is answered with one. */
  begin({ request, transaction, flow }: Received, wish: MediaWish, made: Made): void {
    const offer = sdpOf(request);
    this.#reviewed = { request, transaction, flow, offered: offer === undefined };
    if (offer === undefined) this.#options.media.makeOffer(wish, made);
    else this.#options.media.makeAnswer(offer, wish, made);
  }

  /** Sends the 2xx; the target of the dialog is refreshed with it (RFC 6141 §4.6). What comes back waits for its ACK. */
  accept(answer: string): Answered | undefined {
    const reviewed = this.#take();
    if (reviewed === undefined) return undefined;
    const { request, transaction, flow, offered } = reviewed;
    // RFC 3262 §6, table 1: PRACK has no Contact, and neither has its answer.
    const isPrack = request.method === 'PRACK';
    if (!isPrack) this.#refreshPeer(request);
    const response = createResponse(request, 200, {
      headers: [...(isPrack ? [] : this.#headers(request, flow)), ...typeOf(answer)],
      body: answer,
    });
    transaction.respond(response);
    return transaction instanceof InviteServer
      ? { transaction, response, cseq: request.cseq.number, offered }
      : undefined;
  }

  /** Sends a 4xx; the session goes on as it was. */
  refuse(status: number, headers: readonly HeaderInit[] = []): void {
    const reviewed = this.#take();
    reviewed?.transaction.respond(createResponse(reviewed.request, status, { headers }));
  }

  // RFC 6141 §4.6, RFC 4916 §4.4.2: where the peer is, and who; only with a 2xx.
  #refreshPeer(request: Request): void {
    const { dialog, renamed } = this.#options;
    if (request.has(contact.name)) dialog.refreshTarget(request);
    if (dialog.renameRemote(partyOf(request.from))) renamed?.();
  }

  #headers(request: Request, flow: Flow): readonly HeaderInit[] {
    const { surroundings, timer } = this.#options;
    return [
      ['Contact', surroundings.contact(flow, request)],
      ...sessionHeaders(surroundings),
      ...(surroundings.everywhere ?? []),
      ...(timer?.grant(request) ?? []),
    ];
  }

  #take(): Reviewed | undefined {
    const reviewed = this.#reviewed;
    this.#reviewed = undefined;
    return reviewed;
  }
}
