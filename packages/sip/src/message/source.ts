// A message as it came: its text, and where each header row begins and ends in it.
import type { MessageLimits } from './limits.ts';
import { compactHeader, notedHeader } from './names.ts';
import type { HeaderName } from './names.ts';
import { saysAt, skipBlank, tokenEnd } from './scan.ts';

// Of each row: start, end of name, place after the colon, end without its CRLF, header id. The id of a folded row has a
// flag besides.
const stride = 5;
const nameEndAt = 1;
const valueStartAt = 2;
const endAt = 3;
const idAt = 4;
const foldFlag = 64;

/** Why rows could not be read. */
export interface RowFault {
  readonly text: string;
  readonly tooLarge: boolean;
}

// The offsets of the last message that was scanned stand here, so that a message that is read at once costs no array of
// its own. A message that is read after another was scanned is scanned again, and then keeps its offsets.
let scratch = new Int32Array(256 * stride);
let holder: Source | undefined;

/** A message's text, and where its parts begin. */
export class Source {
  readonly text: string;
  /** Where the first header row begins. */
  readonly headersAt: number;
  /** Where the body begins; the empty line is before it. */
  readonly bodyAt: number;
  readonly #limits: MessageLimits;
  #count: number;
  #own: Int32Array | undefined;

  /** Rows are found when they are asked for; `count` is how many there are, once that is known. */
  constructor(text: string, headersAt: number, bodyAt: number, limits: MessageLimits, count = -1) {
    this.text = text;
    this.headersAt = headersAt;
    this.bodyAt = bodyAt;
    this.#limits = limits;
    this.#count = count;
  }

  /** How many header rows there are. */
  get count(): number {
    if (this.#count < 0) this.#scan();
    return this.#count;
  }

  /** Five numbers for each row. */
  get offsets(): Int32Array {
    if (holder === this) return scratch;
    return this.#own ?? this.#scan();
  }

  /** The same message with its text cut at `end`. */
  cut(end: number): Source {
    const text = this.text.slice(0, end);
    const shorter = new Source(text, this.headersAt, this.bodyAt, this.#limits, this.#count);
    if (holder === this) holder = shorter;
    return shorter;
  }

  #scan(): Int32Array {
    const found = findRows(this.text, this.headersAt, this.#limits);
    holder = undefined;
    this.#count = found.count;
    this.#own = scratch.slice(0, found.count * stride);
    return this.#own;
  }
}

/** All rows that could be read, and the first fault if there was one. */
export interface RowScan {
  readonly source: Source;
  readonly fault: RowFault | undefined;
}

/** Finds the header rows of `text` from `headersAt`, in one walk forward. */
export function scanRows(text: string, headersAt: number, limits: MessageLimits): RowScan {
  const { count, bodyAt, fault } = findRows(text, headersAt, limits);
  const source = new Source(text, headersAt, bodyAt, limits, count);
  holder = source;
  return { source, fault };
}

interface FoundRows {
  readonly count: number;
  readonly bodyAt: number;
  readonly fault: RowFault | undefined;
}

const lineFault: RowFault = { text: 'A header line does not end in CRLF', tooLarge: false };
const endFault: RowFault = { text: 'The empty line after the headers is missing', tooLarge: false };
const nameFault: RowFault = { text: 'A header line has no name', tooLarge: false };
const longFault: RowFault = { text: 'A header is too long', tooLarge: true };
const countFault: RowFault = { text: 'There are too many headers', tooLarge: true };

function findRows(text: string, headersAt: number, limits: MessageLimits): FoundRows {
  let offsets = scratch;
  let fault: RowFault | undefined;
  let count = 0;
  for (let at = headersAt; ;) {
    const first = text.indexOf('\n', at);
    if (first < 0) return { count, bodyAt: text.length, fault: fault ?? endFault };
    if (first - 1 === at && text.charCodeAt(at) === 13) return { count, bodyAt: first + 1, fault };
    if (!endsClean(text, at, first)) fault ??= lineFault;
    const feed = isBlankAt(text, first + 1) ? foldEnd(text, first) : first;
    if (feed < 0) return { count, bodyAt: text.length, fault: fault ?? endFault };
    if (feed !== first && !cleanFolds(text, first, feed)) fault ??= lineFault;
    const end = feed - 1;
    if (end - at > limits.row || end - headersAt > limits.headers) {
      return { count, bodyAt: text.length, fault: longFault };
    }
    const nameEnd = tokenEnd(text, at, end);
    const colon = colonAfter(text, nameEnd, end);
    if (nameEnd === at || colon < 0) {
      fault ??= nameFault;
    } else if (count === limits.headerCount) {
      return { count, bodyAt: text.length, fault: countFault };
    } else {
      const index = count * stride;
      if (index === offsets.length) offsets = grow();
      offsets[index] = at;
      offsets[index + nameEndAt] = nameEnd;
      offsets[index + valueStartAt] = colon + 1;
      offsets[index + endAt] = end;
      offsets[index + idAt] = idOf(text, at, nameEnd) | (feed === first ? 0 : foldFlag);
      count += 1;
    }
    at = feed + 1;
  }
}

function grow(): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(scratch.length * 2);
  larger.set(scratch);
  scratch = larger;
  return larger;
}

function isBlankAt(text: string, at: number): boolean {
  if (at >= text.length) return false;
  const code = text.charCodeAt(at);
  return code === 32 || code === 9;
}

// RFC 3261 §7.3.1: a line that begins with a blank goes on with the row before it.
function foldEnd(text: string, first: number): number {
  let feed = first;
  while (feed >= 0 && isBlankAt(text, feed + 1)) feed = text.indexOf('\n', feed + 1);
  return feed;
}

function cleanFolds(text: string, first: number, last: number): boolean {
  for (let feed = first; feed < last;) {
    const next = text.indexOf('\n', feed + 1);
    if (!endsClean(text, feed + 1, next)) return false;
    feed = next;
  }
  return true;
}

// True when the line from `at` to the LF at `feed` has its only CR right before it. Looking there first keeps the search
// for a CR inside the line.
function endsClean(text: string, at: number, feed: number): boolean {
  return feed > at && text.charCodeAt(feed - 1) === 13 && text.indexOf('\r', at) === feed - 1;
}

// RFC 3261 §25.1 HCOLON: blanks may stand between a name and its colon, and are no part of the name.
function colonAfter(text: string, nameEnd: number, end: number): number {
  if (nameEnd < end && text.charCodeAt(nameEnd) === 58) return nameEnd;
  const colon = skipBlank(text, nameEnd, end);
  return colon < end && text.charCodeAt(colon) === 58 ? colon : -1;
}

function idOf(text: string, at: number, end: number): number {
  if (end - at === 1) return compactHeader(text.charCodeAt(at))?.id ?? 0;
  const noted = notedHeader(end - at, text.charCodeAt(end - 1));
  if (noted === undefined) return 0;
  return saysAt(text, at, noted.written) ? noted.id : 0;
}

/** How many rows there are. */
export function rowCount(source: Source): number {
  return source.count;
}

/** The id of row `index`. */
export function rowId(source: Source, index: number): number {
  return (source.offsets[index * stride + idAt] ?? 0) & ~foldFlag;
}

/** True when row `index` stands on more than one line. */
export function isFolded(source: Source, index: number): boolean {
  return ((source.offsets[index * stride + idAt] ?? 0) & foldFlag) !== 0;
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
  if (name.id !== 0) return rowId(source, index) === name.id;
  const start = source.offsets[at] ?? 0;
  const length = (source.offsets[at + nameEndAt] ?? 0) - start;
  if (length === name.lower.length && saysAt(source.text, start, name.lower)) return true;
  return length === 1 && name.compact !== undefined && saysAt(source.text, start, name.compact);
}
