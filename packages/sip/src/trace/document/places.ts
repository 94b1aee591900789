// Where the media of a call is wanted, and for how long: what tells which RTP streams are its own.
import type { ObservedAddress } from '../../base/tap.ts';
import { readDescription } from '../correlate/read-text.ts';
import type { MediaHint, MediaPlace } from '../stream/place.ts';
import type { LineDocument, MessageDocument, NegotiationDocument } from './document.ts';
import { linesOf } from './negotiations.ts';

/** Media may come before its answer, and goes on for a while after the last message; milliseconds. */
const lingering = 5000;

/** What places are found in. */
export interface PlaceParts {
  readonly negotiations: readonly NegotiationDocument[];
  readonly messages: readonly MessageDocument[];
  readonly outcome: { readonly over: boolean };
  readonly endedAt: number;
}

/** The places of a call, one for each side of each media line of each negotiation. */
export function placesOf({
  negotiations,
  messages,
  outcome,
  endedAt,
}: PlaceParts): readonly MediaPlace[] {
  const places: Open[] = [];
  const open = new Map<string, Open>();
  const put = (
    line: LineDocument | undefined,
    at: number,
    party: number,
    negotiation: NegotiationDocument,
    index: number,
  ): void => {
    if (line?.address === undefined || line.port === 0 || negotiation.session === undefined) return;
    const key = `${negotiation.session} ${index} ${party}`;
    const before = open.get(key);
    const isSame = before?.host === line.address && before.port === line.port;
    if (before !== undefined && !isSame) before.to = at + lingering;
    const place: Open = {
      host: line.address,
      port: line.port,
      codecs: line.codecs,
      encrypted: line.encryption !== undefined,
      from: isSame ? before.from : at,
      to: outcome.over ? endedAt + lingering : undefined,
      leg: negotiation.leg,
      session: negotiation.session,
      line: index,
      party,
      candidates: line.candidates.flatMap((text) => candidateAddress(text)),
      ufrag: line.iceUfrag,
      sources: line.sources,
    };
    if (isSame) places.splice(places.indexOf(before), 1);
    open.set(key, place);
    places.push(place);
  };
  for (const negotiation of negotiations) {
    const offeredAt = messages[negotiation.offer - 1]?.at ?? 0;
    const answeredAt =
      negotiation.answer === undefined ? offeredAt : (messages[negotiation.answer - 1]?.at ?? 0);
    for (const { index, offered, answered } of negotiation.lines) {
      put(offered, offeredAt, negotiation.offerer, negotiation, index);
      put(answered, answeredAt, negotiation.answerer, negotiation, index);
    }
  }
  return places;
}

/** What the SDP in a message says of the addresses that media comes to. */
export function hintsIn(text: string): readonly MediaHint[] {
  const body = text.indexOf('\r\n\r\n');
  if (body < 0 || !text.includes('\nm=', body)) return [];
  const start = text.indexOf('v=0', body);
  const parsed = start < 0 ? undefined : readDescription(text.slice(start));
  if (parsed?.ok !== true) return [];
  return linesOf(parsed.value).flatMap(({ address, port, codecs, encryption }) =>
    address === undefined || port === 0
      ? []
      : [{ host: address, port, codecs, encrypted: encryption !== undefined }],
  );
}

type Open = { -readonly [Name in keyof MediaPlace]: MediaPlace[Name] };

/** The address in the value of a=candidate (RFC 8839 §5.1). */
function candidateAddress(text: string): readonly ObservedAddress[] {
  const parts = text.split(' ');
  const port = Number(parts[5]);
  const host = parts[4];
  return host === undefined || !Number.isInteger(port) || port <= 0 || port > 65_535
    ? []
    : [{ host, port }];
}
