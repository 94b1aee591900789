// The right part of a ladder: labels, states, timers and SDP beside each arrow.
import { redactMessage } from '../capture/redact.ts';
import { labelText } from '../correlate/labelled.ts';
import type { Change, Label, MessageRow, NoteRow } from '../correlate/labelled.ts';
import { changeNotes } from './change-notes.ts';
import { sdpText } from './media-words.ts';
import { indent, isLost, note, seconds } from './note.ts';
import type { NoteOptions } from './note.ts';
import { cells, cut, harmless } from './show.ts';
import { piece } from './style.ts';
import type { Glyphs, Line } from './style.ts';

/** Timers that give up a request, a final response or a 2xx (RFC 3261 §17, §13.3.1.4). */
const givingUp = new Set(['B', 'F', 'H', 'ACK']);

/** Notes beside a message. `changes` are those to tell now, since some may have been told before. */
export function messageNotes(
  row: MessageRow,
  changes: readonly Change[],
  options: NoteOptions,
): readonly Line[] {
  const lines: Line[] = [...headLines(row, options)];
  if (options.verbosity === 'full' && row.status === undefined && row.resend === 0) {
    lines.push(
      ...note(
        undefined,
        harmless(redactMessage(row.firstLine), options.glyphs.unicode),
        { tone: 'dim' },
        options,
      ),
    );
  }
  const isSession = (change: Change): boolean => change.label?.lane === 'S';
  // A proxy passes the body on; it is told where it is seen first.
  const sdp = row.resend === 0 && (options.verbosity === 'full' || row.sdp?.again !== true);
  lines.push(
    ...changeNotes(
      row,
      changes.filter((change) => !isSession(change)),
      options,
    ),
  );
  if (row.sdp !== undefined && sdp) {
    const session = row.labels.find(({ lane }) => lane === 'S');
    lines.push(...note(session, sdpText(row.sdp, options.glyphs), {}, options));
  }
  return [...lines, ...changeNotes(row, changes.filter(isSession), options)];
}

/** The note of a message that was told as lost and came after all. */
export function lateNotes(row: MessageRow, options: NoteOptions): readonly Line[] {
  if (row.sentAt === undefined || row.receivedAt === undefined) return [];
  return note(
    undefined,
    `received after ${seconds(row.receivedAt - row.sentAt)}`,
    { tone: 'dim' },
    options,
  );
}

/** The note of something that is no arrow; empty when it is not worth a line. */
export function otherNotes(row: NoteRow, options: NoteOptions): readonly Line[] {
  const { glyphs, verbosity } = options;
  const loud = row.topic === 'dropped' || (row.topic === 'flow' && row.text.includes(' failed'));
  if (verbosity !== 'full' && !loud) return [];
  const text = row.topic === 'dropped' ? `dropped: ${row.text}` : row.text;
  return note(
    row.label,
    harmless(text, glyphs.unicode),
    { tone: loud ? 'failure' : 'dim' },
    options,
  );
}

function headLines(row: MessageRow, options: NoteOptions): readonly Line[] {
  const { glyphs, width } = options;
  const chips = lanes(row.labels);
  const room = width - chips.reduce((sum, { text }) => sum + cells(text), 0);
  const shown = cut(harmless(`${cseqText(row)}${wayText(row)}`, glyphs.unicode), room, glyphs.more);
  const head = [...chips, piece(shown, 'dim')];
  const extras: string[] = [];
  if (row.resend > 0) extras.push(resendText(row, glyphs));
  if (isLost(row)) extras.push('lost');
  if (extras.length === 0) return [head];
  const extra = piece(extras.join(', '), isLost(row) ? 'failure' : 'provisional');
  if (cells(shown) + 2 + cells(extra.text) <= room) return [[...head, piece('  '), extra]];
  return [head, [piece(' '.repeat(indent)), extra]];
}

function cseqText({ cseq, method }: MessageRow): string {
  return cseq === undefined ? '' : `${cseq} ${method}`;
}

/** How a request goes, where that is not by UDP; its responses go the same way. */
function wayText({ status, protocol }: MessageRow): string {
  return status !== undefined || protocol === 'UDP' ? '' : `  ${protocol}`;
}

/** Labels in three fixed lanes, so that a dialog's D is always below its D. */
function lanes(labels: readonly Label[]): Line {
  return (['T', 'D', 'S'] as const).flatMap((lane) => {
    const label = labels.find((other) => other.lane === lane);
    const text = label === undefined ? '' : labelText(label);
    return [piece(text, lane), piece(' '.repeat(Math.max(1, 4 - text.length)))];
  });
}

function resendText(row: MessageRow, glyphs: Glyphs): string {
  const twice = row.sentAt === undefined && row.from.observed;
  if (twice) return 'arrived again';
  const cause = row.changes.find(({ event }) => isTimer(event));
  const next = cause?.timers.find(({ name }) => cause.event === `Timer ${name} fires`)?.due;
  if (cause === undefined || next === undefined) return `resent ${row.resend}${glyphs.times}`;
  // These timers may end it all before the next repeat is due.
  const end = Math.min(
    ...cause.timers.filter(({ name }) => givingUp.has(name)).map(({ due }) => due),
  );
  const then =
    end < next ? `gives up in ${seconds(end - row.at)}` : `next in ${seconds(next - row.at)}`;
  return `resent ${row.resend}${glyphs.times}, ${then}`;
}

function isTimer(event: string): boolean {
  return event.startsWith('Timer ');
}
