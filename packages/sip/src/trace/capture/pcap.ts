// The pcap file: a header, then packets, each with its time (draft-ietf-opsawg-pcap). Both byte orders, micro- and nanoseconds.
import { u16, u16Little, u32, u32Little } from './octets.ts';
import { Parts } from './parts.ts';
import type { PartReader } from './parts.ts';

/** Takes the packets of a file in turn. */
export interface PacketSink {
  /** The bytes from `start` to `end` were captured of a packet of `length` octets; `at` is in milliseconds since 1970. */
  packet(
    link: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: number,
    length: number,
  ): void;
  /** A key log that stands in the file, of the packets behind it. */
  keyLog(bytes: Uint8Array): void;
  /** A record that is no packet, and which other programs number like one. */
  other(): void;
  /** Something is wrong with the file itself. */
  problem(event: string, text: string): void;
}

/** A packet that claims more octets is no packet: no program captures so many. */
export const longestPacket = 262_144;

const fileHeader = 24;
/** A packet that claims to be a day away from the last one, while we look for the next one, is none. */
const farSeconds = 86_400;

const microseconds = 0xa1b2c3d4;
const nanoseconds = 0xa1b23c4d;
/** An old variety, whose packets have eight more octets of header. */
const modified = 0xa1b2cd34;

/** True when a file that begins so is pcap. */
export function isPcap(bytes: Uint8Array): boolean {
  const known = [microseconds, nanoseconds, modified];
  return known.includes(u32(bytes, 0)) || known.includes(u32Little(bytes, 0));
}

/** Reads a pcap file, however it is cut into pushes. */
export class PcapFile implements PartReader {
  readonly #sink: PacketSink;
  readonly #parts = new Parts(this);
  #u32 = u32;
  #packetHeader = 16;
  /** Units of a packet's fraction in one millisecond. */
  #fraction = 1000;
  #link = -1;
  /** Seconds of the last good packet; negative before the first. */
  #seconds = -1;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes of the file. */
  push(bytes: Uint8Array): void {
    this.#parts.push(bytes);
  }

  /** The file is at its end. */
  end(): void {
    const left = this.#parts.end();
    if (this.#link < 0) this.#sink.problem('cut', 'The file ends within its header.');
    else if (left > 0 && !this.#parts.lost) {
      this.#sink.problem('cut', `The file ends within a packet, of which it has ${left} octets.`);
    }
  }

  part(window: Uint8Array, at: number): number {
    if (this.#link >= 0) return this.#packet(window, at);
    if (window.length < fileHeader) return at;
    this.#open(window);
    return fileHeader;
  }

  #open(window: Uint8Array): void {
    const big = [microseconds, nanoseconds, modified].includes(u32(window, 0));
    this.#u32 = big ? u32 : u32Little;
    const magic = this.#u32(window, 0);
    if (magic === nanoseconds) this.#fraction = 1_000_000;
    if (magic === modified) this.#packetHeader = 24;
    // The upper half tells of a frame check sequence.
    this.#link = (big ? u16(window, 22) : u16Little(window, 20)) & 0x0fff;
  }

  /** Reads the packet at `at`; says where the next one is, `at` itself when this one is not whole. */
  #packet(window: Uint8Array, at: number): number {
    const start = at + this.#packetHeader;
    if (window.length < start) return at;
    const captured = this.#u32(window, at + 8);
    const length = this.#u32(window, at + 12);
    if (captured > longestPacket) {
      this.#parts.lost = true;
      this.#sink.problem('damaged', 'The file is damaged: a packet claims an impossible length.');
      return at;
    }
    if (window.length < start + captured) return at;
    this.#seconds = this.#u32(window, at);
    const time = this.#seconds * 1000 + this.#u32(window, at + 4) / this.#fraction;
    this.#sink.packet(
      this.#link,
      window,
      start,
      start + captured,
      time,
      Math.max(length, captured),
    );
    return start + captured;
  }

  /** Two packets in a row look right. */
  search(window: Uint8Array, from: number, last: boolean): number {
    for (let at = from; at + this.#packetHeader <= window.length; at += 1) {
      if (!this.#plausible(window, at)) continue;
      const next = at + this.#packetHeader + this.#u32(window, at + 8);
      const seen = next + this.#packetHeader <= window.length;
      if (!seen && !last) return at;
      if (seen ? !this.#plausible(window, next) : next !== window.length) continue;
      this.#parts.lost = false;
      return at;
    }
    return Math.max(from, window.length - this.#packetHeader + 1);
  }

  #plausible(window: Uint8Array, at: number): boolean {
    const seconds = this.#u32(window, at);
    const captured = this.#u32(window, at + 8);
    const length = this.#u32(window, at + 12);
    const near = this.#seconds < 0 || Math.abs(seconds - this.#seconds) <= farSeconds;
    if (!near || this.#u32(window, at + 4) >= this.#fraction * 1000) return false;
    return captured > 0 && captured <= length && length <= longestPacket;
  }
}
