// A message as it came: its text, and where each header row begins and ends in it.
import type { MessageLimits } from './limits.ts';
import { compactHeader, headerId } from './names.ts';
import type { HeaderName } from './names.ts';
import { saysAt, tokenEnd } from './scan.ts';

/** How many numbers `Source.offsets` holds for each header row. */
export const stride = 5;
const nameEndAt = 1;
const valueStartAt = 2;
const endAt = 3;
const idAt = 4;

/** A message's text and its parts. */
export interface Source {
  readonly text: string;
  /** Where the first header row begins. */
  readonly headersAt: number;
  /** Where the body begins; the empty line is before it. */
  readonly bodyAt: number;
  /** For each row: start, end of name, start of value, end of row without its CRLF, header id. */
  readonly offsets: readonly number[];
}

/** Why rows could not be read. */
export interface RowFault {
  readonly text: string;
  readonly tooLarge: boolean;
}

/** All rows that could be read, and the first fault if there was one. */
export interface RowScan {
  readonly source: Source;
  readonly fault: RowFault | undefined;
}

let scratch = new Int32Array(256 * stride);

/** Finds the header rows of `text` from `headersAt`, in one walk forward. */
export function scanRows(text: string, headersAt: number, limits: MessageLimits): RowScan {
  if (scratch.length < limits.headerCount * stride) {
    scratch = new Int32Array(limits.headerCount * stride);
  }
  const offsets = scratch;
  let fault: RowFault | undefined;
  let used = 0;
  let colon = -1;
  let at = headersAt;
  let bodyAt = text.length;
  for (;;) {
    let feed = text.indexOf('\n', at);
    if (feed < 0) {
      fault ??= { text: 'The empty line after the headers is missing', tooLarge: false };
      break;
    }
    if (feed - 1 === at && text.charCodeAt(at) === 13) {
      bodyAt = feed + 1;
      break;
    }
    if (text.indexOf('\r', at) !== feed - 1) fault ??= lineFault;
    // RFC 3261 §7.3.1: a line that begins with a blank goes on with the row before it.
    for (let next = text.charCodeAt(feed + 1); next === 32 || next === 9;) {
      const line = feed + 1;
      feed = text.indexOf('\n', line);
      if (feed < 0) break;
      if (text.indexOf('\r', line) !== feed - 1) fault ??= lineFault;
      next = text.charCodeAt(feed + 1);
    }
    if (feed < 0) {
      fault ??= { text: 'The empty line after the headers is missing', tooLarge: false };
      break;
    }
    const end = feed - 1;
    if (end - at > limits.row || end - headersAt > limits.headers) {
      fault = { text: 'A header is too long', tooLarge: true };
      break;
    }
    if (colon < at) {
      colon = text.indexOf(':', at);
      if (colon < 0) colon = text.length;
    }
    const nameEnd = colon < end ? trimEnd(text, at, colon) : at;
    if (nameEnd === at || tokenEnd(text, at) < nameEnd) {
      fault ??= { text: 'A header line has no name', tooLarge: false };
    } else if (used === limits.headerCount * stride) {
      fault = { text: 'There are too many headers', tooLarge: true };
      break;
    } else {
      offsets[used] = at;
      offsets[used + nameEndAt] = nameEnd;
      offsets[used + valueStartAt] = colon + 1;
      offsets[used + endAt] = end;
      offsets[used + idAt] = idOf(text, at, nameEnd - at);
      used += stride;
    }
    at = feed + 1;
  }
  const kept: number[] = [];
  for (let index = 0; index < used; index += 1) kept.push(offsets[index] ?? 0);
  return { source: { text, headersAt, bodyAt, offsets: kept }, fault };
}

const lineFault: RowFault = { text: 'A header line does not end in CRLF', tooLarge: false };

// RFC 3261 §25.1 HCOLON: blanks may stand between a name and its colon, and are no part of the name.
function trimEnd(text: string, from: number, to: number): number {
  let end = to;
  for (let code = text.charCodeAt(end - 1); end > from && (code === 32 || code === 9);) {
    end -= 1;
    code = text.charCodeAt(end - 1);
  }
  return end;
}

function idOf(text: string, at: number, length: number): number {
  switch (length) {
    case 1:
      return compactHeader(text.charCodeAt(at))?.id ?? 0;
    case 2:
      return saysAt(text, at, 'to') ? headerId.to : 0;
    case 3:
      return saysAt(text, at, 'via') ? headerId.via : 0;
    case 4:
      if (saysAt(text, at, 'from')) return headerId.from;
      return saysAt(text, at, 'cseq') ? headerId.cseq : 0;
    case 5:
      return saysAt(text, at, 'route') ? headerId.route : 0;
    case 7:
      if (saysAt(text, at, 'call-id')) return headerId.callId;
      return saysAt(text, at, 'contact') ? headerId.contact : 0;
    case 12:
      if (saysAt(text, at, 'max-forwards')) return headerId.maxForwards;
      return saysAt(text, at, 'record-route') ? headerId.recordRoute : 0;
    case 14:
      return saysAt(text, at, 'content-length') ? headerId.contentLength : 0;
    default:
      return 0;
  }
}

/** How many rows there are. */
export function rowCount(source: Source): number {
  return source.offsets.length / stride;
}

/** The id of row `index`. */
export function rowId(source: Source, index: number): number {
  return source.offsets[index * stride + idAt] ?? 0;
}

/** Where row `index` begins. */
export function rowStart(source: Source, index: number): number {
  return source.offsets[index * stride] ?? 0;
}

/** Where the value of row `index` begins, right after the colon. */
export function rowValueStart(source: Source, index: number): number {
  return source.offsets[index * stride + valueStartAt] ?? 0;
}

/** Where row `index` ends, before its CRLF. */
export function rowEnd(source: Source, index: number): number {
  return source.offsets[index * stride + endAt] ?? 0;
}

/** The name of row `index` as it was written. */
export function rowName(source: Source, index: number): string {
  const at = index * stride;
  return source.text.slice(source.offsets[at] ?? 0, source.offsets[at + nameEndAt] ?? 0);
}

/** True when row `index` is of the header `name`, written long or compact. */
export function rowIs(source: Source, index: number, name: HeaderName): boolean {
  const at = index * stride;
  if (name.id !== 0) return source.offsets[at + idAt] === name.id;
  const start = source.offsets[at] ?? 0;
  const length = (source.offsets[at + nameEndAt] ?? 0) - start;
  if (length === name.lower.length && saysAt(source.text, start, name.lower)) return true;
  return length === 1 && name.compact !== undefined && saysAt(source.text, start, name.compact);
}
