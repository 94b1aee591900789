// What stands before the IP packet in a frame, for each kind of link (tcpdump.org/linktypes.html).
import { u16, u8 } from './octets.ts';

/** The kind of link of frames that another program exported without their lower layers. */
export const exportedPdu = 252;

const none = -1;

/**
 * Where the IP packet begins in the frame that stands from `start` to `end`; -1 when the frame has none, undefined when the
 * kind of link is not known.
 */
export function findPacket(
  link: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number | undefined {
  switch (link) {
    // BSD loopback: the address family in the byte order of the machine, or of the network. The packet says the same.
    case 0:
    case 108:
      return packetAt(bytes, start + 4, end);
    case 1:
      return typed(bytes, start + 12, end);
    case 9:
      return pointToPoint(bytes, u16(bytes, start) === 0xff03 ? start + 2 : start, end);
    case 51:
      return sessionOfPointToPoint(bytes, start, end);
    // Linux cooked: a packet header with the protocol at its end, and its second version with the protocol first.
    case 113:
      return typed(bytes, start + 14, end);
    case 276:
      return payload(u16(bytes, start), bytes, start + 20, end);
    // Raw IP by its names on different systems.
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return packetAt(bytes, start, end);
    default:
      return undefined;
  }
}

/** The packet behind an EtherType at `at`. */
function typed(bytes: Uint8Array, at: number, end: number): number {
  return payload(u16(bytes, at), bytes, at + 2, end);
}

/** The packet in what an EtherType announces, which begins at `at`. VLAN tags and labels may be stacked. */
export function payload(type: number, bytes: Uint8Array, at: number, end: number): number {
  switch (type) {
    case 0x0800:
    case 0x86dd:
      return packetAt(bytes, at, end);
    // IEEE 802.1Q, 802.1ad and what was used before it: a tag, then the next EtherType. `at` grows, so this ends.
    case 0x8100:
    case 0x88a8:
    case 0x9100:
      return at + 4 <= end ? typed(bytes, at + 2, end) : none;
    case 0x8847:
    case 0x8848:
      return behindLabels(bytes, at, end);
    case 0x8864:
      return sessionOfPointToPoint(bytes, at, end);
    default:
      // IEEE 802.3: a length instead of a type, then LLC with SNAP.
      if (type > 1500 || u16(bytes, at) !== 0xaaaa) return none;
      return at + 8 <= end ? typed(bytes, at + 6, end) : none;
  }
}

/** MPLS (RFC 3032): labels of four octets, the last of them marked. */
function behindLabels(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at + 4 <= end; at += 4) {
    if (u8(bytes, at + 2) & 1) return packetAt(bytes, at + 4, end);
  }
  return none;
}

/** PPPoE (RFC 2516): six octets, then PPP. */
function sessionOfPointToPoint(bytes: Uint8Array, at: number, end: number): number {
  return pointToPoint(bytes, at + 6, end);
}

/** PPP's protocol numbers of IPv4 and IPv6. */
function pointToPoint(bytes: Uint8Array, at: number, end: number): number {
  const protocol = u16(bytes, at);
  return protocol === 0x0021 || protocol === 0x0057 ? packetAt(bytes, at + 2, end) : none;
}

function packetAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return none;
  const version = u8(bytes, at) >> 4;
  return version === 4 || version === 6 ? at : none;
}
