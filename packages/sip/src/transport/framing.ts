// Finds the SIP messages in a byte stream (RFC 3261 §7.5, §18.3), and judges what one WebSocket message holds (RFC 7118 §5).

/** How much of a message is taken before its framing counts as lost, in bytes. */
export interface FramingLimits {
  /** A whole message. */
  readonly message: number;
  /** Start line and headers together. */
  readonly headers: number;
  readonly startLine: number;
}

/** The limits unless others are given. */
export const framingLimits: FramingLimits = { message: 65_536, headers: 32_768, startLine: 8_192 };

/** What was found: a message; a keep-alive to be answered with CRLF (RFC 5626 §5.4), or such an answer; or the end of all framing. */
export type Framed =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  | { readonly kind: 'keep-alive' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'lost'; readonly bytes: Uint8Array; readonly reason: string };

const CR = 13;
const LF = 10;
const none = new Uint8Array(0);

/**
 * Cuts a stream into messages, however it was chunked, in linear time. After `lost` nothing more comes out: where the
 * next message begins cannot be known, and guessing is how requests are smuggled.
 */
export class StreamFramer {
  readonly #limits: FramingLimits;
  /** Bytes that no message was made of yet; `#length` of them count. */
  #held: Uint8Array = none;
  #length = 0;
  /** How far the unfinished message was searched for its end of headers. */
  #searched = 0;
  #startLineSeen = false;
  /** The whole length of the unfinished message once its headers are complete, 0 before. */
  #whole = 0;
  #oneCrlf = false;
  #pongs = 0;
  #lost = false;

  constructor(limits: Partial<FramingLimits> = {}) {
    this.#limits = { ...framingLimits, ...limits };
  }

  /** How many bytes of an unfinished message wait. */
  get pending(): number {
    return this.#length;
  }

  /** We sent a ping: the next CRLF is its pong, and not half a ping of the peer (RFC 5626 §4.4.1). */
  awaitPong(): void {
    this.#pongs += 1;
  }

  /** Takes the next bytes of the stream and tells what they completed. The bytes given back may share memory with `bytes`. */
  push(bytes: Uint8Array): readonly Framed[] {
    if (this.#lost) return [];
    const found: Framed[] = [];
    const window = this.#length === 0 ? bytes : this.#append(bytes);
    let at = 0;
    while (at < window.length) {
      const taken = this.#take(window, at, found);
      if (taken === 0) break;
      at += taken;
    }
    this.#keep(window, at);
    return found;
  }

  /** Takes one thing at `at`; says how many bytes it had, 0 when more must come. */
  #take(window: Uint8Array, at: number, found: Framed[]): number {
    if (this.#whole === 0) {
      const first = window[at];
      if (first === CR && this.#searched === 0) return this.#takeCrlf(window, at, found);
      this.#oneCrlf = false;
      const problem = this.#measure(window, at);
      if (problem !== undefined) return this.#lose(window, at, problem, found);
    }
    if (this.#whole === 0 || window.length - at < this.#whole) return 0;
    const taken = this.#whole;
    found.push({ kind: 'message', bytes: this.#copy(window, at, at + taken) });
    this.#forget();
    return taken;
  }

  #takeCrlf(window: Uint8Array, at: number, found: Framed[]): number {
    if (at + 1 === window.length) return 0;
    if (window[at + 1] !== LF) return this.#lose(window, at, 'The stream is not SIP', found);
    if (this.#oneCrlf) found.push({ kind: 'keep-alive' });
    else if (this.#pongs > 0) {
      this.#pongs -= 1;
      found.push({ kind: 'pong' });
      return 2;
    }
    this.#oneCrlf = !this.#oneCrlf;
    return 2;
  }

  /** Sets `#whole` once the headers are complete; gives a reason when there is no going on. */
  #measure(window: Uint8Array, at: number): string | undefined {
    if (this.#searched === 0 && !mayBeginMessage(window[at])) return 'The stream is not SIP';
    const { startLine, headers, message } = this.#limits;
    const available = window.length - at;
    if (!this.#startLineSeen) {
      const end = indexOfCrlf(window, at + Math.max(0, this.#searched - 1));
      if ((end < 0 ? available : end - at) > startLine) return 'The start line is too long';
      if (end >= 0) {
        if (!holdsVersion(window, at, end)) return 'The start line is not SIP';
        this.#startLineSeen = true;
      }
    }
    const end = this.#startLineSeen
      ? endOfHeaders(window, at + Math.max(0, this.#searched - 3))
      : -1;
    this.#searched = available;
    if ((end < 0 ? available : end - at) > headers) return 'The headers are too long';
    if (end < 0) return undefined;
    const body = contentLength(window, at, end);
    if (body === 'absent') return 'There is no Content-Length';
    if (body === 'malformed') return 'Content-Length is not one number';
    if (end - at + body > message) return 'The message is too long';
    this.#whole = end - at + body;
    return undefined;
  }

  #lose(window: Uint8Array, at: number, reason: string, found: Framed[]): number {
    const end = endOfHeaders(window, at);
    const stop = Math.min(end < 0 ? window.length : end, at + this.#limits.headers);
    found.push({ kind: 'lost', bytes: this.#copy(window, at, stop), reason });
    this.#lost = true;
    return window.length - at;
  }

  #forget(): void {
    this.#searched = 0;
    this.#whole = 0;
    this.#startLineSeen = false;
  }

  #append(bytes: Uint8Array): Uint8Array {
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, this.#held.length * 2, 1024));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
    return this.#held.subarray(0, length);
  }

  #keep(window: Uint8Array, from: number): void {
    const rest = window.length - from;
    if (rest === 0) {
      this.#held = none;
      this.#length = 0;
      return;
    }
    if (this.#length > 0 && from === 0) return;
    const held = new Uint8Array(Math.max(rest, 1024));
    held.set(window.subarray(from));
    this.#held = held;
    this.#length = rest;
  }

  /** Our own buffer is written again, so what leaves it is copied; a chunk from outside is only cut. */
  #copy(window: Uint8Array, from: number, to: number): Uint8Array {
    return this.#length > 0 ? window.slice(from, to) : window.subarray(from, to);
  }
}

/** The ping of a connection (RFC 5626 §4.4.1). */
export const ping: Uint8Array = Uint8Array.of(CR, LF, CR, LF);

/** Whether bytes that are sent are a ping, which will be answered by a lone CRLF. */
export function isPing(bytes: Uint8Array): boolean {
  return bytes.length === ping.length && bytes.every((byte, at) => byte === ping[at]);
}

/**
 * What one WebSocket message holds (RFC 7118 §5); undefined for nothing at all. Bytes after the
 * Content-Length are an error: they may be a second message.
 */
export function frameWhole(bytes: Uint8Array): Framed | undefined {
  const start = leadingCrlf(bytes);
  if (start === bytes.length) {
    if (start === 0) return undefined;
    return { kind: start >= 4 ? 'keep-alive' : 'pong' };
  }
  if (!mayBeginMessage(bytes[start]))
    return { kind: 'lost', bytes, reason: 'The message is not SIP' };
  const message = start === 0 ? bytes : bytes.subarray(start);
  const end = endOfHeaders(message, 0);
  const body = end < 0 ? 'absent' : contentLength(message, 0, end);
  if (typeof body === 'number' && !isBlank(message, end + body)) {
    return { kind: 'lost', bytes: message, reason: 'More than one message in one frame' };
  }
  return { kind: 'message', bytes: message };
}

/** How many bytes of CRLF stand before the start line (RFC 3261 §7.5). */
export function leadingCrlf(bytes: Uint8Array): number {
  let start = 0;
  while (bytes[start] === CR && bytes[start + 1] === LF) start += 2;
  return start;
}

/** True when a start line may begin with `byte`: a token character (RFC 3261 §25.1). */
export function mayBeginMessage(byte: number | undefined): boolean {
  return byte !== undefined && tokenBytes[byte] === 1;
}

const tokenBytes: Uint8Array = tokenTable();

function tokenTable(): Uint8Array {
  const table = new Uint8Array(256);
  const token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~";
  for (let at = 0; at < token.length; at += 1) table[token.charCodeAt(at)] = 1;
  return table;
}

function indexOfCrlf(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF) return at;
  }
  return -1;
}

/** The offset right after the empty line that ends the headers, or -1. */
export function endOfHeaders(bytes: Uint8Array, from: number): number {
  for (let at = indexOfCrlf(bytes, from); at >= 0; at = indexOfCrlf(bytes, at + 2)) {
    if (bytes[at + 2] === CR && bytes[at + 3] === LF) return at + 4;
  }
  return -1;
}

/** True when `SIP/` begins the line or follows a space in it, in any letter case. */
function holdsVersion(bytes: Uint8Array, from: number, to: number): boolean {
  for (
    let at = bytes.indexOf(0x2f, from + 3);
    at >= 0 && at < to;
    at = bytes.indexOf(0x2f, at + 1)
  ) {
    if (!isLetter(bytes[at - 1], 0x70) || !isLetter(bytes[at - 2], 0x69)) continue;
    if (!isLetter(bytes[at - 3], 0x73)) continue;
    if (at - 3 === from || bytes[at - 4] === 0x20) return true;
  }
  return false;
}

function isLetter(byte: number | undefined, lowerCase: number): boolean {
  return byte !== undefined && (byte | 0x20) === lowerCase;
}

function isBlank(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] !== CR && bytes[at] !== LF) return false;
  }
  return true;
}

/** Reads the one Content-Length row between the start line and `end`. Two rows are malformed even when they agree. */
export function contentLength(
  bytes: Uint8Array,
  from: number,
  end: number,
): number | 'absent' | 'malformed' {
  let length: number | 'absent' | 'malformed' = 'absent';
  for (
    let line = indexOfCrlf(bytes, from) + 2;
    line < end - 2;
    line = indexOfCrlf(bytes, line) + 2
  ) {
    const value = contentLengthValue(bytes, line);
    if (value < 0) continue;
    if (length !== 'absent') return 'malformed';
    length = readNumber(bytes, value);
  }
  return length;
}

const longName = 'content-length';

/** The offset after the colon when the line at `line` is Content-Length or `l`, else -1. */
function contentLengthValue(bytes: Uint8Array, line: number): number {
  let at = line;
  if (isLetter(bytes[at], 0x6c)) {
    at += 1;
  } else {
    for (let index = 0; index < longName.length; index += 1) {
      const expected = longName.charCodeAt(index);
      const byte = bytes[line + index];
      if (expected === 0x2d ? byte !== expected : !isLetter(byte, expected)) return -1;
    }
    at += longName.length;
  }
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at += 1;
  return bytes[at] === 0x3a ? at + 1 : -1;
}

/** Digits alone between spaces and folds; ten of them already exceed every limit. */
function readNumber(bytes: Uint8Array, from: number): number | 'malformed' {
  let at = skipSpace(bytes, from);
  let digits = 0;
  let value = 0;
  for (let byte = bytes[at]; byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = bytes[at]) {
    value = Math.min(value * 10 + byte - 0x30, Number.MAX_SAFE_INTEGER / 100);
    digits += 1;
    at += 1;
  }
  at = skipSpace(bytes, at);
  return digits > 0 && bytes[at] === CR && bytes[at + 1] === LF ? value : 'malformed';
}

/** Passes spaces, tabs and folds (RFC 3261 §25.1 LWS). */
function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    if (bytes[at] === 0x20 || bytes[at] === 0x09) at += 1;
    else if (
      bytes[at] === CR &&
      bytes[at + 1] === LF &&
      (bytes[at + 2] === 0x20 || bytes[at + 2] === 0x09)
    )
      at += 3;
    else return at;
  }
}
