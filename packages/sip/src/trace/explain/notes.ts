// The right part of a ladder: labels, states, timers and SDP beside each arrow.
import type { RunningTimer } from '../../base/machine.ts';
import { labelText } from '../correlate/labelled.ts';
import type {
  Change,
  Label,
  MediaRow,
  MessageRow,
  NoteRow,
  SdpNote,
  StepRow,
} from '../correlate/labelled.ts';
import { redactMessage } from '../capture/redact.ts';
import { cells, cut, fill, harmless, wrap } from './show.ts';
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

/** Timers that end a transaction after its work is done (RFC 3261 §17, RFC 6026): nothing to see. */
const lingering = /^(?:Timer [DIJKLM] fires|transaction ended)$/;

/** Cells of a label with the space after it. */
const indent = 4;

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
        [],
        'dim',
        options,
      ),
    );
  }
  const isSession = (change: Change): boolean => change.label?.lane === 'S';
  lines.push(
    ...changeNotes(
      row,
      changes.filter((change) => !isSession(change)),
      options,
    ),
  );
  if (row.sdp !== undefined && row.resend === 0) {
    const session = row.labels.find(({ lane }) => lane === 'S');
    lines.push(...note(session, sdpText(row.sdp, options.glyphs), [], 'plain', options));
  }
  return [...lines, ...changeNotes(row, changes.filter(isSession), options)];
}

/** The note of a message that was told as lost and came after all. */
export function lateNotes(row: MessageRow, options: NoteOptions): readonly Line[] {
  if (row.sentAt === undefined || row.receivedAt === undefined) return [];
  return note(
    undefined,
    `received after ${seconds(row.receivedAt - row.sentAt)}`,
    [],
    'dim',
    options,
  );
}

/** Notes for changes alone, when their message was printed before. */
export function changeNotes(
  row: MessageRow,
  changes: readonly Change[],
  options: NoteOptions,
): readonly Line[] {
  if (options.verbosity === 'brief') return [];
  const told = joined(changes.filter((change) => isTold(change, row, options)));
  const both = row.sentAt !== undefined && row.receivedAt !== undefined;
  const laneOrder = (change: Change): number => 'TDS'.indexOf(change.label?.lane ?? 'S');
  return told
    .toSorted((one, other) => laneOrder(one) - laneOrder(other))
    .flatMap((change) => changeLines(change, { alone: false, both }, options));
}

/** Notes of a change without a message; empty when it is not worth a line. */
export function stepNotes(row: StepRow, options: NoteOptions): readonly Line[] {
  const change: Told = { ...row.change, through: [] };
  const place = { alone: true, both: false };
  if (options.verbosity === 'full') return changeLines(change, place, options);
  const quiet = lingering.test(change.event) || (change.before === change.after && !change.stray);
  if (quiet || change.subject === 'offer/answer' || options.verbosity === 'brief') return [];
  return changeLines(change, place, options);
}

/** The note of a media line. */
export function mediaNotes(row: MediaRow, options: NoteOptions): readonly Line[] {
  const texts: { readonly [S in MediaRow['state']]: string } = {
    early: 'early media',
    active: 'active',
    held: `held${holder(row, options.glyphs)}`,
    resumed: 'resumed',
    ended: `ended${row.lasted === undefined ? '' : ` after ${seconds(row.lasted)}`}`,
  };
  return note(row.label, texts[row.state], [], 'plain', options);
}

/** The note of something that is no arrow; empty when it is not worth a line. */
export function otherNotes(row: NoteRow, options: NoteOptions): readonly Line[] {
  const { glyphs, verbosity } = options;
  const loud = row.topic === 'dropped' || (row.topic === 'flow' && row.text.includes(' failed'));
  if (verbosity !== 'full' && !loud) return [];
  const text = row.topic === 'dropped' ? `dropped: ${row.text}` : row.text;
  return note(row.label, harmless(text, glyphs.unicode), [], loud ? 'failure' : 'dim', options);
}

/** `1.5 s`, `181 s`, `54 min`, `5 min 20 s`. */
export function seconds(milliseconds: number): string {
  const whole = Math.round(milliseconds);
  if (whole < 300_000) return `${Number((whole / 1000).toFixed(3))} s`;
  const minutes = Math.floor(whole / 60_000);
  const rest = Math.floor((whole - minutes * 60_000) / 1000);
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** A codec line of media: `RTP PCMU 20 ms`. */
export function mediaLabel(row: MediaRow, index: number): string {
  const stream = row.streams[index];
  if (row.state === 'ended') return 'RTP ends';
  if (stream === undefined || (!stream.forth && !stream.back)) return 'no media';
  const codec = stream.codec === undefined ? stream.media : stream.codec;
  const audio = stream.media === 'audio' ? ` ${stream.ptime ?? 20} ms` : '';
  return `RTP ${codec}${audio}`;
}

function headLines(row: MessageRow, options: NoteOptions): readonly Line[] {
  const { glyphs, width } = options;
  const chips = lanes(row.labels);
  const room = width - chips.reduce((sum, { text }) => sum + cells(text), 0);
  const cseq = row.cseq === undefined ? '' : `${row.cseq} ${row.method}`;
  const shown = cut(harmless(cseq, glyphs.unicode), room, glyphs.more);
  const head = [...chips, piece(shown, 'dim')];
  const extras: string[] = [];
  if (row.resend > 0) extras.push(resendText(row, glyphs));
  if (isLost(row)) extras.push('lost');
  if (extras.length === 0) return [head];
  const extra = piece(extras.join(', '), isLost(row) ? 'failure' : 'provisional');
  if (cells(shown) + 2 + cells(extra.text) <= room) return [[...head, piece('  '), extra]];
  return [head, [piece(' '.repeat(indent)), extra]];
}

/** Labels in three fixed lanes, so that a dialog's D is always below its D. */
function lanes(labels: readonly Label[]): Line {
  return (['T', 'D', 'S'] as const).flatMap((lane) => {
    const label = labels.find((other) => other.lane === lane);
    const text = label === undefined ? '' : labelText(label);
    return [piece(text, lane), piece(' '.repeat(Math.max(1, 4 - text.length)))];
  });
}

/** Whether the sender and the receiver are both observed, and only the sender saw it. */
export function isLost(row: MessageRow): boolean {
  return row.sentAt !== undefined && row.receivedAt === undefined && row.to.observed;
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

function isTold(change: Change, row: MessageRow, { verbosity }: NoteOptions): boolean {
  if (verbosity === 'full') return true;
  if (change.subject === 'offer/answer') return false;
  if (change.subject === 'session' && change.source === 'inferred' && change.after === 'offered')
    return false;
  if (change.stray) return row.resend === 0;
  return change.before !== change.after;
}

/** A change as it is told: several steps of one machine in a row make one path. */
interface Told extends Change {
  readonly through: readonly string[];
}

/** Equal steps of both ends as one, and steps that follow each other as one path. */
function joined(changes: readonly Change[]): readonly Told[] {
  const merged: Told[] = [];
  for (const change of changes) {
    const before = merged.findIndex((other) => isContinued(other, change));
    const start = merged[before];
    if (start !== undefined) {
      merged[before] = {
        ...change,
        before: start.before,
        through: [...start.through, start.after],
      };
      continue;
    }
    const index = merged.findIndex((other) => isSame(other, change));
    const other = merged[index];
    if (other === undefined) {
      merged.push({ ...change, through: [] });
      continue;
    }
    const subject =
      other.subject === change.subject
        ? other.subject
        : `${other.subject}, ${roleOf(change.subject)}`;
    merged[index] = { ...other, subject, endpoints: [...other.endpoints, ...change.endpoints] };
  }
  return merged;
}

function isSame(one: Change, other: Change): boolean {
  return (
    one.label?.lane === other.label?.lane &&
    one.label?.number === other.label?.number &&
    one.before?.toLowerCase() === other.before?.toLowerCase() &&
    one.after.toLowerCase() === other.after.toLowerCase() &&
    one.stray === other.stray &&
    (one.label?.lane !== 'T' ||
      timersText(one.started, one.at) === timersText(other.started, other.at)) &&
    isPair(one.subject, other.subject) &&
    one.endpoints[0] !== other.endpoints[0]
  );
}

function isContinued(one: Change, other: Change): boolean {
  return (
    one.label?.lane === other.label?.lane &&
    one.subject === other.subject &&
    one.before !== undefined &&
    one.after === other.before &&
    !one.stray &&
    !other.stray &&
    one.endpoints.length === 1 &&
    one.endpoints[0] === other.endpoints[0]
  );
}

function isPair(one: string, other: string): boolean {
  return one === other || (isTransaction(one) && isTransaction(other));
}

function isTransaction(subject: string): boolean {
  return subject.endsWith(' client') || subject.endsWith(' server');
}

function roleOf(subject: string): string {
  return subject.slice(subject.lastIndexOf(' ') + 1);
}

/** Where a change stands: alone on a line of its own, or at a message seen at both ends. */
interface Place {
  readonly alone: boolean;
  readonly both: boolean;
}

function changeLines(change: Told, place: Place, options: NoteOptions): readonly Line[] {
  const { glyphs, width } = options;
  const show = (text: string): string => harmless(text, glyphs.unicode);
  const lower = change.label?.lane !== 'T';
  const name = (state: string): string => show(lower ? state.toLowerCase() : state);
  if (change.stray) {
    return note(
      change.label,
      `${subjectText(change, width >= 60, show, place)}stray ${show(change.event)} in ${name(change.after)}`,
      [],
      'dim',
      options,
    );
  }
  const path =
    change.before === undefined || change.before === change.after
      ? name(change.after)
      : [change.before, ...change.through, change.after].map(name).join(` ${glyphs.becomes} `);
  const detail = change.detail === undefined ? '' : ` (${show(change.detail)})`;
  const why = place.alone || options.verbosity === 'full' ? show(change.event) : '';
  const whose =
    place.both && lower && change.label !== undefined && change.endpoints.length === 1
      ? show(change.endpoints.join())
      : '';
  const timers = timersText(shownTimers(change, options), change.at);
  const extra = [why, whose, timers].filter((text) => text !== '');
  const long = [`${subjectText(change, true, show, place)}${path}${detail}`, ...extra].join('  ');
  const subject = subjectText(change, cells(long) <= width - indent, show, place);
  return note(change.label, `${subject}${path}${detail}`, extra, 'plain', options);
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
  return `${show(whole ? change.subject : change.subject.slice(space + 1))}: `;
}

/** A call's longest length and the like are no news: only what fires within the time of a transaction is. */
function shownTimers(change: Change, { verbosity }: NoteOptions): readonly RunningTimer[] {
  const lane = change.label?.lane;
  if (verbosity === 'full' || lane === 'T' || lane === undefined) return change.started;
  return change.started.filter(({ due }) => due - change.at <= 64_000);
}

function timersText(timers: readonly RunningTimer[], now: number): string {
  return timers
    .map(({ name, due }) => `${name}=${seconds(due - now).replaceAll(' ', '')}`)
    .join(' ');
}

function sdpText(sdp: SdpNote, glyphs: Glyphs): string {
  const lines = sdp.lines.map((line) => {
    const name = sdp.lines.length === 1 && line.media === 'audio' ? '' : `${line.media} `;
    if (line.port === 0) return `${name}refused`;
    return `${name}${[...line.codecs.slice(0, 4), line.direction].join(' ')}`;
  });
  return `${sdp.role} ${harmless(lines.join('; '), glyphs.unicode)}`;
}

function holder(row: MediaRow, glyphs: Glyphs): string {
  const forth = row.streams.some((stream) => stream.forth);
  const back = row.streams.some((stream) => stream.back);
  if (forth === back) return '';
  // The one who still sends is the one who holds (RFC 3264 §8.4).
  const party = forth ? row.from : row.to;
  return ` by ${harmless(party.name ?? party.address, glyphs.unicode)}`;
}

/** A label, its text, and additions that go to a line of their own when there is no room. */
function note(
  label: Label | undefined,
  text: string,
  extra: readonly string[],
  tone: Tone,
  { glyphs, width }: NoteOptions,
): readonly Line[] {
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
  return lines;
}

function isTimer(event: string): boolean {
  return event.startsWith('Timer ');
}
