// The left part of a ladder: one column for each party, lifelines, and arrows between them.
import type { Party } from '../correlate/labelled.ts';
import { cells, cut, harmless } from './show.ts';
import { piece } from './style.ts';
import type { Glyphs, Line, Piece, Tone } from './style.ts';

/** Least cells between two lifelines, and least for the notes on the right. */
const least = { gap: 16, notes: 30 } as const;

/** Cells of `T1  client: Calling  A=0.5s B=32s  server: Proceeding`. */
const wide = 53;

/** How one arrow is drawn. */
export interface Arrow {
  readonly from: Party;
  readonly to: Party;
  readonly label: string;
  readonly tone: Tone;
  readonly kind: 'message' | 'repeat' | 'media' | 'silence';
  /** Heads at the end of `to`, and at the end of `from`. */
  readonly forth: boolean;
  readonly back: boolean;
  /** It never arrived. */
  readonly lost: boolean;
}

/** How many columns fit into `width` cells beside a margin. */
export function columnsThatFit(width: number, margin: number): number {
  return Math.max(2, 1 + Math.floor((width - margin - 3 - least.notes) / least.gap));
}

/** The columns at one time; a new party means a new frame. */
export class Frame {
  readonly parties: readonly Party[];
  /** What the header says, to tell whether it still holds. */
  readonly names: string;
  /** Cell of the first note. */
  readonly notesAt: number;
  /** Cells for notes. */
  readonly notesWidth: number;
  readonly #glyphs: Glyphs;
  readonly #margin: number;
  readonly #gap: number;

  constructor(
    parties: readonly Party[],
    glyphs: Glyphs,
    width: number,
    margin: number,
    names = '',
  ) {
    this.parties = parties;
    this.names = names;
    this.#glyphs = glyphs;
    this.#margin = margin;
    const gaps = Math.max(1, parties.length - 1);
    const free = width - margin - 3;
    // Room for both ends' states on one line comes first, then room for reason phrases.
    const notes = parties.length > 3 ? least.notes : free - 18 * gaps >= wide ? wide : 42;
    this.#gap = Math.min(27, Math.max(least.gap, Math.floor((free - notes) / gaps)));
    this.notesAt = margin + this.#gap * gaps + 3;
    this.notesWidth = Math.max(least.notes, width - this.notesAt);
  }

  /** Names and addresses above their lifelines. */
  header(): readonly Line[] {
    const names = new Canvas(this.notesAt + this.#gap);
    const addresses = new Canvas(this.notesAt + this.#gap);
    let hasAddresses = false;
    for (const [index, party] of this.parties.entries()) {
      const name = this.#fit(party.name ?? party.address);
      const address = party.name === undefined ? '' : this.#fit(party.address);
      hasAddresses ||= address !== '';
      const at = this.#column(index);
      names.centre(at, name, 'bold');
      addresses.centre(at, address, 'dim');
    }
    const lines = [names.line()];
    if (hasAddresses) lines.push(addresses.line());
    return [...lines, this.life()];
  }

  /** Lifelines with `left` in the margin. */
  life(left: Line = [], paused = false): Line {
    return this.#canvas(left, paused).line();
  }

  /** Lifelines with a mark on that of `party`. */
  mark(party: Party, left: Line): Line {
    const canvas = this.#canvas(left, false);
    const index = this.parties.indexOf(party);
    if (index >= 0) canvas.put(this.#column(index), this.#glyphs.event, 'bold');
    return canvas.line();
  }

  /** One arrow across the lifelines. */
  arrow(arrow: Arrow, left: Line): Line {
    const canvas = this.#canvas(left, false);
    const from = this.parties.indexOf(arrow.from);
    const to = this.parties.indexOf(arrow.to);
    if (from < 0 || to < 0) return canvas.line();
    if (from === to) this.#loop(canvas, this.#column(from), arrow);
    else this.#span(canvas, this.#column(from), this.#column(to), arrow);
    return canvas.line();
  }

  #span(canvas: Canvas, from: number, to: number, arrow: Arrow): void {
    const glyphs = this.#glyphs;
    const start = Math.min(from, to) + 1;
    const end = Math.max(from, to) - 1;
    const rightward = to > from;
    const length = end - start + 1;
    const stroke = strokeOf(glyphs, arrow.kind).repeat(length).slice(0, length);
    canvas.put(start, stroke, arrow.kind === 'message' ? 'plain' : 'dim');
    const [leftHead, rightHead] = rightward ? [arrow.back, arrow.forth] : [arrow.forth, arrow.back];
    if (leftHead) canvas.put(start, glyphs.left, 'plain');
    if (rightHead) canvas.put(end, glyphs.right, 'plain');
    if (arrow.lost) {
      canvas.put(rightward ? end - 2 : start, '   ', 'plain');
      canvas.put(rightward ? end - 2 : start + 2, glyphs.lost, 'failure');
    }
    const room = length - (arrow.lost ? 7 : 4);
    const label = ` ${cut(arrow.label, room, glyphs.more)} `;
    const shift = arrow.lost ? (rightward ? -1 : 2) : 0;
    canvas.put(start + Math.floor((length - cells(label)) / 2) + shift, label, arrow.tone);
  }

  #loop(canvas: Canvas, at: number, arrow: Arrow): void {
    const { left, shaft, more } = this.#glyphs;
    const label = cut(arrow.label, this.#gap - 6, more);
    canvas.put(at + 1, `${left}${shaft}${shaft} ${label}`, arrow.tone);
  }

  #canvas(left: Line, paused: boolean): Canvas {
    const canvas = new Canvas(this.notesAt);
    let at = 0;
    for (const { text, tone } of left) {
      canvas.put(at, text, tone);
      at += cells(text);
    }
    const { life, pause } = this.#glyphs;
    for (const index of this.parties.keys())
      canvas.put(this.#column(index), paused ? pause : life, 'dim');
    return canvas;
  }

  #column(index: number): number {
    return this.#margin + index * this.#gap;
  }

  #fit(text: string): string {
    return cut(harmless(text, this.#glyphs.unicode), this.#gap - 1, this.#glyphs.more);
  }
}

function strokeOf(glyphs: Glyphs, kind: Arrow['kind']): string {
  switch (kind) {
    case 'message':
      return glyphs.shaft;
    case 'repeat':
      return glyphs.repeat;
    case 'media':
      return glyphs.media;
    case 'silence':
      return glyphs.silence;
  }
}

/** One line of cells, written over one another. */
class Canvas {
  readonly #cells: { char: string; tone: Tone }[];

  constructor(width: number) {
    this.#cells = Array.from({ length: width }, () => ({ char: ' ', tone: 'plain' }));
  }

  put(at: number, text: string, tone: Tone): void {
    let cell = at;
    for (const char of text) {
      const size = cells(char);
      if (size === 0) {
        const before = this.#cells[cell - 1];
        if (before !== undefined) before.char += char;
        continue;
      }
      for (let part = 0; part < size; part += 1) {
        if (cell + part >= 0 && cell + part < this.#cells.length) {
          this.#cells[cell + part] = { char: part === 0 ? char : '', tone };
        }
      }
      cell += size;
    }
  }

  centre(at: number, text: string, tone: Tone): void {
    this.put(Math.max(0, at - Math.floor(cells(text) / 2)), text, tone);
  }

  line(): Line {
    const pieces: Piece[] = [];
    for (const { char, tone } of this.#cells) {
      const last = pieces.at(-1);
      if (last !== undefined && last.tone === tone)
        pieces[pieces.length - 1] = piece(last.text + char, tone);
      else pieces.push(piece(char, tone));
    }
    return pieces;
  }
}
