// All RTP streams of a capture: datagrams in, a document for each stream out, with bounded memory (RFC 3550 §5.1, §8).
import type { ObservedAddress } from '../../base/tap.ts';
import { ntpMiddle } from '../../rtp/rtcp/packet.ts';
import type { ReportBlock, RtcpPacket } from '../../rtp/rtcp/packet.ts';
import { parseRtcp } from '../../rtp/rtcp/parse.ts';
import type { CapturedDatagram } from '../capture/captured.ts';
import type { StreamDocument } from '../document/document.ts';
import { assign } from './assign.ts';
import { CheckedAddresses } from './checked.ts';
import { CapturedRtp } from './header.ts';
import { Hints } from './hints.ts';
import { addressKey, hostKey } from './place.ts';
import type { MediaHint, MediaPlace } from './place.ts';
import { StreamRecord } from './stream.ts';
import type { StreamPlace } from './stream.ts';

/** Options of a table. */
export interface StreamTableOptions {
  /** How many streams are kept; 16,384 unless said, which a busy server has in a minute. The idlest go first. */
  readonly limit?: number | undefined;
}

interface SenderClock {
  readonly middle: number;
  readonly at: number;
}

const nowhere: StreamPlace = {
  leg: undefined,
  session: undefined,
  line: undefined,
  sender: undefined,
  receiver: undefined,
};

/** Collects streams. A stream is one SSRC from one address to another. */
export class StreamTable {
  /** Streams that had to be forgotten because there were too many. */
  forgotten = 0;
  readonly #limit: number;
  readonly #hints = new Hints();
  readonly #checked = new CheckedAddresses();
  readonly #rtp = new CapturedRtp();
  /** The stream that a packet belongs to; and all streams by either address and by source. */
  readonly #current = new Map<string, Current>();
  readonly #records = new Set<StreamRecord>();
  readonly #byAddress = new Map<string, Set<StreamRecord>>();
  readonly #bySource = new Map<number, Set<StreamRecord>>();
  readonly #clocks = new Map<number, SenderClock>();

  constructor({ limit = 16_384 }: StreamTableOptions = {}) {
    this.#limit = Math.max(1, limit);
  }

  /** An SDP said what comes to an address. */
  learn(hint: MediaHint): void {
    this.#hints.learn(hint);
  }

  /** Takes a datagram of any family. */
  add(datagram: CapturedDatagram): void {
    switch (datagram.family) {
      case 'rtp':
        this.#addRtp(datagram);
        return;
      case 'rtcp':
        this.#addRtcp(datagram);
        return;
      case 'stun':
        this.#checked.add(datagram);
        return;
      case 'dtls':
        this.#hints.secured(datagram.source, datagram.destination);
        return;
    }
  }

  /** The streams of a call whose media is wanted at `places`, in the order of their beginning. */
  of(places: readonly MediaPlace[]): readonly StreamDocument[] {
    return documents([...this.#assigned(places)].filter(([record]) => this.#isBelieved(record)));
  }

  /** Rises with everything that is seen of the streams of such a call. */
  seenAt(places: readonly MediaPlace[]): number {
    let seen = 0;
    for (const record of this.#assigned(places).keys()) seen += 1 + record.revision;
    return seen;
  }

  /** The streams whose addresses no SDP named, in the order of their beginning. */
  get unannounced(): readonly StreamDocument[] {
    const records = [...this.#records].filter(
      (record) =>
        record.believed && this.#hints.of(record.source, record.destination).version === 0,
    );
    return documents(records.map((record) => [record, nowhere]));
  }

  /** All streams, in the order of their beginning. */
  get all(): readonly StreamDocument[] {
    const records = [...this.#records].filter((record) => this.#isBelieved(record));
    return documents(records.map((record) => [record, nowhere]));
  }

  #assigned(places: readonly MediaPlace[]): ReadonlyMap<StreamRecord, StreamPlace> {
    return assign(places, {
      at: (key) => this.#byAddress.get(key) ?? [],
      of: (ssrc) => this.#bySource.get(ssrc) ?? [],
      addresses: (ufrag) => this.#checked.of(ufrag),
      isAnnounced: (address) => this.#hints.has(address),
    });
  }

  #isBelieved(record: StreamRecord): boolean {
    return record.believed || this.#hints.of(record.source, record.destination).version > 0;
  }

  #addRtp(datagram: CapturedDatagram): void {
    if (!this.#rtp.read(datagram)) return;
    const { ssrc, sequence } = this.#rtp.view;
    const key = streamKey(datagram, ssrc);
    let current = this.#current.get(key);
    if (current === undefined) {
      current = this.#begin(key, datagram, ssrc);
    } else if (current.seen !== this.#hints.version) {
      const terms = this.#hints.of(datagram.source, datagram.destination);
      const isNew = terms.version !== current.version;
      // The same source from the same address, in another call: generators repeat themselves so.
      if (isNew && !current.record.continues(sequence, datagram.at)) {
        current = this.#begin(key, datagram, ssrc);
      } else {
        current.record.terms = terms;
        current.version = terms.version;
        current.seen = this.#hints.version;
      }
    }
    current.record.add(datagram, this.#rtp);
  }

  #begin(key: string, datagram: CapturedDatagram, ssrc: number): Current {
    if (this.#records.size >= this.#limit) this.#forget();
    const terms = this.#hints.of(datagram.source, datagram.destination);
    const record = new StreamRecord(datagram, ssrc, terms);
    const current = { record, version: terms.version, seen: this.#hints.version };
    this.#current.set(key, current);
    this.#records.add(record);
    put(this.#byAddress, addressKey(record.source), record);
    put(this.#byAddress, addressKey(record.destination), record);
    put(this.#bySource, ssrc, record);
    return current;
  }

  // A quarter at a time, so that many streams cost little each: first those that may be no RTP at all.
  #forget(): void {
    const idlest = [...this.#records].toSorted(
      (one, other) => Number(one.believed) - Number(other.believed) || one.endedAt - other.endedAt,
    );
    const count = Math.ceil(this.#limit / 4);
    for (const record of idlest.slice(0, count)) this.#remove(record);
  }

  #remove(record: StreamRecord): void {
    if (record.believed) this.forgotten += 1;
    const key = streamKey(record, record.ssrc);
    if (this.#current.get(key)?.record === record) this.#current.delete(key);
    this.#records.delete(record);
    take(this.#byAddress, addressKey(record.source), record);
    take(this.#byAddress, addressKey(record.destination), record);
    take(this.#bySource, record.ssrc, record);
    if (!this.#bySource.has(record.ssrc)) this.#clocks.delete(record.ssrc);
  }

  #addRtcp(datagram: CapturedDatagram): void {
    const packets = parseRtcp(datagram.bytes, true);
    for (const packet of packets ?? []) this.#takeRtcp(packet, datagram);
  }

  #takeRtcp(packet: RtcpPacket, datagram: CapturedDatagram): void {
    if (packet.kind === 'sender-report' && this.#bySource.has(packet.ssrc))
      this.#clocks.set(packet.ssrc, { middle: ntpMiddle(packet.ntp), at: datagram.at });
    if (packet.kind !== 'sender-report' && packet.kind !== 'receiver-report') return;
    for (const block of packet.reports) {
      for (const record of this.#bySource.get(block.ssrc) ?? []) {
        // SRTCP hides all but its first eight octets (RFC 3711 §3.4).
        if (record.terms.encrypted || !isAbout(record, datagram)) continue;
        record.report = this.#reportOf(block, record, datagram);
      }
    }
  }

  #reportOf(
    block: ReportBlock,
    record: StreamRecord,
    { frame, at }: CapturedDatagram,
  ): StreamDocument['report'] {
    const clock = this.#clocks.get(block.ssrc);
    // RFC 3550 §6.4.1, from the place of the capture to the receiver and back: both times are the capture's.
    const away =
      clock === undefined || block.lastReport === 0 || clock.middle !== block.lastReport
        ? undefined
        : at - clock.at - (block.delay * 1000) / 65_536;
    return {
      frame,
      fractionLost: block.fractionLost / 256,
      lost: block.lost,
      jitter: (block.jitter * 1000) / (record.clockRate ?? 8000),
      roundTrip: away === undefined || away < 0 ? undefined : away,
    };
  }
}

interface Current {
  readonly record: StreamRecord;
  version: number;
  /** The version of the hints when they were looked at last. */
  seen: number;
}

function documents(
  records: readonly (readonly [StreamRecord, StreamPlace])[],
): readonly StreamDocument[] {
  return records
    .toSorted(
      ([one], [other]) => one.startedAt - other.startedAt || one.firstFrame - other.firstFrame,
    )
    .map(([record, place], index) => record.document(index + 1, place));
}

function streamKey(
  { source, destination }: { source: ObservedAddress; destination: ObservedAddress },
  ssrc: number,
): string {
  return `${source.host} ${source.port} ${destination.host} ${destination.port} ${ssrc}`;
}

// RFC 3550 §11, RFC 5761: the receiver reports to the sender's host, from its own; ports are the same or the next.
function isAbout(record: StreamRecord, { source, destination }: CapturedDatagram): boolean {
  return (
    hostKey(record.source.host) === hostKey(destination.host) &&
    hostKey(record.destination.host) === hostKey(source.host) &&
    isBeside(record.source.port, destination.port) &&
    isBeside(record.destination.port, source.port)
  );
}

function isBeside(rtp: number, rtcp: number): boolean {
  return rtcp === rtp || rtcp === rtp + 1;
}

function put<Key>(index: Map<Key, Set<StreamRecord>>, key: Key, record: StreamRecord): void {
  const records = index.get(key);
  if (records === undefined) index.set(key, new Set([record]));
  else records.add(record);
}

function take<Key>(index: Map<Key, Set<StreamRecord>>, key: Key, record: StreamRecord): void {
  const records = index.get(key);
  records?.delete(record);
  if (records?.size === 0) index.delete(key);
}
