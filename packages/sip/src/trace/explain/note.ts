// One note beside the ladder: a label, words, and what may follow them.
import { labelText } from '../correlate/labelled.ts';
import type { Label, MessageRow } from '../correlate/labelled.ts';
import { cells, fill, wrap } from './show.ts';
import { laneTone, piece } from './style.ts';
import type { Glyphs, Line, Piece, Tone } from './style.ts';

/** How much is told: arrows and media; with states; or every step, timer and flow. */
export type Verbosity = 'brief' | 'normal' | 'full';

/** What notes depend on. */
export interface NoteOptions {
  readonly glyphs: Glyphs;
  readonly verbosity: Verbosity;
  /** Cells of a note's line. */
  readonly width: number;
}

/** Cells of a label with the space after it. */
export const indent = 4;

/** A label, its text, and additions that go to a line of their own when there is no room. */
export function note(
  label: Label | undefined,
  text: string,
  additions: {
    readonly extra?: readonly string[];
    /** Told only where it fits on the line. */
    readonly spare?: string;
    readonly tone?: Tone;
  },
  { glyphs, width }: NoteOptions,
): readonly Line[] {
  const { extra = [], spare = '', tone = 'plain' } = additions;
  const room = width - indent;
  const lead =
    label === undefined
      ? piece(' '.repeat(indent))
      : piece(fill(labelText(label), indent), laneTone(label));
  const lines: Piece[][] = wrap(text, room, glyphs.more).map((line, index) => [
    index === 0 ? lead : piece(' '.repeat(indent)),
    piece(line, tone),
  ]);
  let used = cells(wrap(text, room, glyphs.more).at(-1) ?? '');
  for (const addition of extra) {
    const last = lines.at(-1);
    const size = cells(addition) + 2;
    if (last !== undefined && used + size <= room) {
      last.push(piece(`  ${addition}`, 'dim'));
      used += size;
      continue;
    }
    for (const line of wrap(addition, room, glyphs.more)) {
      lines.push([piece(' '.repeat(indent)), piece(line, 'dim')]);
      used = cells(line);
    }
  }
  if (spare !== '' && used + cells(spare) + 2 <= room)
    lines.at(-1)?.push(piece(`  ${spare}`, 'dim'));
  return lines;
}

/** `1.5 s`, `181 s`, `54 min`, `5 min 20 s`. */
export function seconds(milliseconds: number): string {
  const whole = Math.round(milliseconds);
  if (whole < 300_000) return `${Number((whole / 1000).toFixed(3))} s`;
  const minutes = Math.floor(whole / 60_000);
  const rest = Math.floor((whole - minutes * 60_000) / 1000);
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** Whether the sender and the receiver are both observed, and only the sender saw it. */
export function isLost(row: MessageRow): boolean {
  return row.sentAt !== undefined && row.receivedAt === undefined && row.to.observed;
}
