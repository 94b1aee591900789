// The header of an IP packet, of either version, with its extensions and what it says of fragments (RFC 791 §3.1, RFC 8200 §3, §4).
import { u16, u32, u8 } from './octets.ts';

/** A header read in place: one object serves packet after packet, so that reading allocates nothing. */
export class IpHeader {
  version: 4 | 6 = 4;
  /** Of the transport. */
  protocol = 0;
  /** Where the addresses stand. */
  source = 0;
  destination = 0;
  /** Where the payload begins, and where what was captured of it ends. */
  start = 0;
  end = 0;
  /** Octets of the payload on the wire. */
  length = 0;
  /** Octets before this fragment; 0 with `more` false is a whole datagram. */
  offset = 0;
  more = false;
  /** The sender's number of the packet; 0 where it gave none, as IPv6 gives none to what is whole. */
  identification = 0;

  /** Reads the packet that stands from `at` to `end`; false when it is none. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    this.offset = 0;
    this.more = false;
    this.identification = 0;
    const version = u8(bytes, at) >> 4;
    if (version === 4) return this.#readFour(bytes, at, end);
    return version === 6 && this.#readSix(bytes, at, end);
  }

  #readFour(bytes: Uint8Array, at: number, end: number): boolean {
    const header = (u8(bytes, at) & 15) * 4;
    if (header < 20 || at + header > end) return false;
    // A length of 0 is left to the network card to fill in, after the capture.
    const total = u16(bytes, at + 2) || end - at;
    if (total < header) return false;
    const flags = u16(bytes, at + 6);
    this.version = 4;
    this.protocol = u8(bytes, at + 9);
    this.source = at + 12;
    this.destination = at + 16;
    this.start = at + header;
    this.end = Math.min(end, at + total);
    this.length = total - header;
    this.offset = (flags & 0x1fff) * 8;
    this.more = (flags & 0x2000) !== 0;
    this.identification = u16(bytes, at + 4);
    return true;
  }

  #readSix(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + 40 > end) return false;
    const length = u16(bytes, at + 4) || end - at - 40;
    this.version = 6;
    this.source = at + 8;
    this.destination = at + 24;
    this.end = Math.min(end, at + 40 + length);
    return this.#passExtensions(bytes, u8(bytes, at + 6), at + 40, at + 40 + length);
  }

  /** `at` grows by at least eight with each extension, so this ends. */
  #passExtensions(bytes: Uint8Array, first: number, from: number, wireEnd: number): boolean {
    let next = first;
    let at = from;
    while (at + 8 <= this.end && this.offset === 0) {
      const length = extensionLength(next, bytes, at);
      if (length === 0) break;
      if (next === fragmentHeader) {
        this.offset = u16(bytes, at + 2) & 0xfff8;
        this.more = (u8(bytes, at + 3) & 1) !== 0;
        this.identification = u32(bytes, at + 4);
      }
      next = u8(bytes, at);
      at += length;
    }
    this.protocol = next;
    this.start = Math.min(at, this.end);
    this.length = wireEnd - this.start;
    return true;
  }
}

const fragmentHeader = 44;

/** Octets of the extension `type` at `at`; 0 when it is no extension but what the packet carries. */
function extensionLength(type: number, bytes: Uint8Array, at: number): number {
  switch (type) {
    // Hop-by-hop, routing, destination options, mobility, host identity, shim6.
    case 0:
    case 43:
    case 60:
    case 135:
    case 139:
    case 140:
      return (u8(bytes, at + 1) + 1) * 8;
    case fragmentHeader:
      return 8;
    // The authentication header counts in words of four (RFC 4302).
    case 51:
      return (u8(bytes, at + 1) + 2) * 4;
    default:
      return 0;
  }
}
