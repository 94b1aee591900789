// SIP messages in a byte stream that may have holes (RFC 3261 §7.5, §18.3). Unlike a receiver, who must not guess, a reader of
// captures goes on at the next start line.
import { contentLength, endOfHeaders } from '../../transport/framing.ts';
import type { Allowance } from './allowance.ts';
import { Backlog } from './backlog.ts';
import type { StreamReader } from './direction.ts';
import type { CaptureOutput, Carried } from './output.ts';
import { behindEmptyLines, startLineAt, startLineLimit } from './sip-text.ts';

/** Longer messages are given up. */
const messageLimit = 1_048_576;
const headersLimit = 65_536;

const LF = 10;

/** Cuts one direction of a connection into messages. */
export class SipStream implements StreamReader {
  readonly #output: CaptureOutput;
  readonly #way: Carried;
  readonly #allowance: Allowance;
  readonly #backlog = new Backlog();
  /** False while the next start line is looked for. */
  #synchronous = true;
  /** How far the message that waits was searched for the end of its headers. */
  #searched = 0;
  /** Its whole length once that is known, 0 before. */
  #whole = 0;

  constructor(output: CaptureOutput, way: Carried, allowance: Allowance) {
    this.#output = output;
    this.#way = way;
    this.#allowance = allowance;
  }

  /** True while it is known where messages begin. */
  get synchronous(): boolean {
    return this.#synchronous;
  }

  read(bytes: Uint8Array): void {
    const held = this.#backlog.length;
    const window = this.#backlog.window(bytes);
    let at = 0;
    while (at < window.length) {
      const next = this.#synchronous ? this.#message(window, at) : this.#seek(window, at);
      if (next < 0) break;
      at = next;
    }
    this.#backlog.keep(window, at);
    this.#allowance.add(this.#backlog.length - held);
    if (this.#backlog.length > messageLimit || this.#allowance.exceeded) this.gap(0);
  }

  gap(octets: number): void {
    this.#tellCut();
    this.#synchronous = false;
    if (octets > 0) {
      this.#output.problem(
        'TCP gap',
        `${octets} octets of the connection were not captured.`,
        this.#way,
      );
    }
  }

  end(): void {
    this.#tellCut();
  }

  /** What began a message and does not go on is told as far as it goes. */
  #tellCut(): void {
    const window = this.#backlog.window(new Uint8Array(0));
    const start = behindEmptyLines(window, 0, window.length);
    if (this.#synchronous && startLineAt(window, start, window.length) === 'yes') {
      this.#output.message(this.#way, window, start, window.length);
      this.#output.problem('cut', 'The rest of a message was not captured.', this.#way);
    }
    this.#allowance.add(-this.#backlog.length);
    this.#backlog.clear();
    this.#searched = 0;
    this.#whole = 0;
  }

  /** Takes the message at `at`; gives the place behind it, negative when more must come. */
  #message(window: Uint8Array, at: number): number {
    if (this.#whole === 0) {
      const start = behindEmptyLines(window, at, window.length);
      if (start > at) return start;
      const problem = this.#measure(window, at);
      if (problem !== undefined) {
        this.#output.problem('damaged', problem, this.#way);
        this.#synchronous = false;
        this.#searched = 0;
        this.#whole = 0;
        return window.indexOf(LF, at) + 1 || window.length;
      }
    }
    const end = at + this.#whole;
    if (this.#whole === 0 || end > window.length) return -1;
    this.#output.message(this.#way, window, at, end);
    this.#searched = 0;
    this.#whole = 0;
    return end;
  }

  /** Sets the whole length once the headers are there; says what is wrong when there is no going on. */
  #measure(window: Uint8Array, at: number): string | undefined {
    if (this.#searched === 0 && startLineAt(window, at, window.length) === 'no') {
      return 'What follows a message in the connection is no SIP message.';
    }
    const end = endOfHeaders(window, at + Math.max(0, this.#searched - 3));
    this.#searched = window.length - at;
    if (end < 0)
      return this.#searched > headersLimit ? 'The headers of a message have no end.' : undefined;
    const body = contentLength(window, at, end);
    // Without a length a message goes as far as we have it, or to the next one.
    if (typeof body !== 'number') this.#whole = this.#nextStart(window, end) - at;
    else this.#whole = end - at + body;
    return this.#whole > messageLimit ? `A message claims ${this.#whole} octets.` : undefined;
  }

  #nextStart(window: Uint8Array, from: number): number {
    const found = this.#startIn(window, from);
    return found < 0 ? window.length : found;
  }

  /** Goes to the next start line, or behind all that is none. */
  #seek(window: Uint8Array, at: number): number {
    const found = this.#startIn(window, at);
    this.#synchronous = found >= 0;
    if (found >= 0) return found;
    // The last line is not whole yet; when it is too long for a start line, it is none.
    const line = window.lastIndexOf(LF) + 1;
    const rest = Math.max(at, line);
    return window.length - rest > startLineLimit ? window.length : rest === at ? -1 : rest;
  }

  /** Where the first start line at or behind `from` begins that is whole; -1 when there is none. */
  #startIn(window: Uint8Array, from: number): number {
    for (let at = from; at < window.length;) {
      const end = window.indexOf(LF, at);
      if (end < 0) return -1;
      if (startLineAt(window, at, end + 1) === 'yes') return at;
      at = end + 1;
    }
    return -1;
  }
}
