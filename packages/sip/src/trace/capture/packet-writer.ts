// Ethernet frames with IP, UDP and TCP, all lengths and checksums right (RFC 768, RFC 791, RFC 8200, RFC 9293).
import { putU16, putU32, u16 } from './octets.ts';

/** One end of a packet: 4 octets of address for IPv4 or 16 for IPv6, and the port. */
export interface PacketEnd {
  readonly address: Uint8Array;
  readonly port: number;
}

/** Where a segment stands in its connection. */
export interface TcpPlace {
  readonly sequence: number;
  readonly acknowledgment: number;
  /** The flag octet: FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags: number;
}

const ethernet = 14;
const udpProtocol = 17;
const tcpProtocol = 6;
const udpHeader = 8;
const tcpHeader = 20;

/** The most octets of payload that fit in one packet of any kind. */
export const longestPayload: number = 65_535 - 40 - tcpHeader;

/** A frame with a datagram. */
export function udpFrame(
  source: PacketEnd,
  destination: PacketEnd,
  payload: Uint8Array,
): Uint8Array {
  const { frame, at } = ipFrame(source, destination, udpProtocol, udpHeader + payload.length);
  ports(frame, at, source, destination);
  putU16(frame, at + 4, udpHeader + payload.length);
  frame.set(payload, at + udpHeader);
  // RFC 768: a checksum of zero would say that there is none.
  putU16(frame, at + 6, transportChecksum(frame, at, source, destination, udpProtocol) || 0xffff);
  return frame;
}

/** A frame with a segment of a connection. */
export function tcpFrame(
  source: PacketEnd,
  destination: PacketEnd,
  place: TcpPlace,
  payload: Uint8Array,
): Uint8Array {
  const { frame, at } = ipFrame(source, destination, tcpProtocol, tcpHeader + payload.length);
  ports(frame, at, source, destination);
  putU32(frame, at + 4, place.sequence);
  putU32(frame, at + 8, place.acknowledgment);
  frame[at + 12] = (tcpHeader / 4) << 4;
  frame[at + 13] = place.flags;
  putU16(frame, at + 14, 0xffff);
  frame.set(payload, at + tcpHeader);
  putU16(frame, at + 16, transportChecksum(frame, at, source, destination, tcpProtocol));
  return frame;
}

function ports(frame: Uint8Array, at: number, source: PacketEnd, destination: PacketEnd): void {
  putU16(frame, at, source.port);
  putU16(frame, at + 2, destination.port);
}

/** A frame whose IP packet has room for `length` octets at `at`. */
function ipFrame(
  source: PacketEnd,
  destination: PacketEnd,
  protocol: number,
  length: number,
): { readonly frame: Uint8Array; readonly at: number } {
  const isFour = source.address.length === 4;
  const header = isFour ? 20 : 40;
  const frame = new Uint8Array(ethernet + header + length);
  // Addresses of nobody's cards, administered locally.
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
  putU16(frame, 12, isFour ? 0x0800 : 0x86dd);
  frame[ethernet] = isFour ? 0x45 : 0x60;
  if (isFour) {
    putU16(frame, ethernet + 2, header + length);
    frame[ethernet + 8] = 64;
    frame[ethernet + 9] = protocol;
  } else {
    putU16(frame, ethernet + 4, length);
    frame[ethernet + 6] = protocol;
    frame[ethernet + 7] = 64;
  }
  const addresses = ethernet + header - source.address.length * 2;
  frame.set(source.address, addresses);
  frame.set(destination.address, addresses + source.address.length);
  if (isFour) putU16(frame, ethernet + 10, folded(sum(frame, ethernet, ethernet + header)));
  return { frame, at: ethernet + header };
}

/** The checksum over the transport's octets and what stands of IP before them. */
function transportChecksum(
  frame: Uint8Array,
  at: number,
  source: PacketEnd,
  destination: PacketEnd,
  protocol: number,
): number {
  const { length } = source.address;
  const around =
    sum(source.address, 0, length) +
    sum(destination.address, 0, length) +
    protocol +
    frame.length -
    at;
  return folded(around + sum(frame, at, frame.length));
}

function sum(bytes: Uint8Array, from: number, to: number): number {
  let all = 0;
  for (let at = from; at + 1 < to; at += 2) all += u16(bytes, at);
  return (to - from) % 2 === 0 ? all : all + ((bytes[to - 1] ?? 0) << 8);
}

function folded(all: number): number {
  let rest = all;
  while (rest > 0xffff) rest = (rest % 0x10000) + Math.floor(rest / 0x10000);
  return ~rest & 0xffff;
}
