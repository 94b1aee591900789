// Our responses to the INVITE of a peer: ringing, the 2xx, refusals, and the dialog that the first of them makes (RFC 3261 §13.3.1).
import { seedAtServer } from '../dialog/create.ts';
import type { DialogUsage } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import type { Flow } from '../transport/port.ts';
import { typeOf } from './body.ts';
import { EarlyDialog } from './early-dialog.ts';
import type { FirstDescription } from './first-description.ts';
import { sessionHeaders } from './info.ts';
import type { Provisionals } from './provisional.ts';
import { Session } from './session.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** How a call rings, or is previewed. */
export interface Ringing {
  /** From 101 to 199; 180 unless said, 183 with a description. */
  readonly status?: number | undefined;
  /** True to have it acknowledged where the caller can do that; always done where the caller requires it (RFC 3262 §3). */
  readonly reliable?: boolean | undefined;
}

/** How a call is refused. */
export interface Rejection {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
}

/** What the responses to one INVITE are made of. */
export interface ResponsesOptions {
  /** Id of the session. */
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly request: Request;
  readonly transaction: InviteServer;
  /** Where it came from. */
  readonly flow: Flow;
  readonly provisionals: Provisionals;
  readonly description: FirstDescription;
  /** Takes the requests of the dialog until the 2xx. */
  readonly usage: DialogUsage;
}

/** Responds to one INVITE. */
export class Responses {
  readonly #options: ResponsesOptions;
  #early: EarlyDialog | undefined;

  constructor(options: ResponsesOptions) {
    this.#options = options;
  }

  /** The dialog, once a response with a tag has made it. */
  get early(): EarlyDialog | undefined {
    return this.#early;
  }

  /** RFC 3262 §3: what must arrive is a description; what only rings need not. */
  isReliable({ reliable }: Ringing, described: boolean): boolean {
    const { provisionals, description } = this.#options;
    const { required, possible } = provisionals;
    // An offer of ours can go nowhere else before the 2xx (RFC 3261 §13.2.1).
    const offers = described && description.offers;
    return required || (possible && (offers || (reliable ?? described)));
  }

  /** A provisional response, with our description or without. */
  ring(ringing: Ringing, sdp?: string): void {
    this.#makeDialog()?.dialog.on('1xx-tag');
    const { status = 180 } = ringing;
    const provisional = { status, headers: this.#headers(), sdp };
    this.#options.provisionals.send(provisional, this.isReliable(ringing, sdp !== undefined));
  }

  /** The 2xx: the session begins, and repeats it until ACK. Undefined when the INVITE can make no dialog. */
  accept(): Session | undefined {
    const { id, surroundings, request, transaction, provisionals, description } = this.#options;
    const { media, offers, told } = description;
    const early = this.#makeDialog();
    if (early === undefined || media === undefined) return undefined;
    const { dialog, infos, direction } = early;
    provisionals.final();
    dialog.on('2xx');
    const session = new Session({
      id,
      surroundings,
      dialog,
      media,
      infos,
      direction,
      start: 'Unacknowledged',
      // It holds the INVITE, which a call should not for as long as it lasts.
      provisionals: provisionals.waiting ? provisionals : undefined,
    });
    const sdp = description.tellFinally();
    const response = createResponse(request, 200, {
      toTag: transaction.localTag,
      headers: [...this.#headers(), ...session.grant(request), ...typeOf(sdp)],
      body: sdp,
    });
    early.handOver(session);
    session.repeatUntilAck({
      transaction,
      response,
      cseq: request.cseq.number,
      offered: offers && !told,
    });
    transaction.respond(response);
    return session;
  }

  /** A refusal as our user words it, ready to be sent. Throws a TypeError when it is malformed. */
  refusal({ status, reason, headers }: Rejection): Response {
    if (!(status >= 300 && status <= 699)) {
      throw new TypeError(`A call is refused with a status from 300 to 699, not ${status}`);
    }
    const { request, transaction, surroundings } = this.#options;
    const all = [...(headers ?? []), ...(surroundings.everywhere ?? [])];
    return createResponse(request, status, { toTag: transaction.localTag, reason, headers: all });
  }

  /** The final response that refuses the call. */
  refuse(refusal: Response): void {
    this.#options.provisionals.final();
    this.#options.transaction.respond(refusal);
  }

  // RFC 3261 §12.1.1: Record-Route is copied whole and in order.
  #headers(): readonly HeaderInit[] {
    const { request, flow, surroundings } = this.#options;
    return [
      ...request.rows('Record-Route').map((value): HeaderInit => ['Record-Route', value]),
      ['Contact', surroundings.contact(flow, request)],
      ...sessionHeaders(surroundings),
      ...(surroundings.everywhere ?? []),
    ];
  }

  /** RFC 3261 §12.1.1: the first response with a tag makes it. */
  #makeDialog(): EarlyDialog | undefined {
    if (this.#early !== undefined) return this.#early;
    const { request, transaction, surroundings, description, usage } = this.#options;
    const seed = seedAtServer(request, transaction.localTag, transaction.id);
    if (seed === undefined) return undefined;
    this.#early = new EarlyDialog(seed, surroundings, () => description.media);
    this.#early.infos.learn(request);
    surroundings.dialogs.add(this.#early.dialog, usage);
    return this.#early;
  }
}

/** Throws a TypeError when a call cannot ring so: a 100 says nothing to our user, and is sent by the transaction. */
export function checkRinging({ status = 180 }: Ringing): void {
  if (!(status > 100 && status <= 199)) {
    throw new TypeError(`A call rings with a status from 101 to 199, not ${status}`);
  }
}

/** RFC 3261 §12.1.1: an INVITE makes a dialog only with a Contact that can be called back. */
export function hasContact(request: Request): boolean {
  return seedAtServer(request, 'any', undefined) !== undefined;
}
