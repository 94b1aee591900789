// Who gets a request that reached a user agent: its dialog, the INVITE handler, or a refusal (RFC 3261 §8.2, §12.2.2).
import { usageNamed } from '../dialog/table.ts';
import type { DialogEntry, DialogTable } from '../dialog/table.ts';
import type { Core, ServerTransaction } from '../endpoint/parts.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import { via } from '../message/header/via.ts';
import type { Request, Response } from '../message/message.ts';
import { isKnownMethod } from '../message/method.ts';
import { createResponse } from '../message/respond.ts';
import { isSipUri, userOf } from '../message/uri.ts';
import type { IncomingSession } from '../session/incoming.ts';
import { refuseInterval } from '../session/interval.ts';
import type { IntervalPolicy } from '../session/interval.ts';
import { hasContact } from '../session/responses.ts';
import { Session } from '../session/session.ts';
import type { Attempts } from '../subscription/attempts.ts';
import { eventOf } from '../subscription/event.ts';
import { notifierIn, subscriberIn } from '../subscription/route.ts';
import { InviteServer } from '../transaction/invite-server.ts';
import type { NonInviteServer } from '../transaction/non-invite-server.ts';
import type { ServerUser } from '../transaction/transaction.ts';
import type { Flow } from '../transport/port.ts';
import type { Abilities } from './abilities.ts';
import {
  checkAccept,
  checkBody,
  checkEncoding,
  checkMethod,
  checkRequest,
  checkSupported,
} from './checks.ts';
import type { Refusal } from './checks.ts';
import { MergedRequests } from './merged.ts';

/** What the dispatch needs of its user agent. */
export interface Dispatch {
  readonly dialogs: DialogTable<DialogUsage>;
  readonly abilities: Abilities;
  /** What is wanted of session timers. */
  readonly interval: IntervalPolicy;
  /** True when requests for this user part are for us. */
  serves(user: string | undefined): boolean;
  /** Subscriptions of ours whose first NOTIFY has not come. */
  readonly attempts: Attempts;
  /** Takes a SUBSCRIBE that belongs to no subscription yet, in a dialog or outside. */
  subscribed(received: Received, entry?: DialogEntry<DialogUsage>): void;
  /** Takes a REFER, in a dialog or outside. */
  referred(received: Received, entry?: DialogEntry<DialogUsage>): void;
  /** What refuses an INVITE whose offer cannot be read. */
  unreadable(invite: Request): Refusal | undefined;
  /** What refuses an INVITE with Replaces, if anything does. */
  replaces(invite: Request): Refusal | undefined;
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
  const core: OutsideCore = { merged: new MergedRequests(), ack, forget };
  /** INVITEs that can still be cancelled. */
  const cancellable = new Map<InviteServer, { cancel(cancel: Request): void }>();

  function request(incoming: Request, transaction: ServerTransaction, flow: Flow): void {
    const received = { request: incoming, transaction, flow };
    if (incoming.toTag === undefined) outside(received);
    else inside(received);
  }

  function inside(received: Received): void {
    const { request: incoming, transaction } = received;
    const entry = dispatch.dialogs.find(incoming);
    if (entry === undefined) {
      if (incoming.method !== 'NOTIFY' || !adopted(received))
        refuse(incoming, transaction, { status: 481, headers: [] });
      return;
    }
    if (!entry.dialog.takeCseq(incoming)) {
      refuse(incoming, transaction, { status: 500, reason: 'CSeq out of order', headers: [] });
      return;
    }
    const refusal = checkRequest(incoming, abilities);
    if (refusal !== undefined) refuse(incoming, transaction, refusal);
    else if (incoming.method === 'OPTIONS') answerOptions(incoming, transaction);
    else if (incoming.method === 'MESSAGE') dispatch.message(received);
    else if (incoming.method === 'REFER') dispatch.referred(received, entry);
    else if (incoming.method === 'SUBSCRIBE' || incoming.method === 'NOTIFY') {
      ofSubscription(received, entry);
    } else {
      // RFC 6086 §4.2.2: what an INFO brings is judged by its package.
      const unreadable = (incoming.method === 'INFO' ? checkEncoding : checkBody)(incoming);
      if (unreadable !== undefined) {
        refuse(incoming, transaction, unreadable);
        return;
      }
      // RFC 5057 §4.2: the method says which usage of the dialog a request belongs to.
      const usage = usageNamed(entry, 'INVITE');
      if (transaction instanceof InviteServer) {
        transaction.user = { ack, ended: () => forget(transaction) };
        if (usage instanceof Session) cancellable.set(transaction, usage);
      }
      if (usage === undefined) refuse(incoming, transaction, { status: 481, headers: [] });
      else usage.request(received);
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

  function ofSubscription(received: Received, entry: DialogEntry<DialogUsage>): void {
    const { request: incoming, transaction } = received;
    const event = eventOf(incoming);
    const find = incoming.method === 'NOTIFY' ? subscriberIn : notifierIn;
    const usage = event === undefined ? undefined : find(entry, event);
    const unreadable = checkEncoding(incoming);
    if (unreadable !== undefined) refuse(incoming, transaction, unreadable);
    else if (usage !== undefined) usage.request(received);
    else if (incoming.method === 'SUBSCRIBE') dispatch.subscribed(received, entry);
    // RFC 6665 §4.1.3, §8.2.1: about nothing that we subscribed to, or about nothing at all.
    else refuse(incoming, transaction, { status: event === undefined ? 489 : 481, headers: [] });
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
    else if (incoming.method === 'OPTIONS') answerOptions(incoming, transaction);
    else if (incoming.method === 'MESSAGE') dispatch.message(received);
    else if (incoming.method === 'SUBSCRIBE') dispatch.subscribed(received);
    else if (incoming.method === 'REFER') dispatch.referred(received);
    else if (incoming.method === 'PUBLISH') dispatch.published(received);
    else if (transaction instanceof InviteServer) invite(received, transaction);
    else refuse(incoming, transaction, { status: 481, headers: [] });
  }

  function invite({ request: incoming, flow }: Received, transaction: InviteServer): void {
    const refusal =
      checkSupported(incoming, abilities) ??
      checkBody(incoming) ??
      checkAccept(incoming) ??
      dispatch.unreadable(incoming) ??
      refuseInterval(incoming, dispatch.interval) ??
      dispatch.replaces(incoming);
    if (refusal !== undefined) refuse(incoming, transaction, refusal);
    else if (!hasContact(incoming)) {
      refuse(incoming, transaction, {
        status: 400,
        reason: 'Missing or malformed Contact',
        headers: [],
      });
    } else if (dispatch.dialogs.full) {
      refuse(incoming, transaction, { status: 503, headers: [['Retry-After', '10']] });
    } else {
      const session = dispatch.invited(incoming, transaction, flow);
      // Nobody may have waited for calls any more, and then it is refused already.
      if (transaction.finished) return;
      cancellable.set(transaction, session);
      // The transaction lives 32 s more; what was a call must not.
      session.events.on('session', () => cancellable.delete(transaction));
      session.events.on('ended', () => cancellable.delete(transaction));
    }
  }

  // An ACK comes this way too when a client of RFC 2543 gave it the branch of its INVITE (RFC 6026 §7.1).
  function ack(incoming: Request): void {
    usageNamed(dispatch.dialogs.find(incoming), 'INVITE')?.ack?.(incoming);
  }

  function forget(transaction: ServerTransaction): void {
    if (transaction instanceof InviteServer) cancellable.delete(transaction);
  }

  // RFC 3261 §11.2: as an INVITE would be answered now, with what we can do.
  function answerOptions(incoming: Request, transaction: ServerTransaction): void {
    const { headers } = abilities;
    transaction.respond(createResponse(incoming, 200, { toTag: transaction.localTag, headers }));
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
    cancellable.get(cancelled)?.cancel(incoming);
  }

  return {
    request,
    answers,
    cancel,
    ack,
    // RFC 3261 §8.1.3.3: at a user agent a response has one Via, and that is ours.
    takes: (response) => (response.get(via) ?? []).length === 1,
    flowClosed: (flow, error) => dispatch.flowClosed(flow, error),
  };
}

/** What the requests outside dialogs share. */
interface OutsideCore {
  readonly merged: MergedRequests;
  ack(incoming: Request): void;
  forget(transaction: ServerTransaction): void;
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
    this.#core.ack(incoming);
  }

  ended(): void {
    this.#core.merged.forget(this.#name);
    this.#core.forget(this.#transaction);
  }
}

function refuse(
  request: Request,
  transaction: ServerTransaction,
  { status, reason, headers }: Refusal,
): void {
  transaction.respond(
    createResponse(request, status, { toTag: transaction.localTag, reason, headers }),
  );
}
