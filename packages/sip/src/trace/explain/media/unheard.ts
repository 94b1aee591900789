// Which end hears nothing although the other was to send to it, and by what that is known.
import type { NoteDocument, StreamDocument } from '../../document/document.ts';
import type { CallFacts } from '../facts.ts';
import { addressKey } from '../../stream/place.ts';
import { isNeighbour, isPrivate } from './address.ts';
import { audioLines, packetsOf, toSend } from './line.ts';
import type { AudioLine, MediaEnd } from './line.ts';

/**
 * How it is known. `astray`: what is sent to it goes to another address than it sends from. `lost`: it goes to a private
 * address, from where nothing comes. `refused`: the network says that nobody is there. `counted`: its own counters.
 * `unseen`: only the other direction was captured.
 */
export type Cause = 'astray' | 'lost' | 'refused' | 'counted' | 'unseen';

/** One end that hears nothing. */
export interface Unheard {
  readonly audio: AudioLine;
  /** The end that hears nothing, and the one that it would hear. */
  readonly deaf: MediaEnd;
  readonly speaker: MediaEnd;
  readonly cause: Cause;
  /** True when the address it announced is private and means nothing where the other end is. */
  readonly hidden: boolean;
  /** What was sent to it, and what it sent. */
  readonly toward: readonly StreamDocument[];
  readonly own: readonly StreamDocument[];
  readonly refusals: readonly NoteDocument[];
}

/** Below this a call is too short to say that nothing was heard, in milliseconds. */
const enough = 1500;
/** So many packets make a stream that was meant to be heard. */
const enoughPackets = 20;
/** Packets on their way when a call begins or ends may find nobody there; milliseconds. */
const edge = 400;

/** The ends of all audio lines that hear nothing. Where both ends use ICE its own rule looks. */
export function unheardEnds(facts: CallFacts): readonly Unheard[] {
  return audioLines(facts)
    .filter(({ ice }) => !ice)
    .flatMap((audio) => {
      const [one, other] = audio.ends;
      const found = [
        ...(toSend(audio, 1) < enough ? [] : unheard(facts, audio, one, other)),
        ...(toSend(audio, 0) < enough ? [] : unheard(facts, audio, other, one)),
      ];
      // Where it is known that one end is not reached, that nothing of it is seen says no more.
      const known = found.filter(({ cause }) => cause !== 'unseen');
      return known.length > 0 ? known : found;
    });
}

function unheard(
  facts: CallFacts,
  audio: AudioLine,
  deaf: MediaEnd,
  speaker: MediaEnd,
): readonly Unheard[] {
  const [toward, own] = [speaker.sends, deaf.sends];
  const refusals = refusalsOf(facts, audio, deaf);
  // The other end counted what it sent, or has no media at all: its not being seen is no one-way audio.
  const elsewhere =
    (speaker.report?.sentPackets ?? 0) > 0 || allRefusals(facts, audio, speaker).length > 0;
  const refused = allRefusals(facts, audio, deaf).length > 0;
  const hidden = isHidden(deaf, speaker);
  const parts = { audio, deaf, speaker, hidden, toward, own, refusals };
  const cause = causeOf({ ...parts, elsewhere, refused });
  return cause === undefined ? [] : [{ ...parts, cause }];
}

function causeOf({
  deaf: { report },
  hidden,
  toward,
  own,
  refusals,
  elsewhere,
  refused,
}: Omit<Unheard, 'cause'> & {
  readonly elsewhere: boolean;
  readonly refused: boolean;
}): Cause | undefined {
  // A program without media sends nothing and listens nowhere: nobody there could hear or be heard.
  if (own.length === 0 && refused && !hidden) return undefined;
  // What it counted itself, and what it reported of the stream, prove that it hears.
  if (report !== undefined && report.receivedPackets > 0) return undefined;
  if (toward.some((stream) => stream.report !== undefined)) return undefined;
  if (report !== undefined && report.sentPackets >= enoughPackets) return 'counted';
  if (refusals.length > 0) return 'refused';
  const [sent, received] = [packetsOf(own), packetsOf(toward)];
  if (sent >= enoughPackets && received >= enoughPackets)
    return isAstray(toward, own) ? 'astray' : undefined;
  if (hidden && sent === 0 && received >= enoughPackets) return 'lost';
  return sent >= enoughPackets && received === 0 && !elsewhere ? 'unseen' : undefined;
}

// RFC 4961 §4: who sends takes media at the same address and port.
function isAstray(toward: readonly StreamDocument[], own: readonly StreamDocument[]): boolean {
  const from = new Set(lately(own).map(({ source }) => addressKey(source)));
  return !lately(toward).some(({ destination }) => from.has(addressKey(destination)));
}

/** Those that went on to the end: a NAT may take another port in the middle of a call, and what came from the old one says no more. */
function lately(streams: readonly StreamDocument[]): readonly StreamDocument[] {
  const end = Math.max(...streams.map(({ endedAt }) => endedAt));
  return streams.filter(({ endedAt }) => endedAt > end - enough);
}

function isHidden(deaf: MediaEnd, speaker: MediaEnd): boolean {
  const host = deaf.wants?.host;
  if (host === undefined || !isPrivate(host)) return false;
  const near = speaker.wants?.host;
  return near === undefined || !isPrivate(near) || !isNeighbour(host, near);
}

// Those in the middle of the call. Who has stopped to send has hung up, and its BYE may be late.
function refusalsOf(facts: CallFacts, audio: AudioLine, end: MediaEnd): readonly NoteDocument[] {
  const { from } = audio;
  const ends = end.sends.map(({ endedAt }) => endedAt);
  const to =
    packetsOf(end.sends) >= enoughPackets ? Math.min(audio.to, Math.max(...ends)) : audio.to;
  return allRefusals(facts, audio, end).filter(({ at }) => at > from + edge && at < to - edge);
}

function allRefusals(
  { document }: CallFacts,
  { session }: AudioLine,
  { wants }: MediaEnd,
): readonly NoteDocument[] {
  return document.notes.filter(
    ({ topic, event, destination, ...note }) =>
      topic === 'network' &&
      event === 'unreachable' &&
      (note.session === undefined || note.session === session.number) &&
      destination !== undefined &&
      wants !== undefined &&
      addressKey(destination) === addressKey(wants),
  );
}
