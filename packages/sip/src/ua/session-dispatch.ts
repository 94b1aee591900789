// Who gets a request of a dialog, and what an INVITE must pass before it rings: for a user agent, and for whoever else holds
// sessions on an endpoint (RFC 3261 §8.2, §9.2, §12.2.2).
import { usageNamed } from '../dialog/table.ts';
import type { DialogEntry, DialogTable } from '../dialog/table.ts';
import type { ServerTransaction } from '../endpoint/parts.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { IncomingSession } from '../session/incoming.ts';
import { refuseInterval } from '../session/interval.ts';
import type { IntervalPolicy } from '../session/interval.ts';
import { hasContact } from '../session/responses.ts';
import { Session } from '../session/session.ts';
import { eventOf } from '../subscription/event.ts';
import { notifierIn, subscriberIn } from '../subscription/route.ts';
import { InviteServer } from '../transaction/invite-server.ts';
import type { Abilities } from './abilities.ts';
import { checkAccept, checkBody, checkEncoding, checkRequest, checkSupported } from './checks.ts';
import type { Refusal } from './checks.ts';

/** What the requests of dialogs are for. */
export interface SessionDispatchOptions {
  readonly dialogs: DialogTable<DialogUsage>;
  readonly abilities: Abilities;
  /** What is wanted of session timers. */
  readonly interval: IntervalPolicy;
  /** Takes what is for no session and no subscription that there is: MESSAGE, REFER, a first SUBSCRIBE; false when it does not. */
  beside(received: Received, entry: DialogEntry<DialogUsage>): boolean;
  /** What refuses an INVITE whose offer cannot be read. */
  unreadable(invite: Request): Refusal | undefined;
  /** What refuses an INVITE with Replaces, if anything does. */
  replaces(invite: Request): Refusal | undefined;
}

/** Brings requests to the sessions and subscriptions that they belong to. */
export class SessionDispatch {
  readonly #options: SessionDispatchOptions;
  /** INVITEs that can still be cancelled. */
  readonly #cancellable = new Map<InviteServer, { cancel(cancel: Request): void }>();

  constructor(options: SessionDispatchOptions) {
    this.#options = options;
  }

  /** Takes a request with a To tag; false when there is no such dialog. */
  inside(received: Received): boolean {
    const { request, transaction } = received;
    const { dialogs, abilities } = this.#options;
    const entry = dialogs.find(request);
    if (entry === undefined) return false;
    if (!entry.dialog.takeCseq(request)) {
      refuse(request, transaction, { status: 500, reason: 'CSeq out of order', headers: [] });
      return true;
    }
    const refusal = checkRequest(request, abilities);
    if (refusal === undefined) this.#toUsage(received, entry);
    else refuse(request, transaction, refusal);
    return true;
  }

  /** Takes a new INVITE: refuses it, or has `begin` make a session of it. */
  invite(
    { request, flow }: Received,
    transaction: InviteServer,
    begin: (received: Received & { readonly transaction: InviteServer }) => IncomingSession,
  ): void {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      refuse(request, transaction, refusal);
      return;
    }
    const session = begin({ request, transaction, flow });
    // Nobody may have waited for calls any more, and then it is refused already.
    if (transaction.finished) return;
    this.#cancellable.set(transaction, session);
    // The transaction lives 32 s more; what was a call must not.
    session.events.on('session', () => this.#cancellable.delete(transaction));
    session.events.on('ended', () => this.#cancellable.delete(transaction));
  }

  /** An ACK; false when it belongs to no dialog. */
  ack(ack: Request): boolean {
    const entry = this.#options.dialogs.find(ack);
    usageNamed(entry, 'INVITE')?.ack?.(ack);
    return entry !== undefined;
  }

  /** RFC 3261 §9.2: takes an INVITE back; false when it is none of these. */
  cancel(cancelled: InviteServer, cancel: Request): boolean {
    const session = this.#cancellable.get(cancelled);
    session?.cancel(cancel);
    return session !== undefined;
  }

  /** The transaction is over. */
  forget(transaction: ServerTransaction): void {
    if (transaction instanceof InviteServer) this.#cancellable.delete(transaction);
  }

  /** RFC 3261 §11.2: as an INVITE would be answered now, with what we can do. */
  answerOptions(request: Request, transaction: ServerTransaction): void {
    const { headers } = this.#options.abilities;
    transaction.respond(createResponse(request, 200, { toTag: transaction.localTag, headers }));
  }

  #refusalOf(invite: Request): Refusal | undefined {
    const { abilities, interval, dialogs, unreadable, replaces } = this.#options;
    const refusal =
      checkSupported(invite, abilities) ??
      checkBody(invite) ??
      checkAccept(invite) ??
      unreadable(invite) ??
      refuseInterval(invite, interval) ??
      replaces(invite);
    if (refusal !== undefined) return refusal;
    if (!hasContact(invite))
      return { status: 400, reason: 'Missing or malformed Contact', headers: [] };
    return dialogs.full ? { status: 503, headers: [['Retry-After', '10']] } : undefined;
  }

  #toUsage(received: Received, entry: DialogEntry<DialogUsage>): void {
    const { request, transaction } = received;
    switch (request.method) {
      case 'OPTIONS':
        return this.answerOptions(request, transaction);
      case 'SUBSCRIBE':
      case 'NOTIFY':
        return this.#toSubscription(received, entry);
      default:
        if (!this.#options.beside(received, entry)) this.#toSession(received, entry);
        return undefined;
    }
  }

  #toSession(received: Received, entry: DialogEntry<DialogUsage>): void {
    const { request, transaction } = received;
    // RFC 6086 §4.2.2: what an INFO brings is judged by its package.
    const unreadable = (request.method === 'INFO' ? checkEncoding : checkBody)(request);
    if (unreadable !== undefined) {
      refuse(request, transaction, unreadable);
      return;
    }
    // RFC 5057 §4.2: the method says which usage of the dialog a request belongs to.
    const usage = usageNamed(entry, 'INVITE');
    if (transaction instanceof InviteServer) {
      transaction.user = {
        ack: (ack) => void this.ack(ack),
        ended: () => this.forget(transaction),
      };
      if (usage instanceof Session) this.#cancellable.set(transaction, usage);
    }
    if (usage === undefined) refuse(request, transaction, { status: 481, headers: [] });
    else usage.request(received);
  }

  #toSubscription(received: Received, entry: DialogEntry<DialogUsage>): void {
    const { request, transaction } = received;
    const event = eventOf(request);
    const find = request.method === 'NOTIFY' ? subscriberIn : notifierIn;
    const usage = event === undefined ? undefined : find(entry, event);
    const unreadable = checkEncoding(request);
    if (unreadable !== undefined) refuse(request, transaction, unreadable);
    else if (usage !== undefined) usage.request(received);
    // RFC 6665 §4.1.3, §8.2.1: about nothing that we subscribed to, or about nothing at all.
    else if (request.method === 'NOTIFY' || !this.#options.beside(received, entry))
      refuse(request, transaction, { status: event === undefined ? 489 : 481, headers: [] });
  }
}

/** Sends the refusal of a request. */
export function refuse(
  request: Request,
  transaction: ServerTransaction,
  { status, reason, headers }: Refusal,
): void {
  transaction.respond(
    createResponse(request, status, { toTag: transaction.localTag, reason, headers }),
  );
}
