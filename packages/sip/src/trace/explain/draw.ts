// One row of the story as lines: the arrow on the left, its notes on the right.
import type { Labelled, Party } from '../correlate/labelled.ts';
import { stepNotes } from './change-notes.ts';
import type { Frame } from './frame.ts';
import type { Look } from './look.ts';
import { mediaLabel, mediaNotes } from './media-words.ts';
import { isLost, seconds } from './note.ts';
import type { NoteOptions } from './note.ts';
import { messageNotes, otherNotes } from './notes.ts';
import { cut, harmless } from './show.ts';
import { piece, toneOf } from './style.ts';
import type { Line } from './style.ts';

/** The lines of one row; none when the verbosity leaves it out. `tag` names its call when several are told at once. */
export function drawRow(row: Labelled, frame: Frame, look: Look, tag: string): readonly Line[] {
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
        left(row.call === undefined ? undefined : (look.frames.get(row.id) ?? row.number)),
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

/** Notes to the right of what is drawn; the longer of the two decides how many lines it takes. */
export function beside(
  drawn: readonly Line[],
  notes: readonly Line[],
  frame: Frame,
): readonly Line[] {
  return Array.from({ length: Math.max(drawn.length, notes.length) }, (_, index) => [
    ...(drawn[index] ?? frame.life()),
    ...(notes[index] ?? []),
  ]);
}

/** What notes beside `frame` depend on. */
export function noteOptions(look: Look, frame: Frame): NoteOptions {
  return { glyphs: look.glyphs, verbosity: look.verbosity, width: frame.notesWidth };
}

/** Number and time left of the lifelines. */
export function marginOf(
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

/** Seconds since the call began, to the millisecond. */
function timeText(milliseconds: number): string {
  return milliseconds < 10_000_000 ? (milliseconds / 1000).toFixed(3) : seconds(milliseconds);
}
