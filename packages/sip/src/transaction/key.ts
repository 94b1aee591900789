// How messages find their transaction: by branch, and by RFC 2543's rules where the branch is no identifier.
import { own } from '../base/bytes.ts';
import { saysAt } from '../message/scan.ts';
import { formatUri } from '../message/uri.ts';
import type { Message, Request } from '../message/message.ts';

const cookie = 'z9hg4bk';

/** The key of a client transaction, from its request or from a response: branch and CSeq method (RFC 3261 §17.1.3). */
export function clientKey(message: Message): string {
  const branch = (message.branch ?? '').toLowerCase();
  return own(`${branch}|${message.cseq.method}`);
}

/**
 * The key of a server transaction: branch, sent-by and method, where an ACK counts as an INVITE (RFC 3261 §17.2.3).
 * `method` stands in for the request's own: a table looks with a CANCEL for the INVITE.
 */
export function serverKey(request: Request, method: string = request.method): string {
  const matched = method === 'ACK' ? 'INVITE' : method;
  if (!hasIdentifyingBranch(request)) return legacyKey(request, matched, request.toTag ?? '');
  const { branch, host, port } = request.topVia;
  return own(`${(branch ?? '').toLowerCase()}|${sentBy(host, port)}|${matched}`);
}

/** RFC 3261 §17.2.3: the key of an ACK of an RFC 2543 client to an INVITE that had no To tag yet. */
export function legacyAckKey(ack: Request): string {
  return legacyKey(ack, 'INVITE', '');
}

/** Whether the top Via's branch names a transaction by itself: the magic cookie and something after it (RFC 3261 §17.2.3). */
export function hasIdentifyingBranch(request: Request): boolean {
  const branch = request.branch ?? '';
  return branch.length > cookie.length && saysAt(branch, 0, cookie);
}

/** RFC 3261 §17.2.3 for RFC 2543 clients; what we add to Via ourselves (received, rport) is not compared. */
function legacyKey(request: Request, method: string, toTag: string): string {
  const { protocol, host, port, branch } = request.topVia;
  const via = `${protocol} ${sentBy(host, port)} ${branch ?? ''}`;
  const parts = [
    formatUri(request.uri),
    toTag,
    request.fromTag ?? '',
    request.callId,
    request.cseq.number,
    method,
    via,
  ];
  return own(parts.join('|'));
}

function sentBy(host: string, port: number | undefined): string {
  return `${host.toLowerCase()}:${port ?? ''}`;
}
