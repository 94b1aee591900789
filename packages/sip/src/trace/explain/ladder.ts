// The ladder: a call as text, one column a party, in the manner of RFC 3665; whole for tests and stored traces, or line by line as it happens.
import type { Observation } from '../../base/tap.ts';
import { Correlator } from '../correlate/correlator.ts';
import type { Call, Labelled, MessageRow, Party } from '../correlate/labelled.ts';
import { columnsThatFit, Frame } from './frame.ts';
import {
  changeNotes,
  mediaNotes,
  mediaLabel,
  messageNotes,
  isLost,
  lateNotes,
  otherNotes,
  seconds,
  stepNotes,
} from './notes.ts';
import type { NoteOptions, Verbosity } from './notes.ts';
import { cut, harmless } from './show.ts';
import { asciiGlyphs, piece, printLine, toneOf, unicodeGlyphs } from './style.ts';
import type { Glyphs, Line } from './style.ts';
import { callHeading, callSummary } from './summary.ts';

/** How a ladder looks. */
export interface LadderOptions {
  /** Cells of a line; 100 unless said. Four parties or more may make a whole ladder wider. */
  readonly width?: number;
  /** ANSI colours; false unless said. */
  readonly colour?: boolean;
  /** Box drawing characters; as `colour` unless said. */
  readonly unicode?: boolean;
  /** `normal` unless said. */
  readonly verbosity?: Verbosity;
}

/** How a live ladder looks and behaves. */
export interface LadderPrinterOptions extends LadderOptions {
  /** Milliseconds for which a message waits for its other end and for what it causes; 25 unless said. */
  readonly settle?: number;
}

/** The ladder of a finished set of observations, call after call, with a line end after each line. The same in, the same out. */
export function ladder(observations: Iterable<Observation>, options: LadderOptions = {}): string {
  const look = lookOf(options);
  const correlator = new Correlator({ calls: Number.MAX_SAFE_INTEGER });
  const rows = new Map<number, Labelled>();
  const inOrder = [...observations].sort((one, other) => one.at - other.at);
  for (const observation of inOrder)
    for (const row of correlator.add(observation)) rows.set(row.id, row);
  for (const row of correlator.flush()) rows.set(row.id, row);
  const byCall = new Map<Call | undefined, Labelled[]>();
  for (const row of [...rows.values()].sort((one, other) => one.at - other.at)) {
    const group = byCall.get(row.call) ?? [];
    byCall.set(row.call, group);
    group.push(row);
  }
  const lines: Line[] = [];
  for (const [call, group] of byCall) {
    const block = wholeCall(call, group, look);
    if (block.length > 0) lines.push(...(lines.length === 0 ? [] : [[]]), ...block);
  }
  return lines.map((line) => `${printLine(line, look.colour)}\n`).join('');
}

/**
 * Prints the ladder as it happens. `add` returns the lines that are ready: a message waits a moment for its other end and
 * for the states it causes, so call `flush` when `waiting` is true and nothing was added for about `settle` milliseconds.
 */
export class LadderPrinter {
  readonly #look: Look;
  readonly #settle: number;
  readonly #correlator: Correlator;
  readonly #most: number;
  /** Rows that wait, by id, with the time of their last news. */
  readonly #held = new Map<number, { row: Labelled; news: number }>();
  /** What has been told of a printed message: how many changes, and whether it seemed lost. */
  readonly #told = new Map<number, { readonly changes: number; readonly lost: boolean }>();
  readonly #seen = new Map<Party, number>();
  readonly #headed = new Map<Call, boolean>();
  #columns: readonly Party[] = [];
  #frame: Frame | undefined;
  #names = '';
  #clock = 0;

  constructor(options: LadderPrinterOptions = {}) {
    this.#look = { ...lookOf(options), margin: liveMargin };
    this.#settle = options.settle ?? 25;
    this.#correlator = new Correlator();
    this.#most = columnsThatFit(this.#look.width, liveMargin);
  }

  /** True while something waits to be printed. */
  get waiting(): boolean {
    return this.#held.size > 0;
  }

  /** Takes an observation and returns the lines that are ready now. */
  add(observation: Observation): readonly string[] {
    const lines: Line[] = [];
    this.#hold(this.#correlator.add(observation), observation.at, lines);
    for (const [id, { row, news }] of this.#held) {
      if (observation.at - news < this.#settle) break;
      this.#held.delete(id);
      this.#print(row, lines);
    }
    if (this.#held.size === 0) this.#close(lines, false);
    return this.#output(lines);
  }

  /** The lines of all that waits. */
  flush(): readonly string[] {
    const lines: Line[] = [];
    this.#empty(lines);
    this.#close(lines, false);
    return this.#output(lines);
  }

  /** The last lines: all that waits, and a summary of each call that is not over. */
  finish(): readonly string[] {
    const lines: Line[] = [];
    this.#empty(lines);
    this.#close(lines, true);
    return this.#output(lines);
  }

  #empty(lines: Line[]): void {
    this.#hold(this.#correlator.flush(), Number.POSITIVE_INFINITY, lines);
    for (const { row } of this.#held.values()) this.#print(row, lines);
    this.#held.clear();
  }

  #hold(rows: readonly Labelled[], now: number, lines: Line[]): void {
    for (const row of rows) {
      if (row.kind === 'message' && this.#told.has(row.id)) {
        this.#more(row, lines);
      } else {
        const held = this.#held.get(row.id);
        if (held === undefined) this.#held.set(row.id, { row, news: now });
        else held.news = now;
      }
    }
  }

  #print(row: Labelled, lines: Line[]): void {
    if (row.kind === 'message') {
      this.#told.set(row.id, { changes: row.changes.length, lost: isLost(row) });
      for (const eldest of this.#told.keys()) {
        if (this.#told.size <= 256) break;
        this.#told.delete(eldest);
      }
    }
    const before = this.#frame;
    const frame = this.#frameFor(partiesOf(row), row.kind === 'message' || row.kind === 'media');
    const block = drawRow(row, frame, this.#look, tagOf(row));
    if (block.length === 0) {
      if (frame !== before) this.#names = '';
      this.#frame = before;
      return;
    }
    const isNew = row.call !== undefined && !this.#headed.has(row.call);
    if (row.call !== undefined && isNew) {
      if (before !== undefined) lines.push([]);
      lines.push(callHeading(row.call, this.#look.glyphs, this.#look.width));
      this.#headed.set(row.call, false);
      this.#trim();
    }
    if (isNew || frame !== before) lines.push(...frame.header());
    lines.push(...block);
  }

  /** What a printed message learned later. */
  #more(row: MessageRow, lines: Line[]): void {
    const told = this.#told.get(row.id) ?? { changes: 0, lost: false };
    this.#told.set(row.id, { changes: row.changes.length, lost: isLost(row) });
    const frame = this.#frame;
    if (frame === undefined) return;
    const options = noteOptions(this.#look, frame);
    const notes = [
      ...(told.lost && !isLost(row) ? lateNotes(row, options) : []),
      ...changeNotes(row, row.changes.slice(told.changes), options),
    ];
    const margin = marginOf(this.#look, { tag: tagOf(row), number: row.number, time: undefined });
    if (notes.length > 0) lines.push(...beside([frame.life(margin)], notes, frame));
  }

  /** The frame for a row: the one that stands, or one with other columns. */
  #frameFor(parties: readonly Party[], needed: boolean): Frame {
    this.#clock += 1;
    const columns = [...new Set(this.#columns.map((party) => party.current))];
    for (const party of parties) {
      this.#seen.set(party, this.#clock);
      if (needed && !columns.includes(party)) columns.push(party);
    }
    while (columns.length > this.#most) {
      const idle = columns.reduce((one, other) =>
        (this.#seen.get(one) ?? 0) <= (this.#seen.get(other) ?? 0) ? one : other,
      );
      columns.splice(columns.indexOf(idle), 1);
    }
    for (const party of this.#seen.keys()) if (!columns.includes(party)) this.#seen.delete(party);
    const names = columns.map((party) => `${party.name ?? ''} ${party.address}`).join('\n');
    const frame = this.#frame;
    if (
      frame !== undefined &&
      names === this.#names &&
      columns.every((party, at) => party === frame.parties[at])
    ) {
      return frame;
    }
    this.#columns = columns;
    this.#names = names;
    this.#frame = new Frame(columns, this.#look.glyphs, this.#look.width, liveMargin);
    return this.#frame;
  }

  /** Summaries of calls that are over and whose rows are all printed. */
  #close(lines: Line[], all: boolean): void {
    for (const [call, closed] of this.#headed) {
      if (closed && call.outcome.over) continue;
      if (!call.outcome.over && !all) {
        this.#headed.set(call, false);
        continue;
      }
      if (closed) continue;
      this.#headed.set(call, true);
      lines.push(...callSummary(call, this.#look.glyphs, this.#look.width));
    }
  }

  #trim(): void {
    for (const [call, closed] of this.#headed) {
      if (this.#headed.size <= 500) return;
      if (closed) this.#headed.delete(call);
    }
  }

  #output(lines: readonly Line[]): readonly string[] {
    return lines.map((line) => printLine(line, this.#look.colour));
  }
}

/** Cells left of the first lifeline: number and time. */
const wholeMargin = 17;
const liveMargin = 19;

interface Look {
  readonly width: number;
  readonly colour: boolean;
  readonly verbosity: Verbosity;
  readonly glyphs: Glyphs;
  readonly margin: number;
}

function lookOf(options: LadderOptions): Look {
  const colour = options.colour ?? false;
  return {
    width: Math.max(60, options.width ?? 100),
    colour,
    verbosity: options.verbosity ?? 'normal',
    glyphs: (options.unicode ?? colour) ? unicodeGlyphs : asciiGlyphs,
    margin: wholeMargin,
  };
}

function wholeCall(call: Call | undefined, rows: readonly Labelled[], look: Look): readonly Line[] {
  const parties = [
    ...new Set(
      rows.filter(({ kind }) => kind === 'message' || kind === 'media').flatMap(partiesOf),
    ),
  ];
  const frame = new Frame(parties, look.glyphs, look.width, look.margin);
  const blocks = rows.flatMap((row) => drawRow(row, frame, look, ''));
  if (blocks.length === 0) return [];
  const heading =
    call === undefined
      ? [[piece('outside of calls', 'heading')]]
      : [callHeading(call, look.glyphs, look.width)];
  const header = parties.length === 0 ? [] : frame.header();
  const summary = call === undefined ? [] : callSummary(call, look.glyphs, look.width);
  return [...heading, ...header, ...blocks, ...summary];
}

/** The lines of one row; none when the verbosity leaves it out. */
function drawRow(row: Labelled, frame: Frame, look: Look, tag: string): readonly Line[] {
  const options = noteOptions(look, frame);
  const time = row.call === undefined ? undefined : row.at - row.call.startedAt;
  const left = (number?: number): Line => marginOf(look, { tag, number, time });
  switch (row.kind) {
    case 'message': {
      const notes = messageNotes(row, row.changes, options);
      const arrow = frame.arrow(
        {
          from: row.from,
          to: row.to,
          label: harmless(row.title, look.glyphs.unicode),
          tone: toneOf(row.status),
          kind: row.resend === 0 ? 'message' : 'repeat',
          forth: !isLost(row),
          back: false,
          lost: isLost(row),
        },
        left(row.call === undefined ? undefined : row.number),
      );
      const pause =
        row.delta < 1000 || row.number === 1
          ? []
          : [frame.life([piece(`+${seconds(row.delta)}`.padStart(look.margin - 3), 'dim')], true)];
      return [...pause, ...beside([arrow], notes, frame)];
    }
    case 'media': {
      const count = row.state === 'ended' ? 1 : Math.max(1, row.streams.length);
      const arrows = Array.from({ length: count }, (_, index) => {
        const stream = row.state === 'ended' ? undefined : row.streams[index];
        const flowing = stream !== undefined && (stream.forth || stream.back);
        return frame.arrow(
          {
            from: row.from,
            to: row.to,
            label: harmless(mediaLabel(row, index), look.glyphs.unicode),
            tone: 'S',
            kind: flowing ? 'media' : 'silence',
            forth: stream?.forth ?? false,
            back: stream?.back ?? false,
            lost: false,
          },
          [],
        );
      });
      return beside(arrows, mediaNotes(row, options), frame);
    }
    case 'step':
      return atParty(row.party.current, stepNotes(row, options), left(), frame, look);
    case 'note':
      return atParty(row.party.current, otherNotes(row, options), left(), frame, look);
  }
}

/** Notes at one lifeline; a party without a column is named below them. */
function atParty(
  party: Party,
  notes: readonly Line[],
  left: Line,
  frame: Frame,
  look: Look,
): readonly Line[] {
  if (notes.length === 0) return [];
  const name = harmless(party.name ?? party.address, look.glyphs.unicode);
  const at = piece(cut(`    at ${name}`, frame.notesWidth, look.glyphs.more), 'dim');
  const whose: readonly Line[] = frame.parties.includes(party) ? [] : [[at]];
  return beside([frame.mark(party, left)], [...notes, ...whose], frame);
}

function tagOf(row: Labelled): string {
  return row.call === undefined ? '' : `${row.call.number}.`;
}

function noteOptions(look: Look, frame: Frame): NoteOptions {
  return { glyphs: look.glyphs, verbosity: look.verbosity, width: frame.notesWidth };
}

/** Notes to the right of what is drawn; the longer of the two decides how many lines it takes. */
function beside(drawn: readonly Line[], notes: readonly Line[], frame: Frame): readonly Line[] {
  return Array.from({ length: Math.max(drawn.length, notes.length) }, (_, index) => [
    ...(drawn[index] ?? frame.life()),
    ...(notes[index] ?? []),
  ]);
}

function marginOf(
  look: Look,
  row: {
    readonly tag: string;
    readonly number?: number | undefined;
    readonly time: number | undefined;
  },
): Line {
  const name = row.number === undefined ? row.tag.replace('.', '') : `${row.tag}F${row.number}`;
  const time = row.time === undefined ? '' : timeText(row.time);
  return [piece(name.padStart(look.margin - 13), 'dim'), piece(time.padStart(10))];
}

/** Seconds since the call began, to the millisecond. */
function timeText(milliseconds: number): string {
  return milliseconds < 10_000_000 ? (milliseconds / 1000).toFixed(3) : seconds(milliseconds);
}

function partiesOf(row: Labelled): readonly Party[] {
  return row.kind === 'message' || row.kind === 'media'
    ? [row.from.current, row.to.current]
    : [row.party.current];
}
