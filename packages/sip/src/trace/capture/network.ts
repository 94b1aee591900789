// From frames to datagrams: link, IP with its fragments and tunnels, then UDP, TCP and ICMP.
import { readDatagram, isSip } from './datagrams.ts';
import { readExportedPdu } from './exported-pdu.ts';
import { Fragments } from './fragments.ts';
import type { Unfinished } from './fragments.ts';
import { hepLength } from './hep.ts';
import { readHepInto } from './hep-file.ts';
import { Hosts } from './hosts.ts';
import type { Host } from './hosts.ts';
import { IpHeader } from './ip-header.ts';
import type { KeyLog } from './key-log.ts';
import { exportedPdu, findPacket, payload } from './link.ts';
import { u16, u8 } from './octets.ts';
import type { CaptureOutput, Carried } from './output.ts';
import type { PacketSink } from './pcap.ts';
import { TcpConnections } from './tcp.ts';
import { Twice } from './twice.ts';
import { icmp, icmpHeader, unreachableReason } from './unreachable.ts';

/** What a transport's header and payload go between. */
interface Ends {
  readonly protocol: number;
  readonly source: Host;
  readonly destination: Host;
}

const tcp = 6;
const udp = 17;
const udpHeader = 8;
const tunnels = { four: 4, six: 41, gre: 47 } as const;
/** Packets in packets in packets: deeper ones are not looked at. */
const depthLimit = 4;

/** Takes the packets of a capture file to the output. */
export class Network implements PacketSink {
  readonly #output: CaptureOutput;
  readonly #keys: KeyLog;
  readonly #hosts = new Hosts();
  readonly #header = new IpHeader();
  readonly #fragments = new Fragments<Ends>((unfinished) => this.#tellUnfinished(unfinished));
  readonly #tcp: TcpConnections;
  readonly #twice = new Twice();
  #toldTwice = false;
  readonly #unknownLinks = new Set<number>();

  constructor(output: CaptureOutput, keys: KeyLog) {
    this.#output = output;
    this.#keys = keys;
    this.#tcp = new TcpConnections(output, keys);
  }

  packet(
    link: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: number,
    length: number,
  ): void {
    this.#output.frame += 1;
    this.#output.at = at;
    if (link === exportedPdu) {
      readExportedPdu(this.#output, this.#hosts, bytes, start, end, length);
      return;
    }
    const packet = findPacket(link, bytes, start, end);
    if (packet === undefined) this.#tellLink(link);
    else if (packet >= 0) this.#ip(bytes, packet, end, 0);
  }

  other(): void {
    this.#output.frame += 1;
  }

  keyLog(bytes: Uint8Array): void {
    this.#keys.add(bytes);
  }

  problem(event: string, text: string): void {
    this.#output.problem(event, text);
  }

  /** Nothing more comes. */
  end(): void {
    this.#fragments.end();
    this.#tcp.end();
  }

  #ip(bytes: Uint8Array, at: number, end: number, depth: number): void {
    const header = this.#header;
    if (depth > depthLimit || !header.read(bytes, at, end)) return;
    const { protocol } = header;
    const source = this.#host(bytes, header.source);
    const destination = this.#host(bytes, header.destination);
    if (header.offset > 0 || header.more) {
      this.#fragment(bytes, { protocol, source, destination }, depth);
    } else {
      this.#transport(
        protocol,
        source,
        destination,
        bytes,
        header.start,
        header.end,
        header.length,
        depth,
      );
    }
  }

  #host(bytes: Uint8Array, at: number): Host {
    return this.#header.version === 4 ? this.#hosts.four(bytes, at) : this.#hosts.six(bytes, at);
  }

  #fragment(bytes: Uint8Array, ends: Ends, depth: number): void {
    const { identification, offset, more, start, end } = this.#header;
    const { protocol, source, destination } = ends;
    const { frame, at } = this.#output;
    const key = `${source.text} ${destination.text} ${protocol} ${identification}`;
    const captured = bytes.subarray(start, end);
    // A fragment that the capture cut leaves a hole behind it, which only the end or time will tell.
    const whole = this.#fragments.add({ key, offset, more, frame, at }, captured, ends);
    if (whole === undefined) return;
    this.#transport(protocol, source, destination, whole, 0, whole.length, whole.length, depth);
  }

  #transport(
    protocol: number,
    source: Host,
    destination: Host,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    depth: number,
  ): void {
    switch (protocol) {
      case udp:
        this.#udp(source, destination, bytes, start, end, length);
        break;
      case tcp:
        this.#segment(this.#way(source, destination, bytes, start), bytes, start, end, length);
        break;
      case icmp.four:
      case icmp.six:
        this.#icmp(protocol, bytes, start, end);
        break;
      case tunnels.four:
      case tunnels.six:
        this.#ip(bytes, start, end, depth + 1);
        break;
      case tunnels.gre: {
        const inner = payload(
          u16(bytes, start + 2),
          bytes,
          start + greLength(u8(bytes, start)),
          end,
        );
        if (inner >= 0) this.#ip(bytes, inner, end, depth + 1);
        break;
      }
      default:
      // Nothing that carries calls.
    }
  }

  #udp(
    source: Host,
    destination: Host,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
  ): void {
    if (end - start < udpHeader) return;
    const said = u16(bytes, start + 4);
    const whole = said < udpHeader || said > length ? length : said;
    const stop = Math.min(end, start + whole);
    // An agent on its way to a collector: what it carries is what was captured, and not the carrying.
    if (hepLength(bytes, start + udpHeader, stop) > 0) {
      readHepInto(this.#output, bytes.subarray(start + udpHeader, stop));
      return;
    }
    const way = this.#way(source, destination, bytes, start);
    if (this.#isCopy(way, bytes, start + udpHeader, stop, false)) return;
    readDatagram(this.#output, way, bytes, start + udpHeader, stop, whole - udpHeader);
  }

  #segment(way: Carried, bytes: Uint8Array, start: number, end: number, length: number): void {
    // Behind the ports.
    if (this.#isCopy(way, bytes, start + 4, end, true)) return;
    this.#tcp.segment(way, bytes, start, end, length);
  }

  #way(source: Host, destination: Host, bytes: Uint8Array, ports: number): Carried {
    return {
      source: this.#hosts.address(source, u16(bytes, ports)),
      destination: this.#hosts.address(destination, u16(bytes, ports + 2)),
      protocol: 'UDP',
    };
  }

  /** The datagram that could not be delivered is told as its sender's. */
  #icmp(protocol: number, bytes: Uint8Array, start: number, end: number): void {
    const reason = unreachableReason(protocol, bytes, start);
    const header = this.#header;
    if (reason === undefined || !header.read(bytes, start + icmpHeader, end)) return;
    if (header.offset > 0 || header.start + udpHeader > end) return;
    const source = this.#host(bytes, header.source);
    const destination = this.#host(bytes, header.destination);
    const way = this.#way(source, destination, bytes, header.start);
    const told = `ICMP: ${reason}`;
    if (header.protocol === tcp) this.#tcp.undelivered(way, told);
    if (header.protocol !== udp) return;
    if (isSip(bytes, header.start + udpHeader, header.end, true))
      this.#output.flow('failed', way, told);
    else this.#output.problem('unreachable', told, way);
  }

  #tellUnfinished({ kept, frame, at, head, why }: Unfinished<Ends>): void {
    const output = this.#output;
    const hasPorts = kept.protocol === udp && head.length >= udpHeader;
    const way = this.#way(kept.source, kept.destination, hasPorts ? head : new Uint8Array(4), 0);
    output.back({ frame, at }, () => {
      if (hasPorts && isSip(head, udpHeader, head.length, true)) {
        output.message(way, head, udpHeader, head.length);
      }
      output.problem('fragment missing', fragmentText[why], way);
    });
  }

  #isCopy(way: Carried, bytes: Uint8Array, start: number, end: number, isTcp: boolean): boolean {
    const { source, destination } = way;
    const { identification } = this.#header;
    const packet = { source, destination, identification, isTcp };
    if (!this.#twice.isCopy(packet, bytes, start, end, this.#output.at)) return false;
    if (!this.#toldTwice) {
      this.#toldTwice = true;
      const text =
        'From here on packets stand in the capture twice, as on two interfaces or a mirrored port; each is taken once.';
      this.#output.problem('captured twice', text);
    }
    return true;
  }

  #tellLink(link: number): void {
    if (this.#unknownLinks.has(link) || this.#unknownLinks.size > 100) return;
    this.#unknownLinks.add(link);
    this.#output.problem('unknown link', `Frames of the link type ${link} cannot be read.`);
  }
}

const fragmentText = {
  missing: 'A datagram came in fragments, and not all of them were captured.',
  overlap: 'The fragments of a datagram overlap, so that it has no certain content.',
  'too many': 'A datagram is cut into more fragments than are kept.',
} as const;

/** RFC 2784, RFC 2890: checksum, key and sequence number are there when their bits are set. */
function greLength(flags: number): number {
  return 4 + (flags & 0x80 ? 4 : 0) + (flags & 0x20 ? 4 : 0) + (flags & 0x10 ? 4 : 0);
}
