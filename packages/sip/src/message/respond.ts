// Responses to a request (RFC 3261 §8.2.6).
import { buildSource, headerText } from './build.ts';
import type { HeaderInit } from './build.ts';
import { MessageParts, nothingRead, Response } from './message.ts';
import type { ReadHeaders, Request } from './message.ts';
import { headerId } from './names.ts';
import { checkText, isToken } from './scan.ts';
import { statelessTag } from './stateless-tag.ts';
import { reasonPhrase } from './status.ts';

/** What a response has besides what it copies from its request. */
export interface ResponseInit {
  readonly reason?: string | undefined;
  /** The tag that To gets when it has none; without it, one that is the same for each repeat of the request. */
  readonly toTag?: string | undefined;
  /** After the copied ones, in this order; Content-Length is added. */
  readonly headers?: readonly HeaderInit[] | undefined;
  /** Text is latin1, one character for each byte. */
  readonly body?: Uint8Array | string | undefined;
}

/**
 * A response with the request's Via rows, From, To, Call-ID and CSeq, and in a 100 its Timestamp. Throws a TypeError
 * when a part of `init` is malformed or holds CR, LF or NUL.
 */
export function createResponse(
  request: Request,
  status: number,
  init: ResponseInit = {},
): Response {
  const tag = tagFor(request, status, init.toTag);
  let copied = copiedRows(request, tag);
  if (status === 100) {
    for (const value of request.rows('Timestamp')) copied += `Timestamp: ${value}\r\n`;
  }
  const known = MessageParts.readOf(request);
  if (tag !== undefined) {
    known.to = undefined;
    known.toTag = tag;
  }
  return buildResponse(status, copied, init, known);
}

// In one walk over the rows. They need no check, since they stand in a message already.
function copiedRows(request: Request, tag: string | undefined): string {
  let vias = '';
  let from = '';
  let to = '';
  let callId = '';
  let cseq = '';
  MessageParts.eachNoted(request, (id, value) => {
    if (id === headerId.via) vias += `Via: ${value}\r\n`;
    else if (id === headerId.from) from += `From: ${value}\r\n`;
    else if (id === headerId.to) to += `To: ${value}${tag === undefined ? '' : `;tag=${tag}`}\r\n`;
    else if (id === headerId.callId) callId += `Call-ID: ${value}\r\n`;
    else if (id === headerId.cseq) cseq += `CSeq: ${value}\r\n`;
  });
  return vias + from + to + callId + cseq;
}

/** A response from copied rows, each with its CRLF, and what `init` adds; `known` is what was read of the copied ones. */
export function buildResponse(
  status: number,
  copied: string,
  init: ResponseInit = {},
  known: ReadHeaders = nothingRead(),
): Response {
  if (!Number.isInteger(status) || status < 100 || status > 699) {
    throw new TypeError(`${status} is not a status`);
  }
  const reason = init.reason ?? reasonPhrase(status);
  checkText(reason, 'A reason phrase');
  const rows = copied + headerText(init.headers ?? []);
  const source = buildSource(`SIP/2.0 ${status} ${reason}`, rows, init.body);
  const content = { source, startLine: undefined, rows: undefined, body: undefined };
  return new Response(content, known, status, reason);
}

// RFC 3261 §8.2.6.2: any response but 100 gives To a tag.
function tagFor(request: Request, status: number, tag: string | undefined): string | undefined {
  if (request.toTag !== undefined || (status === 100 && tag === undefined)) return undefined;
  const chosen =
    tag ??
    statelessTag(request.rows('Via')[0] ?? '', request.callId, request.rows('CSeq')[0] ?? '');
  if (!isToken(chosen)) throw new TypeError(`${JSON.stringify(chosen)} is not a tag`);
  return status === 100 ? undefined : chosen;
}
