// From bytes to a message, or to the reason why not (RFC 3261 §7, §18.3, §21.4.1).
import { latin1, latin1Bytes } from '../base/bytes.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { answerTo } from './answer.ts';
import { readCallId } from './header/call-id.ts';
import { readContentLength } from './header/content-length.ts';
import { readCSeq } from './header/cseq.ts';
import { readMaxForwards } from './header/max-forwards.ts';
import { foundBranch, readVia, scanVia } from './header/via.ts';
import type { Via } from './header/via.ts';
import { defaultLimits } from './limits.ts';
import type { MessageLimits } from './limits.ts';
import { nothingRead, Request, Response } from './message.ts';
import type { Message, ReadHeaders } from './message.ts';
import { foundTag, scanNameAddress } from './name-address.ts';
import { headerId, headerIdCount } from './names.ts';
import { problem } from './problem.ts';
import type { MessageProblem } from './problem.ts';
import { scanValue, valueOf } from './rows.ts';
import { listValueEnd, trimmedEnd } from './scan.ts';
import { rowCount, rowEnd, rowId, rowValueStart, scanRows } from './source.ts';
import type { Source } from './source.ts';
import { readStartLine } from './start-line.ts';
import type { StartLine } from './start-line.ts';

/**
 * Reads one datagram or one framed message: bytes after Content-Length are cut off, and without Content-Length the body
 * goes to the end (RFC 3261 §18.3). The message is checked as far as every receiver needs it: start line, top Via, From,
 * To, Call-ID, CSeq, Max-Forwards and Content-Length are there, once, and well formed. Never throws.
 */
export function parseMessage(
  bytes: Uint8Array,
  limits?: Partial<MessageLimits>,
): Result<Message, MessageProblem> {
  const bounds = limits === undefined ? defaultLimits : { ...defaultLimits, ...limits };
  const size = Math.min(bytes.length, bounds.message);
  return read(latin1(bytes, startOf(bytes, size), size), bounds, bytes.length > bounds.message);
}

/** Reads a message that stands as latin1 text already, as `parseMessage` reads its bytes; of other characters the low eight bits count. */
export function parseMessageText(
  text: string,
  limits?: Partial<MessageLimits>,
): Result<Message, MessageProblem> {
  const bounds = limits === undefined ? defaultLimits : { ...defaultLimits, ...limits };
  const whole = /[^\0-\u00ff]/.test(text) ? latin1(latin1Bytes(text)) : text;
  const size = Math.min(whole.length, bounds.message);
  let start = 0;
  while (start + 1 < size && whole.startsWith('\r\n', start)) start += 2;
  return read(whole.slice(start, size), bounds, whole.length > bounds.message);
}

// RFC 3261 §7.5: CRLFs before the start line are read over.
function startOf(bytes: Uint8Array, size: number): number {
  let at = 0;
  while (at + 1 < size && bytes[at] === 13 && bytes[at + 1] === 10) at += 2;
  return at;
}

function read(
  text: string,
  limits: MessageLimits,
  oversize: boolean,
): Result<Message, MessageProblem> {
  const lineEnd = firstLineEnd(text);
  if (lineEnd < 0) return fail(problem('SIP_PARSE', 'The start line does not end'));
  const line = readStartLine(text, lineEnd, limits);
  if (line === undefined) return fail(problem('SIP_PARSE', 'The start line is malformed'));
  const { source, fault } = scanRows(text, lineEnd + 2, limits);
  const found = countRows(source);
  let wrong: MessageProblem | undefined;
  const known = nothingRead();
  if (oversize) wrong = problem('SIP_TOO_LARGE');
  else if (line.wrong !== undefined) wrong = line.wrong;
  else if (fault !== undefined)
    wrong = problem(fault.tooLarge ? 'SIP_TOO_LARGE' : 'SIP_PARSE', fault.text);
  else
    wrong =
      nulFault(text, source.bodyAt) ??
      rowFault(found) ??
      valueFault(source, found, limits, line.kind);
  wrong ??= readHeaders(source, found, line, known);
  if (wrong !== undefined) return fail(withAnswer(wrong, source, line));
  const body = bodyEnd(source, found, limits);
  if (typeof body !== 'number') return fail(withAnswer(body, source, line));
  const kept = body === text.length ? source : source.cut(body);
  return ok(makeMessage(kept, known, line));
}

function firstLineEnd(text: string): number {
  const feed = text.indexOf('\n');
  return feed > 0 && text.charCodeAt(feed - 1) === 13 ? feed - 1 : text.indexOf('\r\n');
}

function makeMessage(source: Source, known: ReadHeaders, line: StartLine): Message {
  const content = { source, startLine: undefined, rows: undefined, body: undefined };
  return line.kind === 'request'
    ? new Request(content, known, line.method)
    : new Response(content, known, line.status, line.reason);
}

function withAnswer(wrong: MessageProblem, source: Source, line: StartLine): MessageProblem {
  if (line.kind === 'response' || line.method === 'ACK') return wrong;
  const answer = answerTo(source, wrong.status);
  return answer === undefined ? wrong : { ...wrong, answer };
}

// For each id of names.ts: its first row, or -1, and how many rows it has.
const firsts = new Int32Array(headerIdCount);
const counts = new Int32Array(headerIdCount);

/** Where the headers that the parser looks at stand. Shared by all calls, and true until the next one. */
interface Found {
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
}

const foundRows: Found = { firsts, counts };

function countRows(source: Source): Found {
  for (let id = 0; id < headerIdCount; id += 1) {
    firsts[id] = -1;
    counts[id] = 0;
  }
  const count = rowCount(source);
  for (let index = 0; index < count; index += 1) {
    const id = rowId(source, index);
    if (id === 0) continue;
    if (counts[id] === 0) firsts[id] = index;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return foundRows;
}

// NUL has no place in a header except as a quoted pair (RFC 3261 §25.1).
function nulFault(text: string, bodyAt: number): MessageProblem | undefined {
  for (let at = text.indexOf('\0'); at >= 0 && at < bodyAt; at = text.indexOf('\0', at + 1)) {
    if (text.charCodeAt(at - 1) !== 92)
      return problem('SIP_PARSE', 'There is a NUL in the headers');
  }
  return undefined;
}

function rowFault(found: Found): MessageProblem | undefined {
  return (
    wrongCount(found, headerId.via, 'Via', 1, Number.MAX_SAFE_INTEGER) ??
    wrongCount(found, headerId.from, 'From', 1, 1) ??
    wrongCount(found, headerId.to, 'To', 1, 1) ??
    wrongCount(found, headerId.callId, 'Call-ID', 1, 1) ??
    wrongCount(found, headerId.cseq, 'CSeq', 1, 1) ??
    wrongCount(found, headerId.maxForwards, 'Max-Forwards', 0, 1) ??
    wrongCount(found, headerId.contentLength, 'Content-Length', 0, 1)
  );
}

function wrongCount(
  found: Found,
  id: number,
  name: string,
  least: number,
  most: number,
): MessageProblem | undefined {
  const count = found.counts[id] ?? 0;
  if (count >= least && count <= most) return undefined;
  return problem(
    'SIP_PARSE_HEADER',
    `The ${name} header ${count === 0 ? 'is missing' : 'stands more than once'}`,
  );
}

// A registrar may list more contacts in its response than one request may bring.
function valueFault(
  source: Source,
  found: Found,
  limits: MessageLimits,
  kind: StartLine['kind'],
): MessageProblem | undefined {
  return (
    tooMany(source, found, headerId.via, 'Via', limits.viaCount) ??
    tooMany(source, found, headerId.route, 'Route', limits.routeCount) ??
    tooMany(source, found, headerId.recordRoute, 'Record-Route', limits.routeCount) ??
    (kind === 'request'
      ? tooMany(source, found, headerId.contact, 'Contact', limits.contactCount)
      : undefined)
  );
}

// Commas are an upper bound; values are counted only where the bound is over the limit.
function tooMany(
  source: Source,
  found: Found,
  id: number,
  name: string,
  limit: number,
): MessageProblem | undefined {
  const { text } = source;
  let left = found.counts[id] ?? 0;
  let values = left;
  let comma = -1;
  for (let index = found.firsts[id] ?? 0; left > 0; index += 1) {
    if (rowId(source, index) !== id) continue;
    left -= 1;
    const start = rowValueStart(source, index);
    const end = rowEnd(source, index);
    if (comma < start) comma = nextComma(text, start);
    for (; comma < end; comma = nextComma(text, comma + 1)) values += 1;
  }
  if (values <= limit || countValues(source, id) <= limit) return undefined;
  return problem('SIP_TOO_LARGE', `There are more than ${limit} ${name} values`, 400);
}

function nextComma(text: string, at: number): number {
  const comma = text.indexOf(',', at);
  return comma < 0 ? text.length : comma;
}

function countValues(source: Source, id: number): number {
  let values = 0;
  for (let index = 0; index < rowCount(source); index += 1) {
    if (rowId(source, index) !== id) continue;
    const row = valueOf(source, index);
    for (let at = 0; at <= row.length; at += 1) {
      values += 1;
      at = listValueEnd(row, at);
      if (at < 0) break;
    }
  }
  return values;
}

// Checks what every receiver needs, and notes of it what names a message; addresses and hops are made when asked for.
function readHeaders(
  source: Source,
  found: Found,
  line: StartLine,
  known: ReadHeaders,
): MessageProblem | undefined {
  const read = <T>(id: number, scan: (text: string, start: number, end: number) => T): T =>
    scanValue(source, found.firsts[id] ?? 0, scan);
  // Whoever takes a request needs its way back; of a response the branch is enough.
  if (line.kind === 'request') {
    known.topVia = read(headerId.via, readTopVia);
    if (known.topVia === undefined) return malformed('Via');
    known.branch = known.topVia.branch ?? null;
  } else {
    known.branch = read(headerId.via, readBranch);
    if (known.branch === undefined) return malformed('Via');
  }
  known.fromTag = read(headerId.from, readTag);
  if (known.fromTag === undefined) return malformed('From');
  known.toTag = read(headerId.to, readTag);
  if (known.toTag === undefined) return malformed('To');
  known.callId = read(headerId.callId, readCallId);
  if (known.callId === undefined) return malformed('Call-ID');
  known.cseq = read(headerId.cseq, readCSeq);
  if (known.cseq === undefined) return malformed('CSeq');
  if (line.kind === 'response') return undefined;
  if (known.cseq.method !== line.method) {
    return problem('SIP_PARSE_HEADER', 'The CSeq header has another method than the request line');
  }
  const hasHops = (found.counts[headerId.maxForwards] ?? 0) > 0;
  if (hasHops && read(headerId.maxForwards, readMaxForwards) === undefined) {
    return malformed('Max-Forwards');
  }
  return undefined;
}

function readTopVia(text: string, start: number, end: number): Via | undefined {
  const valueEnd = firstValueEnd(text, start, end);
  return valueEnd < 0 ? undefined : readVia(text, start, valueEnd);
}

// Null for a Via without branch, undefined for a malformed one.
function readBranch(text: string, start: number, end: number): string | null | undefined {
  const valueEnd = firstValueEnd(text, start, end);
  if (valueEnd < 0 || !scanVia(text, start, valueEnd)) return undefined;
  return foundBranch(text) ?? null;
}

function firstValueEnd(text: string, start: number, end: number): number {
  const comma = text.indexOf(',', start);
  if (comma < 0 || comma >= end) return end;
  const valueEnd = listValueEnd(text.slice(start, end), 0);
  return valueEnd < 0 ? -1 : trimmedEnd(text, start, start + valueEnd);
}

// Null for an address without tag, undefined for a malformed one.
function readTag(text: string, start: number, end: number): string | null | undefined {
  return scanNameAddress(text, start, end) ? (foundTag(text) ?? null) : undefined;
}

function malformed(name: string): MessageProblem {
  return problem('SIP_PARSE_HEADER', `The ${name} header is malformed`);
}

function bodyEnd(source: Source, found: Found, limits: MessageLimits): number | MessageProblem {
  const row = found.firsts[headerId.contentLength] ?? -1;
  if (row < 0) return source.text.length;
  const length = scanValue(source, row, readContentLength);
  if (length === undefined) return malformed('Content-Length');
  const end = source.bodyAt + length;
  if (end <= source.text.length) return end;
  // RFC 3261 §21.4.11: a stream is told so at once, before the body is there.
  if (end > limits.message) return problem('SIP_TOO_LARGE', 'The body is too large', 413);
  return problem('SIP_PARSE', 'The body is shorter than its Content-Length');
}
