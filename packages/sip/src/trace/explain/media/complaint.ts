// What people would complain about in one direction of the audio: loss, unevenness, pauses, a late beginning, an early end, silence.
import type { GapDocument, StreamDocument } from '../../document/document.ts';
import { time } from '../say.ts';
import type { AudioLine } from './line.ts';

/** From which share of lost packets on people complain. */
export const muchLost: number = 0.05;
/** Mean jitter in milliseconds, and share of packets that come too late for a usual jitter buffer. */
export const muchJitter: number = 30;
const muchLate = 0.05;
/** A pause that is heard as a cut, and a beginning or an end that is missed; milliseconds. */
const longPause = 1000;
const lateStart = 2500;
const earlyEnd = 3000;
/** From which share of silent packets on a stream holds nothing, and for how long, while somebody speaks to it. */
const allSilent = 0.99;
const silentFor = 2500;
/** The payload type of comfort noise (RFC 3389 §4). */
const comfortNoise = 13;
/** Fewer packets tell nothing. */
const enoughPackets = 50;
/** What is wrong with one direction. */
export interface Complaint {
  readonly what:
    | 'lost'
    | 'uneven'
    | 'late'
    | 'interrupted'
    | 'begun late'
    | 'ended early'
    | 'silent';
  /** `12.3 % of its packets are lost`. */
  readonly text: string;
  readonly proofs: readonly { readonly frame: number }[];
  readonly weight: number;
}

/** What is wrong with the streams of one direction; `end` is the end that sends them. */
export function complaintsOf(
  all: readonly StreamDocument[],
  audio: AudioLine,
  end: 0 | 1,
): readonly Complaint[] {
  const streams = all.filter(({ packets }) => packets >= enoughPackets);
  const about = streams.flatMap((stream) => complaintsAbout(stream, audio, end));
  return streams.length === 0 ? [] : [...about, ...timesOf(all, audio, end)];
}

function complaintsAbout(
  stream: StreamDocument,
  audio: AudioLine,
  end: 0 | 1,
): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const ends = [{ frame: stream.firstFrame }, { frame: stream.lastFrame }];
  const pauses = stream.gaps.filter(
    (gap) => gap.milliseconds >= longPause && isMeant(gap, audio, end),
  );
  const loss = lossIn(stream, audio, end);
  if (loss >= muchLost)
    complaints.push({
      what: 'lost',
      text: `${percent(loss)} of its packets are lost`,
      proofs: [...stream.gaps.filter(({ lost }) => lost > 0).slice(0, 8), ...ends],
      weight: 62,
    });
  const late = stream.late / Math.max(1, stream.packets);
  if (late >= muchLate)
    complaints.push({
      what: 'late',
      text: `${percent(late)} of them come more than 100 ms late`,
      proofs: ends,
      weight: 61,
    });
  if (stream.meanJitter >= muchJitter)
    complaints.push({
      what: 'uneven',
      text: `the jitter is ${time(stream.meanJitter)} on average and ${time(stream.maxJitter)} at most`,
      proofs: ends,
      weight: 60,
    });
  const longest = Math.max(...pauses.map(({ milliseconds }) => milliseconds));
  if (pauses.length > 0)
    complaints.push({
      what: 'interrupted',
      text: `it pauses ${pauses.length === 1 ? 'once' : `${pauses.length} times`}, for ${time(longest)}${pauses.length === 1 ? '' : ' at most'}`,
      proofs: pauses.slice(0, 8),
      weight: 62,
    });
  const lasts = stream.endedAt - stream.startedAt;
  const answered = audio.ends[1 - end]?.sends.some(hasSound) === true;
  if ((stream.silence ?? 0) >= allSilent && lasts >= silentFor && answered)
    complaints.push({
      what: 'silent',
      text: `it holds nothing but silence for ${time(lasts)}`,
      proofs: ends,
      weight: 58,
    });
  return complaints;
}

// When all streams of a direction began and ended against when it was to send.
function timesOf(
  streams: readonly StreamDocument[],
  audio: AudioLine,
  end: 0 | 1,
): readonly Complaint[] {
  const [first] = audio.agreed.filter(({ sends }) => sends[end]);
  const last = audio.agreed.at(-1);
  if (first === undefined || last === undefined) return [];
  const begun = Math.min(...streams.map(({ startedAt }) => startedAt));
  const ended = Math.max(...streams.map(({ endedAt }) => endedAt));
  const complaints: Complaint[] = [];
  const waited = begun - first.from;
  // RFC 3551 §4.1: who sends nothing while nobody speaks need not begin with the call, nor end with it.
  if (streams.some((stream) => isSparing(stream, audio, end))) return [];
  if (waited >= lateStart)
    complaints.push({
      what: 'begun late',
      text: `it begins ${time(waited)} after the answer`,
      proofs: [audio.answer, ...streams.map(({ firstFrame }) => ({ frame: firstFrame }))],
      weight: 57,
    });
  const missing = last.to - ended;
  if (last.sends[end] && missing >= earlyEnd && ended > last.from)
    complaints.push({
      what: 'ended early',
      text: `it ends ${time(missing)} before the call does`,
      proofs: [...streams.map(({ lastFrame }) => ({ frame: lastFrame })), audio.last],
      weight: 63,
    });
  return complaints;
}

/** Whether a stream paused by announcement, by a marker bit or by comfort noise, while it was to be sent: as nobody spoke. */
function isSparing(stream: StreamDocument, audio: AudioLine, end: 0 | 1): boolean {
  const { series, gaps, payloadTypes } = stream;
  if (payloadTypes.includes(comfortNoise)) return true;
  const steps = series.map(({ at }, index) => at - (series[index - 1]?.at ?? at));
  const step = Math.min(...steps.filter((each) => each > 0));
  // In a whole second that has no sample nothing came.
  return steps.some((each, index) => {
    const milliseconds = each - step;
    const at = (series[index]?.at ?? 0) - milliseconds;
    if (milliseconds < step) return false;
    const isGap = gaps.some((gap) => gap.at < at + milliseconds && gap.at + gap.milliseconds > at);
    const pause = { at, milliseconds, frame: stream.firstFrame, lost: 0 };
    return !isGap && isMeant(pause, audio, end);
  });
}

/** Whether the sender was to send in all of a pause: a hold is no gap. */
function isMeant(
  { at, milliseconds }: GapDocument,
  { agreed, from, to }: AudioLine,
  end: 0 | 1,
): boolean {
  const until = at + milliseconds;
  if (at < from || until > to + 500) return false;
  return agreed
    .filter((each) => each.from < until && each.to > at)
    .every(({ sends }) => sends[end]);
}

/** Share of a stream's packets that never came, but for long pauses, and for holds, through which a relay may count on. */
export function lossIn(stream: StreamDocument, audio: AudioLine, end: 0 | 1): number {
  const { lost, duplicated, expected, gaps } = stream;
  const paused = gaps
    .filter((gap) => gap.milliseconds >= longPause || !isMeant(gap, audio, end))
    .reduce((sum, gap) => sum + gap.lost, 0);
  // Those that came twice fill no hole.
  return expected <= paused ? 0 : Math.max(0, lost + duplicated - paused) / (expected - paused);
}

/** `12 %`, or `1.2 %` where it is little. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function hasSound({ silence, packets }: StreamDocument): boolean {
  return packets >= enoughPackets && (silence === undefined || silence < allSilent);
}
