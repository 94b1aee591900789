// The live ladder: the story line by line as it happens, on a terminal that a person watches.
import type { MessageObserved, Observation } from '../../base/tap.ts';
import { Correlator } from '../correlate/correlator.ts';
import { gistOf } from '../correlate/gist.ts';
import { keyOf } from '../correlate/identity.ts';
import type { Call, Labelled, MessageRow, Party } from '../correlate/labelled.ts';
import { changeNotes } from './change-notes.ts';
import { chainOf, placed } from './columns.ts';
import { Crowd } from './crowd.ts';
import { beside, drawRow, marginOf, noteOptions } from './draw.ts';
import { exchangeLine, isExchange } from './exchange.ts';
import { columnsThatFit, Frame } from './frame.ts';
import { lookOf } from './look.ts';
import type { LadderOptions, Look } from './look.ts';
import { isLost } from './note.ts';
import { lateNotes } from './notes.ts';
import { Pace } from './pace.ts';
import { piece, printLine } from './style.ts';
import type { Line } from './style.ts';
import { callHeading, callSummary, shortBegin, shortEnd, shortOutcome } from './summary.ts';
import type { Numbered } from './summary.ts';

/** How a live ladder looks and behaves. */
export interface LadderPrinterOptions extends LadderOptions {
  /** Milliseconds for which a message waits for its other end and for what it causes; 25 unless said. */
  readonly settle?: number;
  /** Whether a registration or OPTIONS is a line at its end, or a ladder as it is at `full`; a line unless said. */
  readonly exchanges?: 'line' | 'ladder';
  /** The time of day as it is told at a call's beginning; not told unless given. */
  readonly timeOfDay?: (wall: number) => string;
  /** How the reader gets to see all when only summaries are told, such as `--verbose tells all`. */
  readonly hint?: string;
}

const margin = 19;

/** More calls at once than these are told in summaries. */
const mostLadders = 3;

/** Milliseconds: a call without messages for so long makes room; a challenge without answer is an end; a busy time ends. */
const waits = { idle: 10_000, challenge: 2000, calm: 5000 } as const;

/** What has been told of one call. */
interface Told {
  /** Its number in the story; 0 until it has a heading. */
  number: number;
  /** Its parties from caller to callee. */
  order: readonly Party[];
  lastAt: number;
  /** True when its beginning alone was told, and its end will be. */
  short: boolean;
  /** When the exchange that was summed up last began. */
  closed: number | undefined;
}

/**
 * Prints the story as it happens. `add` returns the lines that are ready: a message waits a moment for its other end and
 * for the states it causes, so call `flush` with the time of day when `wake` has come.
 */
export class LadderPrinter {
  readonly #look: Look;
  readonly #options: LadderPrinterOptions;
  readonly #settle: number;
  readonly #correlator = new Correlator();
  readonly #most: number;
  readonly #pace = new Pace();
  /** Rows that wait, by id, with the time of their last news. */
  readonly #held = new Map<number, { readonly row: Labelled; news: number }>();
  /** What has been told of a printed message: how many changes, and whether it seemed lost. */
  readonly #printed = new Map<number, { readonly changes: number; readonly lost: boolean }>();
  readonly #calls = new Map<Call, Told>();
  /** Of those, the ones that are not over or were touched just now. */
  readonly #open = new Set<Call>();
  readonly #seen = new Map<Party, number>();
  #frame: Frame | undefined;
  #clock = 0;
  #lastNumber = 0;
  #isBegun = false;
  /** Calls that are told in summaries; it outlives the busy time, for those that go on. */
  #crowd: Crowd | undefined;
  #busy = false;
  #now = 0;

  constructor(options: LadderPrinterOptions = {}) {
    this.#look = lookOf(options, margin);
    this.#options = options;
    this.#settle = options.settle ?? 25;
    this.#most = columnsThatFit(this.#look.width, margin);
  }

  /** When `flush` is to be called next, in milliseconds since 1970; undefined while nothing waits. */
  get wake(): number | undefined {
    for (const { news } of this.#held.values()) return news + this.#settle;
    if (this.#busy) return this.#now + 1000;
    for (const call of this.#open) if (call.outcome.asked) return call.lastAt + waits.challenge;
    return undefined;
  }

  /** Takes an observation and returns the lines that are ready now. */
  add(observation: Observation): readonly string[] {
    const lines: Line[] = [];
    this.#now = observation.at;
    if (this.#crowd === undefined || !this.#isOfCrowd(observation, this.#crowd, lines))
      this.#hold(this.#correlator.add(observation), observation.at, lines);
    this.#advance(observation.at, lines);
    return this.#output(lines);
  }

  /** The lines that are due at `now`, in milliseconds since 1970; of all that waits unless said. */
  flush(now: number = Number.POSITIVE_INFINITY): readonly string[] {
    const lines: Line[] = [];
    if (now !== Number.POSITIVE_INFINITY) this.#now = now;
    const ripe = [...this.#held.values()].every(({ news }) => now - news >= this.#settle);
    if (ripe) this.#hold(this.#correlator.flush(), now, lines);
    this.#advance(now, lines);
    return this.#output(lines);
  }

  /** The last lines: all that waits, and a summary of each call that is not over. */
  finish(): readonly string[] {
    const lines: Line[] = [];
    this.#hold(this.#correlator.flush(), Number.POSITIVE_INFINITY, lines);
    for (const { row } of this.#held.values()) this.#print(row, lines);
    this.#held.clear();
    if (this.#busy) this.#calm(lines);
    this.#close(lines, Number.POSITIVE_INFINITY, true);
    return this.#output(lines);
  }

  #advance(now: number, lines: Line[]): void {
    for (const [id, { row, news }] of this.#held) {
      if (now - news < this.#settle) break;
      this.#held.delete(id);
      this.#print(row, lines);
    }
    if (this.#held.size === 0) this.#close(lines, this.#now, false);
    if (this.#crowd === undefined || !Number.isFinite(now)) return;
    this.#crowd.tick(now, lines);
    if (this.#busy && now - this.#crowd.lastBegin > waits.calm && this.#pace.isLow(now))
      this.#calm(lines);
  }

  #hold(rows: readonly Labelled[], now: number, lines: Line[]): void {
    for (const row of rows) {
      const told = row.call === undefined ? undefined : this.#toldOf(row.call);
      if (row.call !== undefined && told !== undefined) {
        this.#open.add(row.call);
        told.order = placed(told.order, chainOf(row));
        told.lastAt = row.at;
        if (told.short || this.#isOneLine(row.call)) continue;
      }
      if (row.kind === 'message' && this.#printed.has(row.id)) {
        this.#more(row, lines);
      } else {
        const held = this.#held.get(row.id);
        if (held === undefined) this.#held.set(row.id, { row, news: now });
        else held.news = now;
      }
    }
  }

  #toldOf(call: Call): Told {
    const known = this.#calls.get(call);
    if (known !== undefined) return known;
    const told: Told = {
      number: 0,
      order: [],
      lastAt: call.lastAt,
      short: false,
      closed: undefined,
    };
    this.#calls.set(call, told);
    for (const [eldest] of this.#calls) {
      if (this.#calls.size <= 600) break;
      this.#calls.delete(eldest);
      this.#open.delete(eldest);
    }
    return told;
  }

  #print(row: Labelled, lines: Line[]): void {
    const told = row.call === undefined ? undefined : this.#toldOf(row.call);
    if (told?.short === true) return;
    if (row.kind === 'message') this.#remember(row);
    const before = this.#frame;
    const frame = this.#frameFor(row);
    const block = drawRow(row, frame, this.#look, this.#tagOf(row.call));
    if (block.length === 0) return;
    const isNew = row.call !== undefined && told?.number === 0;
    if (row.call !== undefined && told !== undefined && isNew) {
      if (this.#isTooMuch(row.call, row.at)) {
        this.#hurry(row.call, row.at, lines);
        return;
      }
      if (this.#isBegun || lines.length > 0) lines.push([]);
      lines.push(this.#heading(row.call, told));
    }
    this.#frame = frame;
    if (isNew || frame !== before) lines.push(...frame.header());
    lines.push(...block);
    this.#pace.add(block.length, row.at);
  }

  #remember(row: MessageRow): void {
    this.#printed.set(row.id, { changes: row.changes.length, lost: isLost(row) });
    for (const eldest of this.#printed.keys()) {
      if (this.#printed.size <= 256) break;
      this.#printed.delete(eldest);
    }
  }

  #heading(call: Call, told: Told): Line {
    this.#lastNumber += 1;
    told.number = this.#lastNumber;
    const clock = this.#options.timeOfDay?.(call.startedAt);
    const legs = call.legs.map((leg) => this.#calls.get(leg)?.number ?? 0);
    const legOf = legs.filter((number) => number > 0).toSorted((a, b) => a - b)[0];
    return callHeading({ call, number: told.number, legOf, clock }, this.#look);
  }

  /** What a printed message learned later. */
  #more(row: MessageRow, lines: Line[]): void {
    const told = this.#printed.get(row.id) ?? { changes: 0, lost: false };
    this.#remember(row);
    const frame = this.#frame;
    if (frame === undefined) return;
    const options = noteOptions(this.#look, frame);
    const notes = [
      ...(told.lost && !isLost(row) ? lateNotes(row, options) : []),
      ...changeNotes(row, row.changes.slice(told.changes), options),
    ];
    const left = marginOf(this.#look, {
      tag: this.#tagOf(row.call),
      number: row.number,
      time: undefined,
    });
    if (notes.length > 0) lines.push(...beside([frame.life(left)], notes, frame));
  }

  /** A line says its call only where several are told at once. */
  #tagOf(call: Call | undefined): string {
    if (call === undefined) return '';
    const others = [...this.#open].some(
      (other) => other !== call && (this.#calls.get(other)?.number ?? 0) > 0,
    );
    const number = this.#calls.get(call)?.number ?? 0;
    return others ? `${number === 0 ? this.#lastNumber + 1 : number}.` : '';
  }

  /** The frame for a row: the one that stands, or one with other columns. Who has no open call any more has none. */
  #frameFor(row: Labelled): Frame {
    this.#clock += 1;
    const columns = [...this.#columns(row)];
    for (const party of chainOf(row)) this.#seen.set(party.current, this.#clock);
    while (columns.length > this.#most) {
      const idle = columns.reduce((one, other) =>
        (this.#seen.get(one) ?? 0) <= (this.#seen.get(other) ?? 0) ? one : other,
      );
      columns.splice(columns.indexOf(idle), 1);
    }
    for (const party of this.#seen.keys()) if (!columns.includes(party)) this.#seen.delete(party);
    // A name whose address becomes known meanwhile is worth no second header.
    const names = columns.map((party) => party.name ?? party.address).join('\n');
    const frame = this.#frame;
    if (
      frame !== undefined &&
      names === frame.names &&
      columns.every((party, at) => party === frame.parties[at])
    )
      return frame;
    return new Frame(columns, this.#look.glyphs, this.#look.width, margin, names);
  }

  #columns(row: Labelled): readonly Party[] {
    const { call } = row;
    if (call === undefined) return this.#frame?.parties ?? [];
    const shown = [...this.#open].filter((other) => {
      const told = this.#calls.get(other);
      if (other === call) return true;
      return (
        told !== undefined && told.number > 0 && !told.short && row.at - told.lastAt < waits.idle
      );
    });
    if (!shown.includes(call)) shown.push(call);
    return shown.reduce<readonly Party[]>(
      (order, other) => placed(order, this.#calls.get(other)?.order ?? []),
      [],
    );
  }

  /** Summaries of calls that are over, or that went silent after a challenge, once their rows are all printed. */
  #close(lines: Line[], now: number, all: boolean): void {
    for (const call of this.#open) {
      const told = this.#calls.get(call);
      const { over, asked, begunAt } = call.outcome;
      const silent = asked && now - call.lastAt >= waits.challenge;
      if (!over && !silent && !all) continue;
      if (over || silent) this.#open.delete(call);
      if (told === undefined || told.closed === begunAt) continue;
      if (this.#isOneLine(call)) {
        told.closed = begunAt;
        lines.push(exchangeLine(call, this.#look.glyphs));
      } else if (told.number > 0) {
        told.closed = begunAt;
        const numbered = { call, number: told.number };
        if (told.short) this.#endShort(numbered, lines);
        else lines.push(...callSummary(numbered, this.#look));
      }
      this.#pace.add(1, call.lastAt);
    }
  }

  #endShort(numbered: Numbered, lines: Line[]): void {
    this.#crowd?.settle(shortOutcome(numbered.call));
    lines.push(shortEnd(numbered, this.#look));
  }

  #isOneLine(call: Call): boolean {
    const asLadder = this.#options.exchanges === 'ladder' || this.#look.verbosity === 'full';
    return !asLadder && isExchange(call);
  }

  #isTooMuch(call: Call, at: number): boolean {
    if (this.#look.verbosity === 'full') return false;
    return this.#busy || this.#active(call, at) > mostLadders || this.#pace.isOver(at);
  }

  /** How many calls had a message of late, with `call`. */
  #active(call: Call, at: number): number {
    const others = [...this.#open].filter((other) => {
      const told = this.#calls.get(other);
      return (
        other !== call && told !== undefined && told.number > 0 && at - told.lastAt < waits.idle
      );
    });
    return others.length + 1;
  }

  /** From now on calls are told in summaries; `call` is the one that was too much. */
  #hurry(call: Call, at: number, lines: Line[]): void {
    const told = this.#toldOf(call);
    if (!this.#busy) {
      const calls = this.#active(call, at);
      const why = calls > mostLadders ? `${calls} calls at once` : 'more than 40 lines a second';
      const { hint } = this.#options;
      this.#notice(`${why}: summaries only${hint === undefined ? '' : `; ${hint}`}`, lines);
      this.#busy = true;
      this.#crowd ??= new Crowd(this.#look, () => (this.#lastNumber += 1));
      this.#crowd.begin(at);
      for (const other of this.#open) {
        const known = this.#toldOf(other);
        if (known.number === 0 || known.short) continue;
        known.short = true;
        this.#crowd.adopt();
      }
      this.#frame = undefined;
    }
    told.short = true;
    this.#crowd?.adopt();
    this.#lastNumber += 1;
    told.number = this.#lastNumber;
    lines.push(shortBegin({ call, number: told.number }, this.#look));
  }

  #calm(lines: Line[]): void {
    this.#busy = false;
    const total = this.#crowd?.total(this.#now) ?? '';
    this.#notice(`${total}; calls are told in full again`, lines);
  }

  #notice(text: string, lines: Line[]): void {
    const { rule } = this.#look.glyphs;
    lines.push([piece(`${rule}${rule} `, 'dim'), piece(text, 'heading')]);
  }

  /** Whether an observation belongs to the calls that are told in summaries; takes it if so. */
  #isOfCrowd(observation: Observation, crowd: Crowd, lines: Line[]): boolean {
    if (!this.#busy && crowd.size === 0) return false;
    switch (observation.kind) {
      case 'message':
        return this.#isMessageOfCrowd(observation, crowd, lines);
      case 'transaction':
      case 'dialog':
      case 'session':
      case 'subscription':
        return this.#busy ? !this.#isRunning(observation.callId) : crowd.has(observation.callId);
      case 'dropped':
      case 'flow':
      case 'offer-answer':
      case 'registration':
      case 'media':
        if (this.#busy) crowd.add(observation, lines);
        return this.#busy;
    }
  }

  #isMessageOfCrowd(seen: MessageObserved, crowd: Crowd, lines: Line[]): boolean {
    const gist = gistOf(seen.text);
    if (gist === undefined) return this.#busy;
    if (this.#busy ? this.#isRunning(gist.callId) : !crowd.has(gist.callId)) return false;
    crowd.follow(seen, gist, this.#busy, lines);
    return true;
  }

  /** Whether the call was told in full before, and is not over. */
  #isRunning(callId: string): boolean {
    const key = keyOf(callId);
    for (const call of this.#open) if (call.callId === key) return true;
    return false;
  }

  #output(lines: readonly Line[]): readonly string[] {
    this.#isBegun ||= lines.length > 0;
    return lines.map((line) => printLine(line, this.#look.colour));
  }
}
