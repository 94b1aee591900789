// Which streams belong to a call, and who sends them to whom: by the addresses of its SDPs, by ICE, by SSRC, and through NATs.
import type { ObservedAddress } from '../../base/tap.ts';
import { addressKey } from './place.ts';
import type { MediaPlace } from './place.ts';
import type { StreamPlace, StreamRecord } from './stream.ts';

/** A packet may be ahead of the SDP that announces it, and some are on the way when the session ends; in milliseconds. */
const ahead = 1000;
const behind = 2000;

/** Where streams are looked up. */
export interface StreamIndex {
  /** Streams from or to an address. */
  at(key: string): Iterable<StreamRecord>;
  of(ssrc: number): Iterable<StreamRecord>;
  /** Addresses that checks of ICE showed to be those of a ufrag. */
  addresses(ufrag: string): Iterable<string>;
  /** Whether an SDP, of this call or another, named an address. */
  isAnnounced(address: ObservedAddress): boolean;
}

interface Ends {
  sender: MediaPlace | undefined;
  receiver: MediaPlace | undefined;
}

/** The streams of a call with their places. */
export function assign(
  places: readonly MediaPlace[],
  index: StreamIndex,
): ReadonlyMap<StreamRecord, StreamPlace> {
  const found = new Map<StreamRecord, Ends>();
  const owners = ownersOf(places, index);
  for (const key of owners.keys()) {
    for (const record of index.at(key)) {
      const ends = endsOf(record, owners);
      if (isOfCall(record, ends, index)) found.set(record, ends);
    }
  }
  takeSources(places, index, found);
  throughNat(places, index, found);
  return new Map([...found].map(([record, ends]) => [record, placeOf(ends, places)]));
}

function ownersOf(
  places: readonly MediaPlace[],
  index: StreamIndex,
): ReadonlyMap<string, readonly MediaPlace[]> {
  const owners = new Map<string, MediaPlace[]>();
  for (const place of places) {
    const keys = new Set([
      addressKey(place),
      ...(place.candidates ?? []).map(addressKey),
      ...(place.ufrag === undefined ? [] : index.addresses(place.ufrag)),
    ]);
    for (const key of keys) owners.set(key, [...(owners.get(key) ?? []), place]);
  }
  return owners;
}

function endsOf(record: StreamRecord, owners: ReadonlyMap<string, readonly MediaPlace[]>): Ends {
  const receiver = inTime(record, owners.get(addressKey(record.destination)));
  const senders = owners.get(addressKey(record.source));
  // Of an address that two sessions share, the sender is the one in the session of the receiver.
  const alike = senders?.filter((place) => receiver === undefined || isSameLine(place, receiver));
  return { sender: inTime(record, alike) ?? inTime(record, senders), receiver };
}

// Of an address that several calls share, the other end tells which call it is; one that no SDP names may be behind a NAT.
function isOfCall(record: StreamRecord, { sender, receiver }: Ends, index: StreamIndex): boolean {
  if (sender === undefined && receiver === undefined) return false;
  const isForeign =
    (sender === undefined && index.isAnnounced(record.source)) ||
    (receiver === undefined && index.isAnnounced(record.destination));
  return !isForeign;
}

// RFC 5576 §4.1: a source that an SDP names is its sender's, whatever address it comes from.
function takeSources(
  places: readonly MediaPlace[],
  index: StreamIndex,
  found: Map<StreamRecord, Ends>,
): void {
  for (const place of places) {
    for (const ssrc of place.sources ?? []) {
      for (const record of index.of(ssrc)) {
        if (overlap(record, place) === undefined) continue;
        const ends = found.get(record) ?? { sender: undefined, receiver: undefined };
        ends.sender ??= place;
        found.set(record, ends);
      }
    }
  }
}

// Behind a NAT a party's packets come from an address that no SDP names; a peer that sends back to where they come from
// reaches it there (RFC 4961 §4).
function throughNat(
  places: readonly MediaPlace[],
  index: StreamIndex,
  found: Map<StreamRecord, Ends>,
): void {
  for (const [{ source }, { sender, receiver }] of [...found]) {
    if (sender !== undefined || receiver === undefined) continue;
    const outside = peerOf(receiver, places);
    if (outside === undefined) continue;
    for (const record of index.at(addressKey(source))) {
      const ends = found.get(record) ?? { sender: undefined, receiver: undefined };
      if (overlap(record, outside) === undefined) continue;
      if (record.source.host === source.host && record.source.port === source.port)
        ends.sender ??= outside;
      else if (ends.sender !== undefined && isSameLine(ends.sender, outside))
        ends.receiver ??= outside;
      if (ends.sender !== undefined || ends.receiver !== undefined) found.set(record, ends);
    }
  }
}

function placeOf({ sender, receiver }: Ends, places: readonly MediaPlace[]): StreamPlace {
  const place = receiver ?? sender;
  return {
    leg: place?.leg,
    session: place?.session,
    line: place?.line,
    sender: sender?.party ?? (receiver && peerOf(receiver, places)?.party),
    receiver: receiver?.party ?? (sender && peerOf(sender, places)?.party),
  };
}

/** The other end of a line, when there is just one. */
function peerOf(place: MediaPlace, places: readonly MediaPlace[]): MediaPlace | undefined {
  const others = places.filter((other) => isSameLine(other, place) && other.party !== place.party);
  const [first] = others;
  return others.every(({ party }) => party === first?.party) ? first : undefined;
}

function isSameLine(one: MediaPlace, other: MediaPlace): boolean {
  return one.session === other.session && one.line === other.line;
}

function inTime(
  record: StreamRecord,
  places: readonly MediaPlace[] | undefined,
): MediaPlace | undefined {
  let best: MediaPlace | undefined;
  let longest = -1;
  for (const place of places ?? []) {
    const shared = overlap(record, place);
    if (shared === undefined || shared <= longest) continue;
    best = place;
    longest = shared;
  }
  return best;
}

/** How long stream and place share their time; undefined when they do not at all. */
function overlap(record: StreamRecord, place: MediaPlace): number | undefined {
  const end = place.to ?? Infinity;
  if (record.startedAt > end + behind || record.endedAt < place.from - ahead) return undefined;
  return Math.max(0, Math.min(record.endedAt, end) - Math.max(record.startedAt, place.from));
}
