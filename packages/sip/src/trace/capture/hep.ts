// HEP, version 3: one SIP message in a packet of its own with times and addresses, for collectors such as Homer
// (github.com/sipcapture/HEP).
import { latin1, latin1Bytes, utf8, utf8Bytes } from '../../base/bytes.ts';
import { ipv4Bytes, ipv6Words } from '../../base/ip.ts';
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { MessageObserved, ObservedAddress } from '../../base/tap.ts';
import { Hosts } from './hosts.ts';
import type { Host } from './hosts.ts';
import { unpack } from './inflate.ts';
import { putU16, putU32, u16, u32, u8 } from './octets.ts';
import { flowText } from './output.ts';
import { viaProtocol } from './top-via.ts';

/** One packet of HEP. */
export interface HepPacket {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  /** `UDP` or `TCP`, as IP numbers them; empty for others. */
  readonly protocol: string;
  /** What the payload is; 1 is SIP. */
  readonly type: number;
  /** Number of the agent that captured it. */
  readonly agent: number;
  /** The agent's key; undefined when it has none. */
  readonly key: string | undefined;
  /** What the agent knows to belong together, mostly a Call-ID. */
  readonly correlation: string | undefined;
  /** A view into the bytes it was read from, unless it was compressed there. */
  readonly payload: Uint8Array;
}

/** What an agent says of itself. */
export interface HepOptions {
  /** Its number; 2001 unless said. */
  readonly agent?: number | undefined;
  /** Its key, where the collector wants one. */
  readonly key?: string | undefined;
  /** What this message belongs to, mostly its Call-ID. */
  readonly correlation?: string | undefined;
}

const chunk = {
  family: 1,
  protocol: 2,
  fourFrom: 3,
  fourTo: 4,
  sixFrom: 5,
  sixTo: 6,
  portFrom: 7,
  portTo: 8,
  seconds: 9,
  microseconds: 10,
  type: 11,
  agent: 12,
  key: 14,
  payload: 15,
  compressed: 16,
  correlation: 17,
} as const;
/** More octets do not come out of a compressed payload. */
const payloadLimit = 1_048_576;
const headLength = 6;
const chunkHead = 6;
/** The payload's type of SIP. */
export const hepSip = 1;
const [four, six] = [2, 10];
const [tcp, udp] = [6, 17];

/** The addresses that packets had, so that equal ones are one object. */
const hosts = new Hosts();

/** The length of the HEP packet at `at`; 0 when there is none, or not enough of it to know. */
export function hepLength(bytes: Uint8Array, at: number, end: number = bytes.length): number {
  // `HEP3` and the length of all.
  return end - at >= headLength && u32(bytes, at) === 0x48455033 ? u16(bytes, at + 4) : 0;
}

/** Reads a packet: a whole datagram, or what `hepLength` cut out of a stream. */
export function readHep(bytes: Uint8Array): Result<HepPacket, { readonly text: string }> {
  const end = hepLength(bytes, 0);
  if (end === 0) return fail({ text: 'No HEP packet of version 3' });
  if (end > bytes.length || end < headLength) return fail({ text: 'A HEP packet is cut' });
  let source: Host | undefined;
  let destination: Host | undefined;
  let [portFrom, portTo, protocol, type, agent, seconds, microseconds] = [0, 0, 0, 0, 0, 0, 0];
  let key: string | undefined;
  let correlation: string | undefined;
  let payload: Uint8Array | undefined;
  for (let at = headLength; at + chunkHead <= end;) {
    const length = u16(bytes, at + 4);
    const start = at + chunkHead;
    const next = at + length;
    if (length < chunkHead || next > end)
      return fail({ text: 'A HEP packet has a chunk of impossible length' });
    const whole = bytes.subarray(start, next);
    // Only the generic chunks; those of vendors have numbers of their own.
    switch (u16(bytes, at) === 0 ? u16(bytes, at + 2) : 0) {
      case chunk.protocol:
        protocol = u8(whole, 0);
        break;
      case chunk.fourFrom:
        source = hosts.four(whole, 0);
        break;
      case chunk.fourTo:
        destination = hosts.four(whole, 0);
        break;
      case chunk.sixFrom:
        source = hosts.six(whole, 0);
        break;
      case chunk.sixTo:
        destination = hosts.six(whole, 0);
        break;
      case chunk.portFrom:
        portFrom = u16(whole, 0);
        break;
      case chunk.portTo:
        portTo = u16(whole, 0);
        break;
      case chunk.seconds:
        seconds = u32(whole, 0);
        break;
      case chunk.microseconds:
        microseconds = u32(whole, 0);
        break;
      case chunk.type:
        type = u8(whole, 0);
        break;
      case chunk.agent:
        agent = u32(whole, 0);
        break;
      case chunk.key:
        key = utf8(whole);
        break;
      case chunk.correlation:
        correlation = utf8(whole);
        break;
      case chunk.payload:
        payload = whole;
        break;
      case chunk.compressed: {
        const unpacked = unpack(whole, payloadLimit);
        if (!unpacked.ok)
          return fail({ text: 'A HEP packet has a payload that cannot be unpacked' });
        payload = unpacked.value;
        break;
      }
      default:
      // Keep-alive, VLAN, group and the like: nothing that calls need.
    }
    at = next;
  }
  if (source === undefined || destination === undefined || payload === undefined) {
    return fail({ text: `A HEP packet has no ${payload === undefined ? 'payload' : 'addresses'}` });
  }
  return ok({
    at: seconds * 1000 + microseconds / 1000,
    source: hosts.address(source, portFrom),
    destination: hosts.address(destination, portTo),
    protocol: protocol === udp ? 'UDP' : protocol === tcp ? 'TCP' : '',
    type,
    agent,
    key,
    correlation,
    payload,
  });
}

/** The message of a packet as seen on the wire; undefined when its payload is no SIP. HEP knows no TLS: there the topmost Via tells. */
export function hepObservation(packet: HepPacket): MessageObserved | undefined {
  if (packet.type !== hepSip) return undefined;
  const { at, source, destination } = packet;
  const text = latin1(packet.payload);
  const protocol = packet.protocol === 'TCP' ? viaProtocol(text) : packet.protocol || 'UDP';
  const flow = flowText(protocol, source, destination);
  return {
    v: 1,
    kind: 'message',
    at,
    endpoint: '',
    direction: 'out',
    protocol,
    flow,
    local: source,
    remote: destination,
    text,
  };
}

/** A message as a HEP packet, for a datagram or a stream. What is longer than a packet can be is cut at its end. */
export function writeHep(
  message: MessageObserved,
  { agent = 2001, key, correlation }: HepOptions = {},
): Uint8Array {
  const { at, local, remote, direction, protocol, text } = message;
  const [source, destination] = direction === 'out' ? [local, remote] : [remote, local];
  const bothFour = [source, destination].every(({ host }) => ipv6Words(host) === undefined);
  const address = ({ host }: ObservedAddress): Uint8Array => addressBytes(host, bothFour);
  const parts: [number, Uint8Array][] = [
    [chunk.family, Uint8Array.of(bothFour ? four : six)],
    [chunk.protocol, Uint8Array.of(protocol === 'UDP' ? udp : tcp)],
    [bothFour ? chunk.fourFrom : chunk.sixFrom, address(source)],
    [bothFour ? chunk.fourTo : chunk.sixTo, address(destination)],
    [chunk.portFrom, two(source.port)],
    [chunk.portTo, two(destination.port)],
    [chunk.seconds, wide(Math.floor(at / 1000))],
    [chunk.microseconds, wide(Math.floor((at % 1000) * 1000))],
    [chunk.type, Uint8Array.of(hepSip)],
    [chunk.agent, wide(agent)],
  ];
  if (key !== undefined) parts.push([chunk.key, utf8Bytes(key)]);
  if (correlation !== undefined) parts.push([chunk.correlation, utf8Bytes(correlation)]);
  const before = parts.reduce((length, [, bytes]) => length + chunkHead + bytes.length, headLength);
  parts.push([chunk.payload, latin1Bytes(text).subarray(0, 65_535 - before - chunkHead)]);
  return packed(parts);
}

function packed(parts: readonly [number, Uint8Array][]): Uint8Array {
  const length = parts.reduce((all, [, bytes]) => all + chunkHead + bytes.length, headLength);
  const whole = new Uint8Array(length);
  putU32(whole, 0, 0x48455033);
  putU16(whole, 4, length);
  let at = headLength;
  for (const [type, bytes] of parts) {
    putU16(whole, at + 2, type);
    putU16(whole, at + 4, bytes.length + chunkHead);
    whole.set(bytes, at + chunkHead);
    at += chunkHead + bytes.length;
  }
  return whole;
}

/** Names that are no addresses, as browsers have, are written as the address of nobody. */
function addressBytes(host: string, asFour: boolean): Uint8Array {
  const dotted = ipv4Bytes(host);
  if (asFour) return Uint8Array.from(dotted ?? [0, 0, 0, 0]);
  const words = ipv6Words(dotted === undefined ? host : `::ffff:${host}`) ?? [
    0, 0, 0, 0, 0, 0, 0, 0,
  ];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255]));
}

function two(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

function wide(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putU32(bytes, 0, value);
  return bytes;
}
