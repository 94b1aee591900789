// Who gets a request that reached a user agent: its dialog, the INVITE handler, or a refusal (RFC 3261 §8.2, §12.2.2).
import type { DialogEntry } from '../dialog/table.ts';
import type { Core, ServerTransaction } from '../endpoint/parts.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import { via } from '../message/header/via.ts';
import type { Request, Response } from '../message/message.ts';
import { isKnownMethod } from '../message/method.ts';
import { createResponse } from '../message/respond.ts';
import { isSipUri, userOf } from '../message/uri.ts';
import type { IncomingSession } from '../session/incoming.ts';
import type { Attempts } from '../subscription/attempts.ts';
import { InviteServer } from '../transaction/invite-server.ts';
import type { NonInviteServer } from '../transaction/non-invite-server.ts';
import type { ServerUser } from '../transaction/transaction.ts';
import type { Flow } from '../transport/port.ts';
import { checkEncoding, checkMethod, checkRequest } from './checks.ts';
import { MergedRequests } from './merged.ts';
import { refuse, SessionDispatch } from './session-dispatch.ts';
import type { SessionDispatchOptions } from './session-dispatch.ts';

/** What the dispatch needs of its user agent. */
export interface Dispatch extends Omit<SessionDispatchOptions, 'beside'> {
  /** True when requests for this user part are for us. */
  serves(user: string | undefined): boolean;
  /** Subscriptions of ours whose first NOTIFY has not come. */
  readonly attempts: Attempts;
  /** Takes a SUBSCRIBE that belongs to no subscription yet, in a dialog or outside. */
  subscribed(received: Received, entry?: DialogEntry<DialogUsage>): void;
  /** Takes a REFER, in a dialog or outside. */
  referred(received: Received, entry?: DialogEntry<DialogUsage>): void;
  /** Takes a PUBLISH. */
  published(received: Received): void;
  /** Takes a MESSAGE, in a dialog or outside. */
  message(received: Received): void;
  /** Takes a new call. */
  invited(request: Request, transaction: InviteServer, flow: Flow): IncomingSession;
  flowClosed(flow: Flow, error: Error | undefined): void;
}

/** The core of a user agent, to stand on an endpoint. */
export function dispatchTo(dispatch: Dispatch): Core {
  const { abilities } = dispatch;
  const sessions = new SessionDispatch({ ...dispatch, beside });
  const core: OutsideCore = { merged: new MergedRequests(), sessions };

  function request(incoming: Request, transaction: ServerTransaction, flow: Flow): void {
    const received = { request: incoming, transaction, flow };
    if (incoming.toTag === undefined) outside(received);
    else if (!sessions.inside(received) && (incoming.method !== 'NOTIFY' || !adopted(received)))
      refuse(incoming, transaction, { status: 481, headers: [] });
  }

  function beside(received: Received, entry: DialogEntry<DialogUsage>): boolean {
    switch (received.request.method) {
      case 'MESSAGE':
        dispatch.message(received);
        return true;
      case 'REFER':
        dispatch.referred(received, entry);
        return true;
      case 'SUBSCRIBE':
        dispatch.subscribed(received, entry);
        return true;
      default:
        return false;
    }
  }

  // RFC 3261 §12.2.2: a tag that matches no dialog of ours, whatever a method that we know asks for; nothing is kept of it.
  function answers(incoming: Request): Response | undefined {
    const { method, toTag } = incoming;
    if (toTag === undefined || method === 'CANCEL' || method === 'NOTIFY') return undefined;
    if (dispatch.dialogs.find(incoming) !== undefined) return undefined;
    const unknown = isKnownMethod(method) ? undefined : checkMethod(incoming, abilities);
    return createResponse(incoming, unknown?.status ?? 481, { headers: unknown?.headers ?? [] });
  }

  // RFC 6665 §4.4.1: the first NOTIFY of a subscription makes its dialog.
  function adopted(received: Received): boolean {
    const { request: incoming, transaction } = received;
    const refusal = checkRequest(incoming, abilities) ?? checkEncoding(incoming);
    if (refusal === undefined) return dispatch.attempts.adopt(received);
    refuse(incoming, transaction, refusal);
    return true;
  }

  function outside(received: Received): void {
    const { request: incoming, transaction } = received;
    const refusal = checkRequest(incoming, abilities);
    if (refusal !== undefined) {
      refuse(incoming, transaction, refusal);
      return;
    }
    const name = core.merged.take(incoming);
    if (name === undefined) {
      refuse(incoming, transaction, { status: 482, headers: [] });
      return;
    }
    transaction.user = new Outside(core, name, transaction);
    const user =
      isSipUri(incoming.uri) && incoming.uri.user !== undefined ? userOf(incoming.uri) : undefined;
    if (incoming.method === 'BYE') refuse(incoming, transaction, { status: 481, headers: [] });
    else if (!dispatch.serves(user)) refuse(incoming, transaction, { status: 404, headers: [] });
    else if (incoming.method === 'OPTIONS') sessions.answerOptions(incoming, transaction);
    else if (incoming.method === 'MESSAGE') dispatch.message(received);
    else if (incoming.method === 'SUBSCRIBE') dispatch.subscribed(received);
    else if (incoming.method === 'REFER') dispatch.referred(received);
    else if (incoming.method === 'PUBLISH') dispatch.published(received);
    else if (transaction instanceof InviteServer)
      sessions.invite(received, transaction, (invite) =>
        dispatch.invited(invite.request, invite.transaction, invite.flow),
      );
    else refuse(incoming, transaction, { status: 481, headers: [] });
  }

  function cancel(
    incoming: Request,
    transaction: NonInviteServer,
    cancelled: InviteServer | undefined,
  ): void {
    if (cancelled === undefined) {
      refuse(incoming, transaction, { status: 481, headers: [] });
      return;
    }
    // RFC 3261 §9.2: the 200 has the tag of the INVITE's answers; whether it comes in time is another matter.
    transaction.respond(createResponse(incoming, 200, { toTag: cancelled.localTag }));
    sessions.cancel(cancelled, incoming);
  }

  return {
    request,
    answers,
    cancel,
    // An ACK comes this way too when a client of RFC 2543 gave it the branch of its INVITE (RFC 6026 §7.1).
    ack: (incoming) => void sessions.ack(incoming),
    // RFC 3261 §8.1.3.3: at a user agent a response has one Via, and that is ours.
    takes: (response) => (response.get(via) ?? []).length === 1,
    flowClosed: (flow, error) => dispatch.flowClosed(flow, error),
  };
}

/** What the requests outside dialogs share. */
interface OutsideCore {
  readonly merged: MergedRequests;
  readonly sessions: SessionDispatch;
}

/** What is remembered of a request outside dialogs until its transaction ends; there may be a hundred thousand. */
class Outside implements ServerUser {
  readonly #core: OutsideCore;
  readonly #name: string;
  readonly #transaction: ServerTransaction;

  constructor(core: OutsideCore, name: string, transaction: ServerTransaction) {
    this.#core = core;
    this.#name = name;
    this.#transaction = transaction;
  }

  ack(incoming: Request): void {
    this.#core.sessions.ack(incoming);
  }

  ended(): void {
    this.#core.merged.forget(this.#name);
    this.#core.sessions.forget(this.#transaction);
  }
}
