// The pcapng file: sections of blocks, each section in its own byte order and with its own interfaces (draft-ietf-opsawg-pcapng).
import { u16, u16Little, u32, u32Little } from './octets.ts';
import { Parts } from './parts.ts';
import type { PartReader } from './parts.ts';
import { longestPacket } from './pcap.ts';
import type { PacketSink } from './pcap.ts';

/** What a section says of one of its interfaces. */
interface Interface {
  readonly link: number;
  /** Octets kept of each packet; 0 for all. */
  readonly snapLength: number;
  /** Milliseconds of one unit of its times, and of 2^32 of them. */
  readonly unit: number;
  readonly high: number;
  /** Units in a millisecond, exact where the resolution is a power of ten from the millisecond on; 0 elsewhere. */
  readonly perMillisecond: number;
  /** Milliseconds to add. */
  readonly offset: number;
}

const sectionBlock = 0x0a0d0d0a;
const interfaceBlock = 1;
const oldPacketBlock = 2;
const simplePacketBlock = 3;
const statisticsBlock = 5;
const packetBlock = 6;
const secretsBlock = 10;
/** Secrets that are a key log of TLS. */
const tlsKeyLog = 0x544c534b;
/** Entries of systemd's journal, and blocks of anybody's own; the last must not be copied into other files. */
const journalBlock = 9;
const customBlock = 0xbad;
const customBlockKept = 0x40000bad;
const orderMagic = 0x1a2b3c4d;

/** Longer blocks are passed over without being kept: a packet with long options fits by far. */
const longestBlock = 4 * longestPacket;
/** Key logs are added to for months. */
const longestSecrets = 64 * longestPacket;
/** How many interfaces of a section are known; later ones are not. */
const interfaceLimit = 10_000;

/** True when a file that begins so is pcapng. */
export function isPcapng(bytes: Uint8Array): boolean {
  return u32(bytes, 0) === sectionBlock;
}

/** Reads a pcapng file, however it is cut into pushes. */
export class PcapngFile implements PartReader {
  readonly #sink: PacketSink;
  readonly #parts = new Parts(this);
  #interfaces: Interface[] = [];
  #u16 = u16;
  #u32 = u32;
  /** Time of the last packet, for blocks that have none. */
  #at = 0;
  /** How many bytes of a block too long are still to be passed over. */
  #skip = 0;

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
    if ((left > 0 || this.#skip > 0) && !this.#parts.lost) {
      this.#sink.problem('cut', `The file ends within a block, of which it has ${left} octets.`);
    }
  }

  part(window: Uint8Array, at: number): number {
    if (this.#skip > 0) {
      const passed = Math.min(this.#skip, window.length - at);
      this.#skip -= passed;
      return at + passed;
    }
    if (window.length - at < 12) return at;
    const isSection = this.#beginsSection(window, at);
    const length = this.#u32(window, at + 4);
    if (!possible(length, isSection)) return this.#lose(at);
    const type = isSection ? sectionBlock : this.#u32(window, at);
    if (length > (type === secretsBlock ? longestSecrets : longestBlock)) {
      this.#sink.problem('damaged', `A block of ${length} octets is too long to be read.`);
      this.#skip = length;
      return this.part(window, at);
    }
    if (window.length - at < length) return at;
    const end = at + length - 4;
    if (this.#u32(window, end) !== length) return this.#lose(at);
    this.#body(type, window, at + 8, end);
    return at + length;
  }

  /** True when a section begins at `at`, whose byte order holds from here on. */
  #beginsSection(window: Uint8Array, at: number): boolean {
    if (u32(window, at) !== sectionBlock) return false;
    const big = u32(window, at + 8) === orderMagic;
    if (!big && u32Little(window, at + 8) !== orderMagic) return false;
    this.#u16 = big ? u16 : u16Little;
    this.#u32 = big ? u32 : u32Little;
    return true;
  }

  #body(type: number, window: Uint8Array, at: number, end: number): void {
    switch (type) {
      case sectionBlock:
        this.#interfaces = [];
        break;
      case interfaceBlock:
        if (this.#interfaces.length < interfaceLimit) {
          this.#interfaces.push(this.#interface(window, at, end));
        }
        break;
      case packetBlock:
        this.#timed(window, at, end, this.#u32(window, at));
        break;
      case oldPacketBlock:
        this.#timed(window, at, end, this.#u16(window, at));
        this.#tellDropped(this.#u16(window, at + 2));
        break;
      case simplePacketBlock:
        this.#simple(window, at, end);
        break;
      case statisticsBlock:
        this.#statistics(window, at, end);
        break;
      case secretsBlock:
        if (this.#u32(window, at) === tlsKeyLog)
          this.#sink.keyLog(
            window.subarray(at + 8, Math.min(end, at + 8 + this.#u32(window, at + 4))),
          );
        break;
      case journalBlock:
      case customBlock:
      case customBlockKept:
        this.#sink.other();
        break;
      default:
      // Names, comments: nothing that calls need.
    }
  }

  #interface(window: Uint8Array, at: number, end: number): Interface {
    let perSecond = 1_000_000;
    let offset = 0;
    this.#options(window, at + 8, end, (code, start) => {
      if (code === 9) {
        const resolution = window[start] ?? 6;
        perSecond = resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
      } else if (code === 14) {
        const little = this.#u32 === u32Little;
        const high = this.#u32(window, little ? start + 4 : start) | 0;
        offset = (high * 2 ** 32 + this.#u32(window, little ? start : start + 4)) * 1000;
      }
    });
    const unit = 1000 / perSecond;
    return {
      link: this.#u16(window, at),
      snapLength: this.#u32(window, at + 4),
      unit,
      high: 2 ** 32 * unit,
      perMillisecond:
        Number.isSafeInteger(perSecond / 1000) && perSecond <= 1_000_000 ? perSecond / 1000 : 0,
      offset,
    };
  }

  /** Walks options of type, length and value, padded to four octets. */
  #options(
    window: Uint8Array,
    from: number,
    end: number,
    each: (code: number, start: number, length: number) => void,
  ): void {
    let at = from;
    while (at + 4 <= end) {
      const code = this.#u16(window, at);
      const length = this.#u16(window, at + 2);
      if (code === 0 || at + 4 + length > end) return;
      each(code, at + 4, length);
      at += 4 + ((length + 3) & ~3);
    }
  }

  /** An enhanced packet block, or the packet block that was before it: they differ in how the interface is written. */
  #timed(window: Uint8Array, at: number, end: number, id: number): void {
    const place = this.#interfaces[id];
    const captured = this.#u32(window, at + 12);
    const start = at + 20;
    if (place === undefined || start + captured > end) {
      const why = place === undefined ? `has no interface ${id}` : 'is longer than its block';
      this.#sink.problem('damaged', `A packet ${why}.`);
      return;
    }
    const high = this.#u32(window, at + 4);
    const low = this.#u32(window, at + 8);
    const exact = place.perMillisecond > 0;
    const milliseconds = exact
      ? (high * 2 ** 32 + low) / place.perMillisecond
      : high * place.high + low * place.unit;
    this.#at = milliseconds + place.offset;
    this.#packet(place, window, start, start + captured, this.#u32(window, at + 16));
  }

  #simple(window: Uint8Array, at: number, end: number): void {
    const [place] = this.#interfaces;
    if (place === undefined) {
      this.#sink.problem('damaged', 'A packet has no interface.');
      return;
    }
    const length = this.#u32(window, at);
    const most = place.snapLength === 0 ? length : Math.min(length, place.snapLength);
    this.#packet(place, window, at + 4, Math.min(at + 4 + most, end), length);
  }

  #packet(place: Interface, window: Uint8Array, start: number, end: number, length: number): void {
    this.#sink.packet(place.link, window, start, end, this.#at, Math.max(length, end - start));
  }

  #statistics(window: Uint8Array, at: number, end: number): void {
    let dropped = 0;
    this.#options(window, at + 12, end, (code, start, length) => {
      // What the interface dropped, and what the operating system dropped.
      if ((code !== 5 && code !== 7) || length !== 8) return;
      const first = this.#u32(window, start);
      const second = this.#u32(window, start + 4);
      dropped += this.#u32 === u32Little ? second * 2 ** 32 + first : first * 2 ** 32 + second;
    });
    this.#tellDropped(dropped);
  }

  #tellDropped(count: number): void {
    if (count === 0 || count === 0xffff) return;
    this.#sink.problem('not captured', `The capturing program dropped ${count} packets.`);
  }

  #lose(at: number): number {
    this.#parts.lost = true;
    this.#sink.problem('damaged', 'The file is damaged: a block has an impossible length.');
    return at;
  }

  /** Goes on to the next block that can be told by its type and by its length standing at both ends. */
  search(window: Uint8Array, from: number, last: boolean): number {
    for (let at = from; at + 12 <= window.length; at += 1) {
      const isSection = this.#beginsSection(window, at);
      const type = this.#u32(window, at);
      if (!isSection && (type === 0 || type > packetBlock)) continue;
      const length = this.#u32(window, at + 4);
      if (!possible(length, isSection) || length > longestBlock) continue;
      const whole = at + length <= window.length;
      if (!whole && !last) return at;
      if (!whole || this.#u32(window, at + length - 4) !== length) continue;
      this.#parts.lost = false;
      return at;
    }
    return Math.max(from, window.length - 11);
  }
}

function possible(length: number, isSection: boolean): boolean {
  return length % 4 === 0 && length >= (isSection ? 28 : 12);
}
