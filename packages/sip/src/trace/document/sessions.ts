// The sessions of a document: for each media line what was agreed, from when to when, and where the media is wanted.
import type { Change, Label, MediaRow } from '../correlate/labelled.ts';
import { isCompanion } from '../../sdp/payload.ts';
import { machinesOf } from './changes.ts';
import type {
  CodecDocument,
  DialogDocument,
  LineDocument,
  MediaLineDocument,
  MediaSpan,
  NegotiatedLine,
  NegotiationDocument,
  SessionDocument,
  StateSpan,
} from './document.ts';
import type { Heard } from './heard.ts';
import type { LaneNumbers } from './lane-numbers.ts';
import type { PartyList } from './party-list.ts';

/** What sessions are made of. */
export interface SessionParts {
  readonly messages: readonly Heard[];
  readonly media: readonly MediaRow[];
  readonly changes: readonly Change[];
  readonly negotiations: readonly NegotiationDocument[];
  readonly dialogs: readonly DialogDocument[];
  readonly lanes: LaneNumbers;
  readonly parties: PartyList;
}

/** The sessions in the order of their numbers. */
export function sessionsOf(parts: SessionParts): readonly SessionDocument[] {
  const { lanes, messages, changes, parties } = parts;
  return lanes.items('S').map((item) => {
    const number = lanes.of(item);
    const first = messages.find(({ row }) => row.labels.includes(item));
    const dialogItem = messages
      .filter(({ row }) => row.labels.includes(item))
      .flatMap(({ row }) => row.labels.find(({ lane }) => lane === 'D') ?? [])
      .at(0);
    const dialog = dialogItem === undefined ? undefined : lanes.of(dialogItem);
    const states = statesOf(item, parts);
    return {
      number,
      leg: first?.leg ?? 1,
      dialog,
      source: item.source,
      states,
      machines: machinesOf(item, changes, parties),
      lines: linesOf(
        number,
        dialog,
        states.findLast(({ state }) => state === 'ended')?.from,
        parts,
      ),
    };
  });
}

/** What the media rows and the inferred steps tell of a session, in order of time. */
function statesOf(item: Label, { media, changes }: SessionParts): readonly StateSpan[] {
  const steps = [
    ...changes
      .filter(({ label, source }) => label === item && source === 'inferred')
      .map(({ at, event, after }) => ({ at, event, state: after })),
    ...media
      .filter(({ label }) => label === item)
      .map(({ at, state }) => ({
        at,
        event: state,
        state: state === 'resumed' ? 'active' : state,
      })),
  ].toSorted((one, other) => one.at - other.at);
  const spans: {
    state: string;
    from: number;
    to: number | undefined;
    event: string | undefined;
  }[] = [];
  for (const { at, event, state } of steps) {
    const last = spans.at(-1);
    if (last?.state === state) continue;
    if (last !== undefined) last.to = at;
    spans.push({ state, from: at, to: undefined, event: last === undefined ? undefined : event });
  }
  return spans;
}

function linesOf(
  session: number,
  dialog: number | undefined,
  endedAt: number | undefined,
  { negotiations, messages, dialogs }: SessionParts,
): readonly MediaLineDocument[] {
  const lines: { index: number; media: string; spans: MediaSpan[]; streams: number[] }[] = [];
  const firstParty = dialogs.find(({ number }) => number === dialog)?.ends[0].party;
  for (const negotiation of negotiations) {
    if (negotiation.session !== session || negotiation.answer === undefined) continue;
    const at = messages[negotiation.answer - 1]?.row.at ?? 0;
    const offererIsFirst = firstParty === undefined || negotiation.offerer === firstParty;
    for (const line of negotiation.lines) {
      const known = lines[line.index] ?? {
        index: line.index,
        media: line.media,
        spans: [],
        streams: [],
      };
      lines[line.index] = known;
      const last = known.spans.at(-1);
      if (last !== undefined) known.spans[known.spans.length - 1] = { ...last, to: at };
      const span = spanOf(line, at, offererIsFirst);
      if (span !== undefined) known.spans.push(span);
    }
  }
  for (const line of lines) {
    const last = line?.spans.at(-1);
    if (last !== undefined && last.to === undefined)
      line.spans[line.spans.length - 1] = { ...last, to: endedAt };
  }
  return lines.filter((line) => line !== undefined);
}

function spanOf(line: NegotiatedLine, at: number, offererIsFirst: boolean): MediaSpan | undefined {
  const { offered, answered } = line;
  if (answered === undefined || answered.port === 0 || offered.port === 0) return undefined;
  const fromOfferer = sends(offered) && receives(answered);
  const fromAnswerer = sends(answered) && receives(offered);
  const [first, second] = offererIsFirst ? [offered, answered] : [answered, offered];
  return {
    from: at,
    to: undefined,
    codec: codecOf(answered, offered)?.name,
    forth: offererIsFirst ? fromOfferer : fromAnswerer,
    back: offererIsFirst ? fromAnswerer : fromOfferer,
    encrypted: offered.encryption !== undefined && answered.encryption !== undefined,
    first: placeOf(first),
    second: placeOf(second),
  };
}

/** The first codec of the answer that is no tone and no noise (RFC 3264 §6.1). */
function codecOf(answered: LineDocument, offered: LineDocument): CodecDocument | undefined {
  const speech = (codec: CodecDocument): boolean => !isCompanion(codec);
  return answered.codecs.find(speech) ?? offered.codecs.find(speech);
}

function placeOf({ address, port }: LineDocument): MediaSpan['first'] {
  return address === undefined ? undefined : { host: address, port };
}

/** RFC 3264 §8.4: 0.0.0.0 is how RFC 2543 put somebody on hold; with ICE it means nothing. */
function isHeldByAddress({ address, candidates, encryption }: LineDocument): boolean {
  return address === '0.0.0.0' && candidates.length === 0 && encryption !== 'DTLS';
}

function sends({ direction }: LineDocument): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

function receives(line: LineDocument): boolean {
  return (line.direction === 'sendrecv' || line.direction === 'recvonly') && !isHeldByAddress(line);
}
