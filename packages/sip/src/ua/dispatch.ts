// Who gets a request that reached a user agent: its dialog, the INVITE handler, or a refusal (RFC 3261 §8.2, §12.2.2).
import type { DialogTable } from '../dialog/table.ts';
import type { Core, ServerTransaction } from '../endpoint/parts.ts';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { isSipUri, userOf } from '../message/uri.ts';
import { IncomingSession, requireContact } from '../session/incoming.ts';
import { Session } from '../session/session.ts';
import type { DialogUsage } from '../session/surroundings.ts';
import { InviteServer } from '../transaction/invite-server.ts';
import type { NonInviteServer } from '../transaction/non-invite-server.ts';
import type { Flow } from '../transport/port.ts';
import { abilityHeaders } from './abilities.ts';
import { checkBody, checkMethod, checkRequire, checkScheme } from './checks.ts';
import type { Refusal } from './checks.ts';
import { MergedRequests } from './merged.ts';

/** What the dispatch needs of its user agent. */
export interface Dispatch {
  readonly dialogs: DialogTable<DialogUsage>;
  readonly product: string;
  /** True when requests for this user part are for us. */
  serves(user: string | undefined): boolean;
  /** Takes a new call. */
  invited(request: Request, transaction: InviteServer): IncomingSession | undefined;
  flowClosed(flow: Flow): void;
}

/** The core of a user agent, to stand on an endpoint. */
export function dispatchTo(dispatch: Dispatch): Core {
  const merged = new MergedRequests();
  /** INVITEs that can still be cancelled. */
  const cancellable = new Map<InviteServer, { cancel(cancel: Request): void }>();

  function request(incoming: Request, transaction: ServerTransaction): void {
    const refusal = checkMethod(incoming) ?? checkScheme(incoming) ?? checkRequire(incoming);
    if (refusal !== undefined) refuse(incoming, transaction, refusal);
    else if (incoming.toTag === undefined) outside(incoming, transaction);
    else inside(incoming, transaction);
  }

  function inside(incoming: Request, transaction: ServerTransaction): void {
    const entry = dispatch.dialogs.find(incoming);
    // RFC 3261 §12.2.2: a tag that matches no dialog of ours.
    if (entry === undefined) {
      refuse(incoming, transaction, { status: 481, headers: [] });
      return;
    }
    if (!entry.dialog.takeCseq(incoming)) {
      refuse(incoming, transaction, { status: 500, reason: 'CSeq out of order', headers: [] });
      return;
    }
    const unreadable = checkBody(incoming);
    if (unreadable !== undefined) refuse(incoming, transaction, unreadable);
    else if (incoming.method === 'OPTIONS') answerOptions(incoming, transaction);
    else {
      if (transaction instanceof InviteServer && entry.usage instanceof Session) {
        watch(transaction, entry.usage);
      }
      entry.usage.request(incoming, transaction, entry.dialog);
    }
  }

  function outside(incoming: Request, transaction: ServerTransaction): void {
    const release = merged.take(incoming);
    if (release === undefined) {
      refuse(incoming, transaction, { status: 482, headers: [] });
      return;
    }
    transaction.user = {
      ended: () => {
        release();
        if (transaction instanceof InviteServer) cancellable.delete(transaction);
      },
    };
    const user = isSipUri(incoming.uri) && incoming.uri.user !== undefined ? userOf(incoming.uri) : undefined;
    if (incoming.method === 'BYE') refuse(incoming, transaction, { status: 481, headers: [] });
    else if (!dispatch.serves(user)) refuse(incoming, transaction, { status: 404, headers: [] });
    else if (incoming.method === 'OPTIONS') answerOptions(incoming, transaction);
    else if (transaction instanceof InviteServer) invite(incoming, transaction);
    else refuse(incoming, transaction, { status: 481, headers: [] });
  }

  function invite(incoming: Request, transaction: InviteServer): void {
    const unreadable = checkBody(incoming);
    const noContact = requireContact(incoming);
    if (unreadable !== undefined) refuse(incoming, transaction, unreadable);
    else if (noContact !== undefined) {
      refuse(incoming, transaction, { status: 400, reason: 'Missing or malformed Contact', headers: [] });
    } else if (dispatch.dialogs.full) {
      refuse(incoming, transaction, { status: 503, headers: [['Retry-After', '10']] });
    } else {
      const session = dispatch.invited(incoming, transaction);
      if (session !== undefined) cancellable.set(transaction, session);
    }
  }

  function watch(transaction: InviteServer, session: Session): void {
    cancellable.set(transaction, session);
    transaction.user = { ended: () => cancellable.delete(transaction) };
  }

  // RFC 3261 §11.2: as an INVITE would be answered now, with what we can do.
  function answerOptions(incoming: Request, transaction: ServerTransaction): void {
    const headers = abilityHeaders(dispatch.product);
    transaction.respond(createResponse(incoming, 200, { toTag: transaction.localTag, headers }));
  }

  function cancel(incoming: Request, transaction: NonInviteServer, cancelled: InviteServer | undefined): void {
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
    cancel,
    ack: (ack) => dispatch.dialogs.find(ack)?.usage.ack(ack),
    flowClosed: (flow) => dispatch.flowClosed(flow),
  };
}

function refuse(request: Request, transaction: ServerTransaction, { status, reason, headers }: Refusal): void {
  transaction.respond(createResponse(request, status, { toTag: transaction.localTag, reason, headers }));
}
