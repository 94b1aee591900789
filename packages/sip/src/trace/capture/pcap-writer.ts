// Writes what was observed as a pcap file that every tool reads: messages above TLS and WebSocket as plain TCP, all framing valid.
import { latin1Bytes } from '../../base/bytes.ts';
import { ipv4Bytes, ipv6Words } from '../../base/ip.ts';
import type { FlowObserved, ObservedAddress, Observation } from '../../base/tap.ts';
import { longestPayload, tcpFrame, udpFrame } from './packet-writer.ts';
import type { PacketEnd } from './packet-writer.ts';
import { joined, putU16, putU32 } from './octets.ts';

/** A message on its way. */
export interface WrittenMessage {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  /** `UDP`; everything else is written as TCP. */
  readonly protocol: string;
  /** As latin1 text. */
  readonly text: string;
}

/** A datagram of media on its way. */
export interface WrittenDatagram {
  readonly at: number;
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  readonly bytes: Uint8Array;
}

/** How far the sequence numbers of a connection are at its two ends. */
interface Talk {
  readonly next: Map<string, number>;
}

const [fin, syn, rst, push, ack] = [1, 2, 4, 8, 16];
/** The number that each stream begins with; any will do. */
const firstSequence = 1000;
/** So many connections are remembered; an older one would begin anew. */
const talkLimit = 10_000;
const nothing = new Uint8Array(0);

/** Ports by which other tools take what is plain here for encrypted, or for HTTP. */
const misleading: ReadonlySet<number> = new Set([80, 443, 5061, 8080, 8443]);
const plainPort = 5060;

/** Writes a capture: first `head`, then what each method gives, in the order of time. */
export class PcapWriter {
  /** The beginning of the file: Ethernet, microseconds. */
  readonly head: Uint8Array = fileHead();
  readonly #talks = new Map<string, Talk>();
  /** Addresses given to hosts that have none, such as those of browsers. */
  readonly #names = new Map<string, Uint8Array>();

  /** Packets of an observation: of a message or a connection; none for others. Who observes both ends of a hop writes one of them. */
  observation(observation: Observation): Uint8Array {
    if (observation.kind === 'flow') return this.#flow(observation);
    if (observation.kind !== 'message') return nothing;
    const { at, local, remote, protocol, text, direction } = observation;
    const [source, destination] = direction === 'out' ? [local, remote] : [remote, local];
    return this.message({ at, source, destination, protocol, text });
  }

  /** Packets of a message. The first one of a connection opens it. */
  message({ at, source, destination, protocol, text }: WrittenMessage): Uint8Array {
    const bytes = latin1Bytes(text);
    if (protocol === 'UDP') return this.datagram({ at, source, destination, bytes });
    const ends = this.#plainEnds(source, destination, protocol);
    const talk = this.#talk(ends);
    const packets: Uint8Array[] = talk === undefined ? this.#opening(at, ends) : [];
    for (let from = 0; from < bytes.length; from += longestPayload) {
      packets.push(
        this.#segment(at, ends, push | ack, bytes.subarray(from, from + longestPayload)),
      );
    }
    return joined(packets);
  }

  /** The packet of a datagram; what is longer than a packet can be is cut. */
  datagram({ at, source, destination, bytes }: WrittenDatagram): Uint8Array {
    const [from, to] = this.#ends(source, destination);
    return record(at, udpFrame(from, to, bytes.subarray(0, longestPayload)));
  }

  #flow({ at, event, protocol, local, remote }: FlowObserved): Uint8Array {
    if (protocol === 'UDP') return nothing;
    const ends = this.#plainEnds(local, remote, protocol);
    const talk = this.#talk(ends);
    if (event === 'opened') return talk === undefined ? joined(this.#opening(at, ends)) : nothing;
    if (talk === undefined) return nothing;
    const back: Ends = [ends[1], ends[0]];
    const packets =
      event === 'failed'
        ? [this.#segment(at, ends, rst | ack)]
        : [
            this.#segment(at, ends, fin | ack),
            this.#segment(at, back, fin | ack),
            this.#segment(at, ends, ack),
          ];
    this.#talks.delete(nameOf(ends));
    return joined(packets);
  }

  #opening(at: number, ends: Ends): Uint8Array[] {
    const [oldest] = this.#talks.keys();
    if (oldest !== undefined && this.#talks.size >= talkLimit) this.#talks.delete(oldest);
    this.#talks.set(nameOf(ends), { next: new Map() });
    const back: Ends = [ends[1], ends[0]];
    return [
      this.#segment(at, ends, syn),
      this.#segment(at, back, syn | ack),
      this.#segment(at, ends, ack),
    ];
  }

  #talk(ends: Ends): Talk | undefined {
    return this.#talks.get(nameOf(ends));
  }

  #segment(at: number, [from, to]: Ends, flags: number, payload: Uint8Array = nothing): Uint8Array {
    const next = this.#talk([from, to])?.next ?? new Map<string, number>();
    const [own, other] = [endText(from), endText(to)];
    const sequence = next.get(own) ?? firstSequence;
    const acknowledgment = flags & ack ? (next.get(other) ?? firstSequence) : 0;
    next.set(own, (sequence + payload.length + (flags & (syn | fin) ? 1 : 0)) >>> 0);
    return record(at, tcpFrame(from, to, { sequence, acknowledgment, flags }, payload));
  }

  /** What was decrypted, or taken out of a WebSocket, goes to a port at which no tool expects that. */
  #plainEnds(source: ObservedAddress, destination: ObservedAddress, protocol: string): Ends {
    const plain = ({ host, port }: ObservedAddress, other: ObservedAddress): ObservedAddress => {
      const isServer = protocol !== 'TCP' && port < other.port;
      return { host, port: isServer || misleading.has(port) ? plainPort : port };
    };
    return this.#ends(plain(source, destination), plain(destination, source));
  }

  #ends(source: ObservedAddress, destination: ObservedAddress): Ends {
    const bothFour = [source, destination].every(({ host }) => ipv6Words(host) === undefined);
    const end = ({ host, port }: ObservedAddress): PacketEnd => ({
      address: this.#address(host, bothFour),
      port,
    });
    return [end(source), end(destination)];
  }

  #address(host: string, asFour: boolean): Uint8Array {
    const four = ipv4Bytes(host) ?? this.#names.get(host);
    if (four !== undefined) return asFour ? Uint8Array.from(four) : mapped(Uint8Array.from(four));
    const words = ipv6Words(host);
    if (words !== undefined)
      return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255]));
    // RFC 5737: addresses for documents, which are nobody's.
    const given = Uint8Array.of(192, 0, 2, (this.#names.size % 254) + 1);
    if (this.#names.size < talkLimit) this.#names.set(host, given);
    return asFour ? given : mapped(given);
  }
}

type Ends = readonly [PacketEnd, PacketEnd];

/** RFC 4291 §2.5.5.2. */
function mapped(four: Uint8Array): Uint8Array {
  const six = new Uint8Array(16);
  six.fill(0xff, 10, 12);
  six.set(four, 12);
  return six;
}

function endText({ address, port }: PacketEnd): string {
  return `${address.join('.')}:${port}`;
}

function nameOf([one, other]: Ends): string {
  return [endText(one), endText(other)].toSorted().join(' ');
}

function fileHead(): Uint8Array {
  const bytes = new Uint8Array(24);
  putU32(bytes, 0, 0xa1b2c3d4);
  putU16(bytes, 4, 2);
  putU16(bytes, 6, 4);
  putU32(bytes, 16, 262_144);
  putU32(bytes, 20, 1);
  return bytes;
}

function record(at: number, frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + frame.length);
  const microseconds = Math.round(at * 1000);
  putU32(bytes, 0, Math.floor(microseconds / 1_000_000));
  putU32(bytes, 4, microseconds % 1_000_000);
  putU32(bytes, 8, frame.length);
  putU32(bytes, 12, frame.length);
  bytes.set(frame, 16);
  return bytes;
}
