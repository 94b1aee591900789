// Frames and capture files written by hand, for tests: nothing of it is shared with what reads them.
import { latin1Bytes } from '../../base/bytes.ts';

/** Bytes one after another; texts are latin1. */
export function bytesOf(...parts: readonly (Uint8Array | string | number)[]): Uint8Array {
  const all = parts.map((part) => {
    if (typeof part === 'string') return latin1Bytes(part);
    return typeof part === 'number' ? Uint8Array.of(part) : part;
  });
  const whole = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Numbers of so many octets each, the highest octet first unless `little`. */
export function numbers(octets: 2 | 4, values: readonly number[], little = false): Uint8Array {
  const bytes = new Uint8Array(values.length * octets);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) {
    if (octets === 2) view.setUint16(index * 2, value, little);
    else view.setUint32(index * 4, value >>> 0, little);
  }
  return bytes;
}

/** Octets written as hexadecimal digits; blanks do not count. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\s/g, '').match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
}

/** What stands in an IPv4 header besides addresses. */
export interface Packet {
  readonly protocol?: number;
  readonly from?: readonly number[];
  readonly to?: readonly number[];
  readonly id?: number;
  readonly offset?: number;
  readonly more?: boolean;
}

/** An IPv4 packet from 10.0.0.1 to 10.0.0.2. */
export function ipv4(payload: Uint8Array, packet: Packet = {}): Uint8Array {
  const {
    protocol = 17,
    from = [10, 0, 0, 1],
    to = [10, 0, 0, 2],
    id = 1,
    offset = 0,
    more = false,
  } = packet;
  const fields = [
    0x4500,
    payload.length + 20,
    id,
    (more ? 0x2000 : 0) | (offset / 8),
    (64 << 8) | protocol,
    0,
  ];
  return bytesOf(numbers(2, fields), Uint8Array.from([...from, ...to]), payload);
}

/** An IPv6 packet from 2001:db8::1 to 2001:db8::2; `extensions` stand before the payload, `first` is their first type. */
export function ipv6(
  payload: Uint8Array,
  first = 17,
  extensions: Uint8Array = hex(''),
): Uint8Array {
  const rest = bytesOf(extensions, payload);
  const address = (last: number): Uint8Array => numbers(2, [0x2001, 0xdb8, 0, 0, 0, 0, 0, last]);
  return bytesOf(
    numbers(2, [0x6000, 0, rest.length, (first << 8) | 64]),
    address(1),
    address(2),
    rest,
  );
}

/** A UDP datagram. */
export function udp(payload: Uint8Array | string, source = 5060, destination = 5060): Uint8Array {
  const content = bytesOf(payload);
  return bytesOf(numbers(2, [source, destination, content.length + 8, 0]), content);
}

/** An Ethernet frame around a packet. */
export function ethernet(packet: Uint8Array, type = 0x0800): Uint8Array {
  return bytesOf(new Uint8Array(12), numbers(2, [type]), packet);
}

/** How a capture file is written. */
export interface Writing {
  readonly link?: number;
  readonly little?: boolean;
  readonly nano?: boolean;
  /** Octets kept of each frame. */
  readonly snap?: number;
}

/** Seconds of the first frame; each later one comes a quarter of a second after the one before. */
export const firstSecond = 1_700_000_000;

/** A pcap file. */
export function pcap(frames: readonly Uint8Array[], writing: Writing = {}): Uint8Array {
  const { link = 1, little = true, nano = false, snap = 65_535 } = writing;
  const header = bytesOf(
    numbers(4, [nano ? 0xa1b23c4d : 0xa1b2c3d4], little),
    numbers(2, [2, 4], little),
    numbers(4, [0, 0, snap, link], little),
  );
  const packets = frames.map((frame, index) => {
    const kept = frame.subarray(0, snap);
    const fraction = (index % 4) * (nano ? 250_000_000 : 250_000);
    const seconds = firstSecond + Math.floor(index / 4);
    return bytesOf(numbers(4, [seconds, fraction, kept.length, frame.length], little), kept);
  });
  return bytesOf(header, ...packets);
}

/** A block of pcapng. */
export function block(type: number, body: Uint8Array, little = true): Uint8Array {
  const padded = bytesOf(body, new Uint8Array(-body.length & 3));
  const length = numbers(4, [padded.length + 12], little);
  return bytesOf(numbers(4, [type], little), length, padded, length);
}

/** The block that begins a section. */
export function sectionBlock(little = true): Uint8Array {
  return block(
    0x0a0d0d0a,
    bytesOf(numbers(4, [0x1a2b3c4d], little), numbers(2, [1, 0], little), hex('ffffffffffffffff')),
    little,
  );
}

/** A block that describes an interface. */
export function interfaceBlock(link = 1, options: Uint8Array = hex(''), little = true): Uint8Array {
  return block(1, bytesOf(numbers(2, [link, 0], little), numbers(4, [0], little), options), little);
}

/** A block with a packet; the time is in units of its interface. */
export function packetBlock(
  frame: Uint8Array,
  units: number,
  place = 0,
  little = true,
): Uint8Array {
  const fields = [place, Math.floor(units / 2 ** 32), units % 2 ** 32, frame.length, frame.length];
  return block(6, bytesOf(numbers(4, fields, little), frame), little);
}

/** A request without a body. */
export const options: string = [
  'OPTIONS sip:bob@10.0.0.2 SIP/2.0',
  'Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1',
  'From: <sip:alice@10.0.0.1>;tag=1',
  'To: <sip:bob@10.0.0.2>',
  'Call-ID: one',
  'CSeq: 1 OPTIONS',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');

/** What stands in a TCP header besides ports. */
export interface TcpFields {
  readonly flags?: string;
  readonly ack?: number;
}

/** Two ends of a TCP connection from 10.0.0.1:40000 to 10.0.0.2:PORT, whose packets are written in turn. */
export class TcpTalk {
  readonly #port: number;
  /** Where each end's sequence numbers are. */
  #next: Record<'a' | 'b', number>;

  constructor(port = 5060, start = 1000) {
    this.#port = port;
    this.#next = { a: start, b: start };
  }

  /** The packet in which `end` says so, at its next place or `sequence` octets behind where it would stand. */
  say(end: 'a' | 'b', payload: Uint8Array | string = '', fields: TcpFields = {}): Uint8Array {
    const content = bytesOf(payload);
    const { flags = 'A', ack = this.#next[end === 'a' ? 'b' : 'a'] } = fields;
    const ports = end === 'a' ? [40_000, this.#port] : [this.#port, 40_000];
    const bits = flags.split('').reduce((all, flag) => all | (1 << 'FSRPA'.indexOf(flag)), 0x5000);
    const header = bytesOf(
      numbers(2, ports),
      numbers(4, [this.#next[end], ack]),
      numbers(2, [bits, 65_535, 0, 0]),
    );
    this.#next[end] = (this.#next[end] + content.length + (/[SF]/.test(flags) ? 1 : 0)) % 2 ** 32;
    const [from, to] = end === 'a' ? [1, 2] : [2, 1];
    return ipv4(bytesOf(header, content), {
      protocol: 6,
      from: [10, 0, 0, from],
      to: [10, 0, 0, to],
    });
  }

  /** The three packets that open it. */
  open(): readonly Uint8Array[] {
    return [this.say('a', '', { flags: 'S' }), this.say('b', '', { flags: 'SA' }), this.say('a')];
  }
}

/** A WebSocket frame (RFC 6455 §5.2), masked as browsers do when there is a mask. */
export function webSocketFrame(
  first: number,
  payload: Uint8Array | string,
  mask?: Uint8Array,
): Uint8Array {
  const content = bytesOf(payload);
  const bit = mask === undefined ? 0 : 0x80;
  const size =
    content.length < 126
      ? Uint8Array.of(bit | content.length)
      : bytesOf(Uint8Array.of(bit | 126), numbers(2, [content.length]));
  if (mask === undefined) return bytesOf(first, size, content);
  return bytesOf(
    first,
    size,
    mask,
    content.map((byte, at) => byte ^ (mask[at & 3] ?? 0)),
  );
}
