// Changes of state as notes: `T1  client: Calling  A=0.5s B=32s`, `D1  early -> confirmed`.
import type { RunningTimer } from '../../base/machine.ts';
import type { Change, Label, MessageRow, StepRow } from '../correlate/labelled.ts';
import { joined } from './joined.ts';
import type { Told } from './joined.ts';
import { indent, isLost, note, seconds } from './note.ts';
import type { NoteOptions } from './note.ts';
import { cells, harmless } from './show.ts';
import { piece } from './style.ts';
import type { Line } from './style.ts';
import { isTold, isWorthTelling, plainState, sessionText } from './worth-telling.ts';

/** Timers that end a transaction after its work is done (RFC 3261 §17, RFC 6026): nothing to see. */
const lingering = /^(?:Timer [DIJKLM] fires|transaction ended)$/;

/** Notes for changes alone, when their message was printed before. */
export function changeNotes(
  row: MessageRow,
  changes: readonly Change[],
  options: NoteOptions,
): readonly Line[] {
  if (options.verbosity === 'brief') return [];
  const told = joined(changes.filter((change) => isTold(change, row, options)));
  const both = row.sentAt !== undefined && row.receivedAt !== undefined;
  // Where a message got lost on the way, the two ends change their states at different times.
  const apart = options.verbosity === 'full' ? both : row.resend > 0 || isLost(row);
  const laneOrder = (change: Change): number => 'TDS'.indexOf(change.label?.lane ?? 'S');
  const notes = told
    .toSorted((one, other) => laneOrder(one) - laneOrder(other))
    .map((change) => ({
      label: change.label,
      lines: changeLines(change, { alone: false, apart }, options),
    }));
  return abreast(notes, options);
}

/** Notes of a change without a message; empty when it is not worth a line. */
export function stepNotes(row: StepRow, options: NoteOptions): readonly Line[] {
  const change: Told = { ...row.change, through: [] };
  const place = { alone: true, apart: false };
  if (options.verbosity === 'full') return changeLines(change, place, options);
  if (options.verbosity === 'brief' || lingering.test(change.event)) return [];
  return isWorthTelling(change) ? changeLines(change, place, options) : [];
}

/** Where a change stands: alone on a line of its own, or at a message. */
interface Place {
  readonly alone: boolean;
  /** True when it matters at which end it happened. */
  readonly apart: boolean;
}

function changeLines(change: Told, place: Place, options: NoteOptions): readonly Line[] {
  const { glyphs } = options;
  const show = (text: string): string => harmless(text, glyphs.unicode);
  const full = options.verbosity === 'full';
  const lower = change.label?.lane !== 'T';
  const name = (state: string): string => {
    const said = full ? state : (plainState(state) ?? state);
    return show(lower ? said.toLowerCase() : said);
  };
  if (change.stray) {
    const what = `${full ? 'stray' : 'late'} ${show(change.event)} in ${name(change.after)}`;
    const text = `${subjectText(change, full, show, place)}${what}${full ? '' : ', ignored'}`;
    return note(change.label, text, { tone: full ? 'dim' : 'failure' }, options);
  }
  const plain = change.label?.lane === 'S' && !full ? sessionText(change) : undefined;
  if (plain !== undefined) return note(change.label, plain, {}, options);
  const path =
    change.before === undefined || change.before === change.after
      ? name(change.after)
      : [change.before, ...change.through, change.after].map(name).join(` ${glyphs.becomes} `);
  const detail = change.detail === undefined ? '' : `  ${show(change.detail)}`;
  const why = place.alone || full ? show(change.event) : '';
  const whose =
    place.apart && lower && change.label !== undefined && change.endpoints.length === 1
      ? `at ${show(change.endpoints.join())}`
      : '';
  const timers = shownTimers(change, options);
  const news = timersText(full ? timers : timers.filter(({ name }) => !isLinger(name)), change.at);
  const rest = full
    ? ''
    : timersText(
        timers.filter(({ name }) => isLinger(name)),
        change.at,
      );
  const extra = [why, whose, news].filter((text) => text !== '');
  const subject = subjectText(change, full || place.alone, show, place);
  return note(change.label, `${subject}${path}${detail}`, { extra, spare: rest }, options);
}

/** Timers that only keep a finished transaction for repeats: told where there is room. */
function isLinger(name: string): boolean {
  return /^[DIJKLM]$/.test(name);
}

/** Notes of the same transaction side by side where they fit: the states at both ends of one hop. */
function abreast(
  notes: readonly { readonly label: Label | undefined; readonly lines: readonly Line[] }[],
  { width }: NoteOptions,
): readonly Line[] {
  const lines: Line[] = [];
  let last: Label | undefined;
  for (const { label, lines: own } of notes) {
    const [only] = own;
    const before = lines.at(-1);
    if (
      own.length === 1 &&
      only !== undefined &&
      before !== undefined &&
      label?.lane === 'T' &&
      last === label &&
      lengthOf(before) + lengthOf(only) - indent + 2 <= width
    ) {
      lines[lines.length - 1] = [...before, piece('  '), ...only.slice(1)];
    } else {
      lines.push(...own);
    }
    last = own.length === 1 ? label : undefined;
  }
  return lines;
}

function lengthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + cells(text), 0);
}

/** The lanes D and S hold one kind each; only a transaction says which of its machines moved. */
function subjectText(
  change: Change,
  whole: boolean,
  show: (text: string) => string,
  place: Place,
): string {
  if (change.subject === 'dialog' || change.subject === 'session') return '';
  const space = change.subject.indexOf(' ');
  if (change.label?.lane !== 'T') {
    return `${show(place.alone || space < 0 ? change.subject : change.subject.slice(0, space))}: `;
  }
  const comma = change.subject.indexOf(', ');
  const roles = comma < 0 ? change.subject.slice(space + 1) : 'both';
  return `${show(whole ? change.subject : roles)}: `;
}

/** A call's longest length and the like are no news: only what fires within the time of a transaction is. */
function shownTimers(change: Change, { verbosity }: NoteOptions): readonly RunningTimer[] {
  const lane = change.label?.lane;
  if (verbosity === 'full') return change.started;
  // When a registration is refreshed is for its end point to know.
  if (lane === undefined) return [];
  // Our own delay of the 100 is nobody's news.
  if (lane === 'T') return change.started.filter(({ name }) => name !== '100');
  return change.started.filter(({ due }) => due - change.at <= 64_000);
}

function timersText(timers: readonly RunningTimer[], now: number): string {
  return timers
    .map(({ name, due }) => `${name}=${seconds(due - now).replaceAll(' ', '')}`)
    .join(' ');
}
