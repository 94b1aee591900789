// DEFLATE (RFC 1951) undone, into no more octets than are allowed: what is captured may be made to fill the memory.
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { u16, u16Little, u8 } from './octets.ts';

/** Why octets cannot be made out. */
export type InflateProblem = 'damaged' | 'too long';

/** How far back a copy may reach (RFC 1951 §2). */
const reach = 32_768;
const longestCode = 15;

/** How many codes have each length, and the symbols in the order of their codes (RFC 1951 §3.2.2). */
interface Codes {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/** Ends the reading of what is not as it should be; never leaves this file. */
class Unreadable extends Error {
  readonly problem: InflateProblem;

  constructor(problem: InflateProblem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * Undoes DEFLATE until its last block, or to where the octets end between two blocks; no more than `limit` octets come out. What was
 * said `before` may be copied from.
 */
export function inflate(
  bytes: Uint8Array,
  limit: number,
  before: Uint8Array = new Uint8Array(0),
): Result<Uint8Array, InflateProblem> {
  try {
    return ok(new Inflation(bytes, limit, before).whole());
  } catch (error) {
    if (error instanceof Unreadable) return fail(error.problem);
    throw error;
  }
}

/** Undoes what stands behind a header of zlib (RFC 1950) or gzip (RFC 1952), or behind none. */
export function unpack(bytes: Uint8Array, limit: number): Result<Uint8Array, InflateProblem> {
  if (u16(bytes, 0) === 0x1f8b) return inflate(bytes.subarray(gzipHead(bytes)), limit);
  const isZlib = (u8(bytes, 0) & 15) === 8 && u16(bytes, 0) % 31 === 0;
  return inflate(isZlib ? bytes.subarray(2) : bytes, limit);
}

/** RFC 1952 §2.3: some fields are there when their flags are. */
function gzipHead(bytes: Uint8Array): number {
  const flags = u8(bytes, 3);
  let at = 10;
  if (flags & 4) at += 2 + u16Little(bytes, at);
  for (const flag of [8, 16]) if (flags & flag) at = bytes.indexOf(0, at) + 1 || bytes.length;
  return flags & 2 ? at + 2 : at;
}

/** One message on its way. */
class Inflation {
  readonly #bytes: Uint8Array;
  readonly #limit: number;
  /** What may be copied from, and behind it what came out. */
  #out: Uint8Array;
  readonly #start: number;
  #length: number;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array, limit: number, before: Uint8Array) {
    this.#bytes = bytes;
    this.#limit = limit;
    const known = before.subarray(Math.max(0, before.length - reach));
    this.#out = new Uint8Array(known.length + 1024);
    this.#out.set(known);
    this.#start = this.#length = known.length;
  }

  whole(): Uint8Array {
    let isLast = false;
    while (!isLast && this.#at < this.#bytes.length) {
      isLast = this.#take(1) === 1;
      const type = this.#take(2);
      if (type === 0) this.#stored();
      else if (type === 1) this.#block(fixed.lengths, fixed.distances);
      else if (type === 2) this.#dynamic();
      else throw new Unreadable('damaged');
    }
    return this.#out.slice(this.#start, this.#length);
  }

  /** The next bits, the lowest first. */
  #take(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) throw new Unreadable('damaged');
      this.#bits |= u8(this.#bytes, this.#at) << this.#count;
      this.#at += 1;
      this.#count += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  #symbol({ counts, symbols }: Codes): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= longestCode; length += 1) {
      code |= this.#take(1);
      const count = counts[length] ?? 0;
      if (code - count < first) return symbols[index + code - first] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Unreadable('damaged');
  }

  #room(octets: number): void {
    if (this.#length - this.#start + octets > this.#limit) throw new Unreadable('too long');
    if (this.#length + octets <= this.#out.length) return;
    const larger = new Uint8Array(Math.max(this.#length + octets, this.#out.length * 2));
    larger.set(this.#out.subarray(0, this.#length));
    this.#out = larger;
  }

  /** RFC 1951 §3.2.4. */
  #stored(): void {
    this.#bits = this.#count = 0;
    const length = u16Little(this.#bytes, this.#at);
    const end = this.#at + 4 + length;
    const isRight = (length ^ u16Little(this.#bytes, this.#at + 2)) === 0xffff;
    if (!isRight || end > this.#bytes.length) throw new Unreadable('damaged');
    this.#room(length);
    this.#out.set(this.#bytes.subarray(this.#at + 4, end), this.#length);
    this.#length += length;
    this.#at = end;
  }

  /** RFC 1951 §3.2.3: symbols until the end of the block. */
  #block(lengths: Codes, distances: Codes): void {
    for (;;) {
      const symbol = this.#symbol(lengths);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.#room(1);
        this.#out[this.#length] = symbol;
        this.#length += 1;
        continue;
      }
      const length = this.#extended(lengthBase, lengthBits, symbol - 257);
      const distance = this.#extended(distanceBase, distanceBits, this.#symbol(distances));
      if (distance > this.#length) throw new Unreadable('damaged');
      this.#room(length);
      // Octet by octet, since a copy may reach into itself.
      const end = this.#length + length;
      for (; this.#length < end; this.#length += 1)
        this.#out[this.#length] = u8(this.#out, this.#length - distance);
    }
  }

  #extended(bases: readonly number[], bits: readonly number[], index: number): number {
    const base = bases[index];
    if (base === undefined) throw new Unreadable('damaged');
    return base + this.#take(bits[index] ?? 0);
  }

  /** RFC 1951 §3.2.7: codes of the block's own. */
  #dynamic(): void {
    const [literals, distances, own] = [this.#take(5) + 257, this.#take(5) + 1, this.#take(4) + 4];
    const first = new Uint8Array(19);
    for (const place of order.slice(0, own)) first[place] = this.#take(3);
    const codes = codesOf(first);
    const lengths = new Uint8Array(literals + distances);
    for (let at = 0; at < lengths.length;) {
      const symbol = this.#symbol(codes);
      if (symbol < 16) {
        lengths[at] = symbol;
        at += 1;
        continue;
      }
      const repeated = symbol === 16 ? lengths[at - 1] : 0;
      const [base = 0, bits = 0] = { 16: [3, 2], 17: [3, 3] }[symbol] ?? [11, 7];
      const end = at + base + this.#take(bits);
      if (repeated === undefined || end > lengths.length) throw new Unreadable('damaged');
      lengths.fill(repeated, at, end);
      at = end;
    }
    this.#block(codesOf(lengths.subarray(0, literals)), codesOf(lengths.subarray(literals)));
  }
}

/** RFC 1951 §3.2.2: from the lengths of codes to the codes. */
function codesOf(lengths: Uint8Array): Codes {
  const counts = new Uint16Array(longestCode + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const places = new Uint16Array(longestCode + 2);
  let left = 1;
  for (let length = 1; length <= longestCode; length += 1) {
    const count = counts[length] ?? 0;
    left = left * 2 - count;
    if (left < 0) throw new Unreadable('damaged');
    places[length + 1] = (places[length] ?? 0) + count;
  }
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    symbols[places[length] ?? 0] = symbol;
    places[length] = (places[length] ?? 0) + 1;
  }
  return { counts, symbols };
}

/** In this order the lengths of the codes for lengths are told (RFC 1951 §3.2.7). */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

/** RFC 1951 §3.2.6. */
const fixed = {
  lengths: codesOf(
    Uint8Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)),
  ),
  distances: codesOf(new Uint8Array(30).fill(5)),
} as const;

/** RFC 1951 §3.2.5: each group of symbols has one bit more behind it than the one before. */
const lengthBits: readonly number[] = Array.from({ length: 29 }, (_, at) =>
  at < 8 || at === 28 ? 0 : (at >> 2) - 1,
);
const lengthBase: readonly number[] = lengthBits.map((_, at) =>
  at === 28 ? 258 : baseOf(lengthBits, at, 3),
);
const distanceBits: readonly number[] = Array.from({ length: 30 }, (_, at) =>
  at < 4 ? 0 : (at >> 1) - 1,
);
const distanceBase: readonly number[] = distanceBits.map((_, at) => baseOf(distanceBits, at, 1));

function baseOf(bits: readonly number[], at: number, first: number): number {
  return bits.slice(0, at).reduce((base, count) => base + (1 << count), first);
}
