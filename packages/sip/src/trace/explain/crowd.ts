// The calls of a busy server: a line when one begins and one when it ends, or only their number each second.
import type { MessageObserved, Observation } from '../../base/tap.ts';
import { gistOf, tagIn, uriIn } from '../correlate/gist.ts';
import type { Gist } from '../correlate/gist.ts';
import { clip, keyOf } from '../correlate/identity.ts';
import type { Look } from './look.ts';
import { seconds } from './note.ts';
import { piece } from './style.ts';
import type { Line, Tone } from './style.ts';
import { beginLine, endLine } from './summary.ts';

/** How many calls are remembered, for how long after their end, and how many lines a second are written. */
const limits = { calls: 10_000, linger: 40_000, lines: 40 } as const;

/** A call in short. */
interface ShortCall {
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly callerTag: string;
  /** Where the first INVITE was seen: what comes back there is the answer to the caller. */
  readonly endpoint: string;
  readonly remote: string;
  readonly startedAt: number;
  answeredAt: number | undefined;
  cancelled: boolean;
  outcome: string | undefined;
  endedAt: number | undefined;
}

/** Follows calls by the gist of their messages. */
export class Crowd {
  readonly #look: Look;
  readonly #nextNumber: () => number;
  readonly #calls = new Map<string, ShortCall>();
  readonly #outcomes = new Map<string, number>();
  #begun = 0;
  #open = 0;
  #most = 0;
  #registrations = 0;
  #dropped = 0;
  /** Of the second that runs: calls begun, calls ended, lines written. */
  #second = { at: 0, begun: 0, ended: 0, lines: 0 };
  #counting = false;
  #startedAt = 0;
  #lastBegin = 0;

  /** `nextNumber` gives each call its number. */
  constructor(look: Look, nextNumber: () => number) {
    this.#look = look;
    this.#nextNumber = nextNumber;
  }

  /** A busy time begins: what `total` tells starts anew. */
  begin(at: number): void {
    this.#startedAt = at;
    this.#lastBegin = at;
    this.#second = { at, begun: 0, ended: 0, lines: 0 };
    this.#counting = false;
    this.#outcomes.clear();
    this.#begun = 0;
    this.#most = this.#open;
    this.#registrations = 0;
    this.#dropped = 0;
  }

  /** When the latest call began, in milliseconds since 1970. */
  get lastBegin(): number {
    return this.#lastBegin;
  }

  /** How many calls are remembered. */
  get size(): number {
    return this.#calls.size;
  }

  /** Whether the call is followed here. */
  has(callId: string): boolean {
    return this.#calls.has(keyOf(callId));
  }

  /** A call that was told in full until now. */
  adopt(): void {
    this.#begun += 1;
    this.#opened();
  }

  /** The end of such a call. */
  settle(outcome: string): void {
    this.#open -= 1;
    this.#second.ended += 1;
    this.#count(outcome, 1);
  }

  /** Takes an observation while the server is busy. */
  add(observation: Observation, lines: Line[]): void {
    if (observation.kind === 'dropped') this.#dropped += 1;
    if (observation.kind === 'message')
      this.follow(observation, gistOf(observation.text), true, lines);
  }

  /** Takes a message; with `mayBegin` its call may be a new one. */
  follow(seen: MessageObserved, gist: Gist | undefined, mayBegin: boolean, lines: Line[]): void {
    if (gist === undefined) return;
    if (gist.about === 'REGISTER') {
      if (gist.status !== undefined && gist.status < 300 && seen.direction === 'out')
        this.#registrations += 1;
      return;
    }
    const key = keyOf(gist.callId);
    const call = this.#calls.get(key);
    if (call !== undefined) this.#goOn(call, seen, gist, lines);
    else if (mayBegin && gist.method === 'INVITE' && tagIn(gist.to) === '')
      this.#begin(key, seen, gist, lines);
  }

  /** Lines for the seconds that have passed. */
  tick(at: number, lines: Line[]): void {
    const { begun, ended, at: since } = this.#second;
    if (at - since < 1000) return;
    if (this.#counting && begun + ended > 0) {
      lines.push(text(`   ${begun} calls began, ${ended} ended, ${this.#open} open`, 'plain'));
    }
    if (this.#counting && begun + ended < limits.lines / 2) this.#counting = false;
    this.#second = { at, begun: 0, ended: 0, lines: 0 };
    this.#prune(at);
  }

  /** What it all came to, for the end of the busy time. */
  total(at: number): string {
    const outcomes = [...this.#outcomes]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, 6)
      .map(([outcome, count]) => `${count} ${outcome}`);
    const open = this.#open === 0 ? [] : [`${this.#open} still up`];
    const rest = [
      this.#registrations === 0 ? [] : [`${this.#registrations} registrations`],
      this.#dropped === 0 ? [] : [`${this.#dropped} packets dropped`],
    ].flat();
    const calls = `${this.#begun} call${this.#begun === 1 ? '' : 's'} in ${seconds(at - this.#startedAt)}`;
    const what = [...outcomes, ...open].join(', ');
    return [
      `${calls}${what === '' ? '' : `: ${what}`}`,
      `at most ${this.#most} at once`,
      ...rest,
    ].join('; ');
  }

  #begin(key: string, seen: MessageObserved, gist: Gist, lines: Line[]): void {
    const number = this.#nextNumber();
    const call: ShortCall = {
      number,
      from: clip(uriIn(gist.from), 80),
      to: clip(uriIn(gist.to), 80),
      callerTag: clip(tagIn(gist.from), 96),
      endpoint: seen.endpoint,
      remote: remoteOf(seen),
      startedAt: seen.at,
      answeredAt: undefined,
      cancelled: false,
      outcome: undefined,
      endedAt: undefined,
    };
    this.#calls.set(key, call);
    this.#begun += 1;
    this.#opened();
    this.#second.begun += 1;
    this.#lastBegin = seen.at;
    this.#tell(lines, () => beginLine(call, this.#look));
    for (const eldest of this.#calls.keys()) {
      if (this.#calls.size <= limits.calls) break;
      this.#calls.delete(eldest);
    }
  }

  #goOn(call: ShortCall, seen: MessageObserved, gist: Gist, lines: Line[]): void {
    const { method, status, about } = gist;
    if (call.endedAt !== undefined) {
      // A refused caller tries again with credentials.
      if (method === 'INVITE' && call.outcome?.startsWith('40') === true && isFirstHop(call, seen))
        this.#reopen(call);
      return;
    }
    if (method === 'CANCEL') call.cancelled = true;
    if (method === 'BYE' && call.answeredAt !== undefined) {
      const who = tagIn(gist.from) === call.callerTag ? 'caller' : 'callee';
      this.#end(
        call,
        seen.at,
        'answered',
        `answered in ${seconds(call.answeredAt - call.startedAt)}, up ${seconds(seen.at - call.answeredAt)}, ended by the ${who}`,
        lines,
      );
    }
    if (status === undefined || status < 200 || about !== 'INVITE' || !isFirstHop(call, seen))
      return;
    if (call.answeredAt !== undefined) return;
    if (status < 300) {
      call.answeredAt = seen.at;
      return;
    }
    const reason = clip(seen.text.slice(8, Math.min(seen.text.indexOf('\r\n'), 60)), 60);
    if (call.cancelled)
      this.#end(
        call,
        seen.at,
        'cancelled',
        `cancelled after ${seconds(seen.at - call.startedAt)}`,
        lines,
      );
    else this.#end(call, seen.at, reason, `refused: ${reason}`, lines);
  }

  #end(call: ShortCall, at: number, outcome: string, what: string, lines: Line[]): void {
    call.endedAt = at;
    call.outcome = outcome;
    this.#open -= 1;
    this.#second.ended += 1;
    this.#count(outcome, 1);
    const tone = outcome === 'answered' ? 'success' : outcome === 'cancelled' ? 'plain' : 'failure';
    this.#tell(lines, () => endLine(call.number, what, tone, this.#look));
  }

  #reopen(call: ShortCall): void {
    this.#count(call.outcome ?? '', -1);
    call.endedAt = undefined;
    call.outcome = undefined;
    this.#opened();
  }

  #opened(): void {
    this.#open += 1;
    this.#most = Math.max(this.#most, this.#open);
  }

  /** Outcomes come from the network; only so many are told apart. */
  #count(outcome: string, by: number): void {
    const key = this.#outcomes.has(outcome) || this.#outcomes.size < 50 ? outcome : 'others';
    const count = (this.#outcomes.get(key) ?? 0) + by;
    if (count <= 0) this.#outcomes.delete(key);
    else this.#outcomes.set(key, count);
  }

  #tell(lines: Line[], line: () => Line): void {
    this.#second.lines += 1;
    if (this.#counting) return;
    if (this.#second.lines > limits.lines) {
      this.#counting = true;
      lines.push(
        text(
          `   more than ${limits.lines / 2} calls a second: only their number is told`,
          'heading',
        ),
      );
      return;
    }
    lines.push(line());
  }

  #prune(at: number): void {
    for (const [key, { endedAt, startedAt }] of this.#calls) {
      if (endedAt === undefined || at - endedAt > limits.linger) {
        // What never ended as far as we saw is forgotten when it is among the eldest.
        if (endedAt === undefined && at - startedAt < 3_600_000) return;
        if (endedAt === undefined) this.#open -= 1;
        this.#calls.delete(key);
      } else {
        return;
      }
    }
  }
}

function isFirstHop(call: ShortCall, seen: MessageObserved): boolean {
  return seen.endpoint === call.endpoint && remoteOf(seen) === call.remote;
}

function remoteOf({ remote }: MessageObserved): string {
  return `${remote.host} ${remote.port}`;
}

function text(words: string, tone: Tone): Line {
  return [piece(words, tone)];
}
