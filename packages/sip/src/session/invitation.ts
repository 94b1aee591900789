// The INVITE of a call of ours: made, sent, sent anew when its session interval is too short, taken back (RFC 3261 §13.2.1, RFC 4028 §7.3).
import { outsideRequest } from '../endpoint/request.ts';
import { sendWithRetry } from '../endpoint/with-retry.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import { setHeader } from '../message/edit.ts';
import type { HeaderInit } from '../message/build.ts';
import type { SipError } from '../message/errors.ts';
import type { Request, Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Target } from '../transport/port.ts';
import { typeOf } from './body.ts';
import { sessionHeaders } from './info.ts';
import { firstIntervalHeaders, largerMinimum } from './interval.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What an INVITE says, and who hears its answers. */
export interface InvitationOptions {
  readonly surroundings: SessionSurroundings;
  readonly callId: string;
  readonly target: Uri;
  /** From and To values without tags. */
  readonly from: string;
  readonly to: string;
  readonly headers: readonly HeaderInit[];
  /** How many more hops it may take; 70 unless given. */
  readonly maxForwards?: number | undefined;
  readonly response: (response: Response) => void;
  readonly failed: (status: 408 | 487 | 503, error: SipError) => void;
  /** Nothing more comes of the INVITE that was sent last. */
  readonly ended: () => void;
}

/** How often an INVITE is tried with a longer session interval; who raises its minimum again and again is not followed. */
const attemptLimit = 5;

/** Invites one callee. */
export class Invitation {
  readonly #options: InvitationOptions;
  #sent: SentWithAuth | undefined;
  /** How often the INVITE was made anew. */
  #attempt = 0;
  /** The largest Min-SE that a 422 asked for. */
  #least = 0;

  constructor(options: InvitationOptions) {
    this.#options = options;
  }

  /** The INVITE as it was sent last, once it was. */
  get sent(): SentWithAuth | undefined {
    return this.#sent;
  }

  /** Sends it. */
  send(offer: string | undefined): void {
    const { surroundings, callId, target, from, to, headers, maxForwards } = this.#options;
    const { endpoint, routes, interval, everywhere = [] } = surroundings;
    const said = [...sessionHeaders(surroundings), ...firstIntervalHeaders(interval), ...headers];
    const invite = outsideRequest(
      {
        method: 'INVITE',
        uri: target,
        from,
        to,
        callId,
        routes,
        maxForwards,
        headers: [...said, ...everywhere, ...typeOf(offer)],
        body: offer,
      },
      endpoint.random,
    );
    this.#send(invite);
  }

  /** True when `response` asks for a longer session interval, and it is worth trying. */
  isTooShort(response: Response): boolean {
    if (this.#attempt >= attemptLimit) return false;
    const larger = largerMinimum(response, this.#least);
    this.#least = larger ?? this.#least;
    return larger !== undefined;
  }

  /** RFC 4028 §7.3: the same Call-ID, To and From, the next CSeq, and the largest Min-SE of all. */
  sendLonger(): void {
    const invite = this.#sent?.request;
    if (invite === undefined) return;
    const { number, method } = invite.cseq;
    const headers = firstIntervalHeaders(this.#options.surroundings.interval, this.#least);
    this.#send(
      invite.with(
        setHeader('CSeq', `${number + 1} ${method}`),
        ...headers.map(([name, value]) => setHeader(name, value)),
      ),
    );
  }

  /** RFC 3261 §9.1: takes it back. */
  cancel(headers: readonly HeaderInit[]): void {
    this.#sent?.cancel(headers);
  }

  #send(invite: Request): void {
    const { surroundings, response, failed, ended } = this.#options;
    const { endpoint, authentication, nextHop, followsRedirects, contact, way } = surroundings;
    const reached = way && { flow: way.flow, mayReach: (at: Target) => way.mayReach(at) };
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#sent = sendWithRetry(
      endpoint,
      invite,
      { authentication, nextHop, followsRedirects, contact, ...reached },
      {
        response,
        failed,
        ended: () => {
          if (attempt === this.#attempt) ended();
        },
      },
    );
  }
}
