// The audio between two parties seen from both ends: who may send when, what was seen of it, and what the ends counted.
import type { ObservedAddress } from '../../../base/tap.ts';
import type {
  LineDocument,
  NegotiatedLine,
  NegotiationDocument,
  ReportDocument,
  SessionDocument,
  StreamDocument,
} from '../../document/document.ts';
import type { CallFacts } from '../facts.ts';
import type { SeenMessage } from '../seen-message.ts';
import { addressKey } from '../../stream/place.ts';
import { isNoPlace } from './address.ts';

/** One end of a line. */
export interface MediaEnd {
  readonly party: number;
  readonly name: string;
  /** Where it wants its media, as of its last description; undefined where that is nowhere. */
  readonly wants: ObservedAddress | undefined;
  readonly line: LineDocument | undefined;
  /** The message with its last description. */
  readonly said: SeenMessage | undefined;
  /** Streams that it sends to the other end. */
  readonly sends: readonly StreamDocument[];
  /** The last counters that it told of this line. */
  readonly report: ReportDocument | undefined;
}

/** A while in which the same was agreed; times in milliseconds since 1970. */
export interface Agreed {
  readonly from: number;
  readonly to: number;
  /** Which of the two ends may send: the first, the second. */
  readonly sends: readonly [boolean, boolean];
  readonly negotiation: NegotiationDocument;
  readonly line: NegotiatedLine;
}

/** An audio line of an answered session, between two parties that agreed on it: the one who offered first comes first. */
export interface AudioLine {
  readonly session: SessionDocument;
  readonly index: number;
  readonly ends: readonly [MediaEnd, MediaEnd];
  /** When the call was answered, and when it ended or was last heard of. */
  readonly from: number;
  readonly to: number;
  /** The response that answered it, and its BYE or else the last message. */
  readonly answer: SeenMessage;
  readonly last: SeenMessage;
  readonly agreed: readonly Agreed[];
  /** True when both ends use ICE. */
  readonly ice: boolean;
}

/**
 * The audio lines of the answered sessions of a call. Where a relay stands between two parties each of its sides is one;
 * where a server between two legs leaves the descriptions as they are, both legs are one.
 */
export function audioLines(facts: CallFacts): readonly AudioLine[] {
  const known = linesOfCalls.get(facts) ?? findLines(facts);
  linesOfCalls.set(facts, known);
  return known;
}

/** Found once for all rules that ask. */
const linesOfCalls = new WeakMap<CallFacts, readonly AudioLine[]>();

function findLines(facts: CallFacts): readonly AudioLine[] {
  const known = new Set<string>();
  return everyLine(facts).filter(({ ends }) => {
    const [one, other] = ends.map(({ wants }) => (wants === undefined ? '' : addressKey(wants)));
    if (one === undefined || other === undefined || one === '' || other === '') return true;
    const key = [one, other].toSorted().join(' ');
    const isNew = !known.has(key);
    known.add(key);
    return isNew;
  });
}

function everyLine(facts: CallFacts): readonly AudioLine[] {
  return facts.document.sessions.flatMap((session) => {
    const pairs = new Map<string, NegotiationDocument[]>();
    for (const negotiation of facts.negotiationsOf(session.number)) {
      const { offerer, answerer, answer } = negotiation;
      if (answer === undefined || offerer === answerer) continue;
      const key = [offerer, answerer].toSorted((a, b) => a - b).join(' ');
      pairs.set(key, [...(pairs.get(key) ?? []), negotiation]);
    }
    return [...pairs.values()].flatMap((negotiations) => linesOf(facts, session, negotiations));
  });
}

function linesOf(
  facts: CallFacts,
  session: SessionDocument,
  negotiations: readonly NegotiationDocument[],
): readonly AudioLine[] {
  const dialog = facts.dialog(session.dialog);
  const [first] = negotiations;
  const answer = dialog?.messages.find(
    ({ method, status = 0 }) => method === 'INVITE' && status >= 200 && status < 300,
  );
  if (first === undefined || dialog === undefined || answer === undefined) return [];
  const bye = dialog.messages.find(({ method }) => method === 'BYE');
  const last = bye ?? dialog.messages.at(-1) ?? answer;
  const to = bye?.at ?? Math.max(facts.endedAt, answer.at);
  return first.lines
    .filter(({ media }) => media === 'audio')
    .map(({ index }): AudioLine => {
      const endAt = (ends: readonly [number, number]): MediaEnd =>
        begunBefore(to, endOf(facts, session, index, ends, negotiations));
      const one = endAt([first.offerer, first.answerer]);
      const other = endAt([first.answerer, first.offerer]);
      const agreed = agreedOf(facts, index, negotiations, { from: answer.at, to });
      const ice = one.line?.iceUfrag !== undefined && other.line?.iceUfrag !== undefined;
      return { session, index, ends: [one, other], from: answer.at, to, answer, last, agreed, ice };
    });
}

// What begins after the BYE is of another call that has the same ports.
function begunBefore(to: number, end: MediaEnd): MediaEnd {
  return { ...end, sends: end.sends.filter(({ startedAt }) => startedAt <= to) };
}

function endOf(
  facts: CallFacts,
  session: SessionDocument,
  index: number,
  [party, peer]: readonly [number, number],
  negotiations: readonly NegotiationDocument[],
): MediaEnd {
  const latest = negotiations.findLast(({ lines }) => lines[index] !== undefined);
  const offers = latest?.offerer === party;
  const row = latest?.lines[index];
  const line = offers ? row?.offered : row?.answered;
  const wants = placeOf(line);
  const peerWants = placeOf(offers ? row?.answered : row?.offered);
  const isOurs = (each: { session: number | undefined; line: number | undefined }): boolean =>
    each.session === session.number && each.line === index;
  return {
    ...{ party, name: facts.name(party), line },
    said: facts.message(offers ? latest.offer : latest?.answer),
    wants,
    // Where a server in between leaves the descriptions as they are, the streams are those of another leg too.
    sends: facts.document.streams.filter(
      (stream) =>
        (isOurs(stream) && stream.sender === party && stream.receiver === peer) ||
        (isAt(stream.source, wants) && isAt(stream.destination, peerWants)),
    ),
    report: facts.document.reports.findLast((report) => report.party === party && isOurs(report)),
  };
}

function placeOf(line: LineDocument | undefined): ObservedAddress | undefined {
  return line?.address === undefined || line.port === 0 || isNoPlace(line.address)
    ? undefined
    : { host: line.address, port: line.port };
}

function isAt(seen: ObservedAddress, wanted: ObservedAddress | undefined): boolean {
  return wanted !== undefined && addressKey(seen) === addressKey(wanted);
}

// What was agreed early holds from the answer of the call on; then each negotiation until the next.
function agreedOf(
  facts: CallFacts,
  index: number,
  negotiations: readonly NegotiationDocument[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly Agreed[] {
  const firstOfferer = negotiations[0]?.offerer;
  const whiles: Agreed[] = [];
  for (const [at, negotiation] of negotiations.entries()) {
    const line = negotiation.lines[index];
    const start = Math.max(from, facts.message(negotiation.answer)?.at ?? from);
    const next = negotiations[at + 1];
    const end = Math.min(to, facts.message(next?.answer)?.at ?? to);
    if (line?.answered === undefined || end <= start) continue;
    const { offered, answered } = line;
    // A line that turns into another medium, such as fax, is no audio any more.
    const isOpen = line.media === 'audio' && offered.port !== 0 && answered.port !== 0;
    const offererSends = isOpen && maySend(offered) && mayReceive(answered);
    const answererSends = isOpen && maySend(answered) && mayReceive(offered);
    const turned = negotiation.offerer !== firstOfferer;
    const sends = turned
      ? ([answererSends, offererSends] as const)
      : ([offererSends, answererSends] as const);
    whiles.push({ from: start, to: end, sends, negotiation, line });
  }
  return whiles;
}

function maySend({ direction }: LineDocument): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

/** RFC 3264 §8.4: the address 0.0.0.0 is how RFC 2543 put a peer on hold; with ICE it says nothing of the kind. */
export function isNullHold({ address, iceUfrag, encryption }: LineDocument): boolean {
  return address === '0.0.0.0' && iceUfrag === undefined && encryption !== 'DTLS';
}

function mayReceive(line: LineDocument): boolean {
  return !isNullHold(line) && (line.direction === 'sendrecv' || line.direction === 'recvonly');
}

/** How long an end was to send, in milliseconds: 0 is the first end. */
export function toSend(audio: AudioLine, end: 0 | 1): number {
  return audio.agreed
    .filter(({ sends }) => sends[end])
    .reduce((sum, { from, to }) => sum + to - from, 0);
}

/** All packets of streams. */
export function packetsOf(streams: readonly StreamDocument[]): number {
  return streams.reduce((sum, { packets }) => sum + packets, 0);
}

/** Frames that prove a stream: its first and its last packet. */
export function framesOf(
  streams: readonly StreamDocument[],
): readonly { readonly frame: number }[] {
  return streams.flatMap(({ firstFrame, lastFrame }) => [
    { frame: firstFrame },
    { frame: lastFrame },
  ]);
}
