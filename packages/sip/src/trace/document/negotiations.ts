// Offers beside their answers, as tables with a row for each media line (RFC 3264, RFC 6337).
import type { MediaDescription, SessionDescription } from '../../sdp/description.ts';
import { sharesPort } from '../../sdp/match.ts';
import { cryptosOf } from '../../sdp/security.ts';
import type { Label } from '../correlate/labelled.ts';
import type { LineDocument, NegotiatedLine, NegotiationDocument } from './document.ts';
import type { Heard } from './heard.ts';
import type { LaneNumbers } from './lane-numbers.ts';
import type { PartyList } from './party-list.ts';

/** How many media lines of one description are told. */
const mostLines = 16;

interface Open {
  readonly offer: Heard;
  readonly session: Label | undefined;
  readonly before: readonly LineDocument[];
  answer: Heard | undefined;
  refusal: Heard | undefined;
}

/** The negotiations of a document, in the order of their offers. */
export function negotiationsOf(
  messages: readonly Heard[],
  lanes: LaneNumbers,
  parties: PartyList,
): readonly NegotiationDocument[] {
  const all: Open[] = [];
  const agreed = new Map<string, readonly LineDocument[]>();
  for (const heard of messages) {
    const { row } = heard;
    if (row.resend > 0) continue;
    if (row.sdp?.role === 'offer' && !row.sdp.again) {
      const session = laneOf(heard, 'S');
      const before = agreed.get(`${keyOf(session, heard)} ${row.from.current.id}`) ?? [];
      all.push({ offer: heard, session, before, answer: undefined, refusal: undefined });
      agreed.set(`${keyOf(session, heard)} ${row.from.current.id}`, linesOf(heard.description));
    } else if (row.sdp?.role === 'answer' && !row.sdp.again) {
      takeAnswer(all, heard);
      const key = `${keyOf(laneOf(heard, 'S'), heard)} ${row.from.current.id}`;
      agreed.set(key, linesOf(heard.description));
    } else if (row.status !== undefined && row.status >= 300) {
      const refused = all.findLast(
        (one) =>
          one.answer === undefined &&
          one.refusal === undefined &&
          sameTransaction(one.offer, heard),
      );
      if (refused !== undefined) refused.refusal = heard;
    }
  }
  return all.map((one) => documentOf(one, lanes, parties));
}

/** Gives the answer to its offer; an offer that several forks answer has one negotiation for each. */
function takeAnswer(all: Open[], heard: Heard): void {
  const session = laneOf(heard, 'S');
  const fits = (one: Open): boolean =>
    one.offer.leg === heard.leg &&
    (sameTransaction(one.offer, heard) || (session !== undefined && one.session === session));
  const open = all.findLast((one) => fits(one) && one.answer === undefined);
  if (open !== undefined) {
    open.answer = heard;
    return;
  }
  const other = all.findLast((one) => fits(one) && one.session !== session && one.answer !== heard);
  if (other === undefined) return;
  all.push({ ...other, session, answer: heard });
}

function documentOf(one: Open, lanes: LaneNumbers, parties: PartyList): NegotiationDocument {
  const { offer, answer, refusal } = one;
  const session = (answer === undefined ? undefined : laneOf(answer, 'S')) ?? one.session;
  return {
    session: session === undefined ? undefined : lanes.of(session),
    leg: offer.leg,
    offer: offer.number,
    answer: answer?.number,
    refusal: refusal?.number,
    offerer: parties.id(offer.row.from),
    answerer: parties.id(answer?.row.from ?? refusal?.row.from ?? offer.row.to),
    lines: tableOf(linesOf(offer.description), linesOf(answer?.description), one.before),
  };
}

function tableOf(
  offered: readonly LineDocument[],
  answered: readonly LineDocument[],
  before: readonly LineDocument[],
): readonly NegotiatedLine[] {
  return offered.map((line, index) => ({
    index,
    media: line.media,
    offered: line,
    answered: answered[index],
    changed: changesOf(before[index], line),
  }));
}

/** Names of what differs between two descriptions of a line by the same side. */
function changesOf(before: LineDocument | undefined, after: LineDocument): readonly string[] {
  if (before === undefined) return [];
  const names = [
    'direction',
    'address',
    'port',
    'protocol',
    'codecs',
    'ptime',
    'setup',
    'fingerprint',
    'iceUfrag',
  ] as const;
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** The media lines of a description. */
export function linesOf(description: SessionDescription | undefined): readonly LineDocument[] {
  if (description === undefined) return [];
  return description.media.slice(0, mostLines).map((line) => lineOf(line, description));
}

function lineOf(line: MediaDescription, description: SessionDescription): LineDocument {
  const isDtls = line.protocol.toUpperCase().includes('TLS');
  return {
    media: line.media,
    port: line.port,
    protocol: line.protocol,
    address: line.connection?.address,
    direction: line.direction,
    codecs: line.rtpFormats().map(({ payloadType, name, clockRate, channels, fmtp }) => ({
      payloadType,
      name,
      clockRate,
      channels,
      format: fmtp,
    })),
    ptime: line.ptime,
    rtcpMux: sharesPort(line),
    encryption: isDtls ? 'DTLS' : cryptosOf(line).length > 0 ? 'SDES' : undefined,
    setup: line.attribute('setup') ?? description.attribute('setup'),
    fingerprint: line.attribute('fingerprint') ?? description.attribute('fingerprint'),
    iceUfrag: line.attribute('ice-ufrag') ?? description.attribute('ice-ufrag'),
    candidates: line.attributes
      .filter(({ name }) => name === 'candidate')
      .map(({ value }) => value ?? '')
      .slice(0, 30),
    sources: sourcesIn(line),
  };
}

/** RFC 5576 §4.1: the numbers of a=ssrc, each once. */
function sourcesIn(line: MediaDescription): readonly number[] {
  const numbers = line.attributes
    .filter(({ name }) => name === 'ssrc')
    .map(({ value }) => Number.parseInt(value ?? '', 10))
    .filter((number) => Number.isInteger(number) && number >= 0);
  return [...new Set(numbers)].slice(0, 16);
}

function laneOf({ row }: Heard, lane: Label['lane']): Label | undefined {
  return row.labels.find((label) => label.lane === lane);
}

function sameTransaction(one: Heard, other: Heard): boolean {
  const label = laneOf(one, 'T');
  return label !== undefined && label === laneOf(other, 'T');
}

function keyOf(session: Label | undefined, heard: Heard): string {
  return `${heard.leg} ${session?.number ?? ''}`;
}
