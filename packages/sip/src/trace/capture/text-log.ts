// Messages in text logs: what SIPp writes with -trace_msg, and what sngrep saves as text. Their times have no zone; they are taken as UTC.
import { latin1 } from '../../base/bytes.ts';
import { Backlog } from './backlog.ts';
import { utcMilliseconds } from './calendar.ts';
import type { CaptureOutput, Way } from './output.ts';
import { flowText } from './output.ts';
import { OwnLog } from './own-log.ts';
import { addressOf, viaProtocol } from './top-via.ts';

const LF = 10;
/** A longer message is cut there. */
const messageLimit = 1_048_576;

/** `----- 2026-01-31 12:00:00.123456`, by SIPp. */
const sippTime = /^-{20,}[ \t]+(\d{4}-\d\d-\d\d[ \tT]\d\d:\d\d:\d\d(?:\.\d{1,9})?)/;
/** `UDP message sent (514 bytes):` or `UDP message received [313] bytes :`. */
const sippMessage = /^(\w{3,4}) message (sent|received) [[(](\d{1,7})\D/;
/** `2026/01/31 12:00:00.123456 10.0.0.1:5060 -> 10.0.0.2:5060`, by sngrep. */
const sngrepMessage = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{1,9}) (\S{3,60}) -> (\S{3,60})\s*$/;

/** What was said before a message. */
interface Announced {
  readonly at: number;
  /** Undefined where the next announcement ends it. */
  readonly length: number | undefined;
  /** Undefined where the log is of one of its ends, which has no address in it. */
  readonly way: Way | undefined;
  readonly sent: boolean;
  readonly protocol: string | undefined;
}

/** Reads a log of messages. */
export class TextLog {
  readonly #output: CaptureOutput;
  readonly #name: string;
  readonly #backlog = new Backlog();
  readonly #ends = new OwnLog();
  #searched = 0;
  #time = 0;
  #announced: Announced | undefined;
  /** The lines of a message whose length is not known. */
  #lines: string[] = [];
  #held = 0;
  #last = false;

  constructor(output: CaptureOutput, name: string) {
    this.#output = output;
    this.#name = name;
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    const window = this.#backlog.window(bytes);
    let at = 0;
    for (;;) {
      const next = this.#step(window, at);
      if (next === at) break;
      at = next;
    }
    this.#searched = window.length - at;
    this.#backlog.keep(window, at);
  }

  /** Nothing more comes. */
  end(): void {
    this.#last = true;
    this.push(new Uint8Array(0));
    this.#tellLines();
    if (this.#announced?.length !== undefined) {
      this.#output.problem('cut', 'The log ends where a message should begin.');
    }
    if (this.#output.frame === 0) {
      this.#output.problem(
        'unknown format',
        `${this.#name} is no capture, and no log that can be read.`,
      );
    }
  }

  /** Takes a line, or a message whose length is known; gives the place behind it, `at` itself when more must come. */
  #step(window: Uint8Array, at: number): number {
    const length = this.#announced?.length;
    if (length !== undefined) return this.#whole(window, at, length);
    const found = window.indexOf(LF, at + this.#searched);
    this.#searched = 0;
    const tooLong = window.length - at > messageLimit;
    if (found < 0 && !this.#last && !tooLong) return at;
    const end = found < 0 ? window.length : found + 1;
    if (end > at) this.#line(latin1(window, at, end));
    return end;
  }

  #whole(window: Uint8Array, at: number, length: number): number {
    this.#searched = 0;
    // An empty line stands between.
    const blank = window[at] === LF ? 1 : window[at] === 13 && window[at + 1] === LF ? 2 : 0;
    const start = at + blank;
    const end = Math.min(start + length, window.length);
    if (end - start < length && !this.#last) return at;
    if (start === window.length) return at;
    this.#tell(latin1(window, start, end));
    if (end - start < length) this.#output.problem('cut', 'The log ends within a message.');
    return end;
  }

  #line(line: string): void {
    const time = sippTime.exec(line)?.[1];
    const said = sippMessage.exec(line);
    const saved = sngrepMessage.exec(line);
    if (time !== undefined || said !== null || saved !== null) this.#tellLines();
    if (time !== undefined) this.#time = utcMilliseconds(time) ?? this.#time;
    else if (said !== null) {
      const [, protocol = '', direction = '', count = ''] = said;
      const length = Math.min(Number(count), messageLimit);
      this.#announced = {
        at: this.#time,
        length,
        way: undefined,
        sent: direction === 'sent',
        protocol: protocol.toUpperCase(),
      };
    } else if (saved !== null) {
      const [, when = '', from = '', to = ''] = saved;
      const [source, destination] = [addressOf(from, 'UDP'), addressOf(to, 'UDP')];
      const way =
        source === undefined || destination === undefined ? undefined : { source, destination };
      this.#announced = {
        at: utcMilliseconds(when) ?? 0,
        length: undefined,
        way,
        sent: true,
        protocol: undefined,
      };
    } else if (this.#announced !== undefined && this.#held < messageLimit) {
      this.#lines.push(line);
      this.#held += line.length;
    }
  }

  /** Two line ends stand behind each message that sngrep saved. */
  #tellLines(): void {
    const announced = this.#announced;
    if (announced === undefined || announced.length !== undefined) return;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#held = 0;
    this.#tell(text.endsWith('\n\n') ? text.slice(0, -2) : text);
  }

  #tell(text: string): void {
    const announced = this.#announced;
    this.#announced = undefined;
    if (announced === undefined || text.trim() === '') return;
    this.#output.frame += 1;
    this.#output.at = announced.at;
    const { source, destination } = announced.way ?? this.#ends.way(text, announced.sent);
    const protocol = announced.protocol ?? protocolIn(text);
    this.#output.add({
      kind: 'observation',
      frame: this.#output.frame,
      observation: {
        v: 1,
        kind: 'message',
        at: announced.at,
        endpoint: '',
        direction: 'out',
        protocol,
        flow: flowText(protocol, source, destination),
        local: source,
        remote: destination,
        text,
      },
    });
  }
}

/** sngrep does not save the protocol; the topmost Via has it. */
function protocolIn(text: string): string {
  return /^(?:via|v)[ \t]*:[ \t]*SIP\/2\.0\/UDP\b/im.test(text) ? 'UDP' : viaProtocol(text);
}
