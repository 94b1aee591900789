// AES in Galois/Counter Mode (NIST SP 800-38D), as TLS uses it: nonces of twelve octets, whole tags.
import { Aes } from './aes.ts';
import { putU32, u32, u8 } from './octets.ts';

const tagLength = 16;

/** One key. */
export class AesGcm {
  readonly #aes: Aes;
  /** The sixteen multiples of the hash key, four words each. */
  readonly #multiples: Uint32Array;

  constructor(key: Uint8Array) {
    this.#aes = new Aes(key);
    const hashKey = new Uint8Array(16);
    this.#aes.encrypt(hashKey, 0, hashKey);
    this.#multiples = multiples(hashKey);
  }

  /** The text; undefined when it, the tag behind it or `more`, which was sealed with it, is not what was sealed. */
  open(nonce: Uint8Array, more: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - tagLength;
    if (length < 0) return undefined;
    const counter = new Uint8Array(16);
    counter.set(nonce);
    putU32(counter, 12, 1);
    const tag = new Uint8Array(16);
    this.#aes.encrypt(counter, 0, tag);
    const hash = this.#hash(more, sealed.subarray(0, length));
    for (let at = 0; at < tagLength; at += 1)
      if ((u8(tag, at) ^ u8(hash, at)) !== u8(sealed, length + at)) return undefined;
    return this.#count(counter, sealed.subarray(0, length));
  }

  /** §6.5: counter mode from the second counter on. */
  #count(counter: Uint8Array, text: Uint8Array): Uint8Array {
    const whole = new Uint8Array(text.length);
    const mask = new Uint8Array(16);
    for (let at = 0; at < text.length; at += 16) {
      putU32(counter, 12, 2 + at / 16);
      this.#aes.encrypt(counter, 0, mask);
      const end = Math.min(text.length, at + 16);
      for (let i = at; i < end; i += 1) whole[i] = u8(text, i) ^ u8(mask, i - at);
    }
    return whole;
  }

  /** §6.4 over §7.1's blocks. */
  #hash(more: Uint8Array, text: Uint8Array): Uint8Array {
    const state = new Uint32Array(4);
    this.#absorb(state, more);
    this.#absorb(state, text);
    const lengths = new Uint8Array(16);
    putU32(lengths, 4, more.length * 8);
    putU32(lengths, 12, text.length * 8);
    this.#absorb(state, lengths);
    const hash = new Uint8Array(16);
    for (const [index, value] of state.entries()) putU32(hash, index * 4, value);
    return hash;
  }

  /** Adds and multiplies block by block; beyond the end stand zeros. */
  #absorb(state: Uint32Array, bytes: Uint8Array): void {
    const table = this.#multiples;
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let at = 0; at < bytes.length; at += 16) {
      const block = [
        a ^ u32(bytes, at),
        b ^ u32(bytes, at + 4),
        c ^ u32(bytes, at + 8),
        d ^ u32(bytes, at + 12),
      ];
      a = b = c = d = 0;
      for (let index = 3; index >= 0; index -= 1) {
        let left = block[index] ?? 0;
        for (let nibble = 0; nibble < 8; nibble += 1, left >>>= 4) {
          // A shift by four, and what falls out is folded back by the polynomial.
          const fold = word(folded, d & 15) << 16;
          d = (d >>> 4) | (c << 28);
          c = (c >>> 4) | (b << 28);
          b = (b >>> 4) | (a << 28);
          a = (a >>> 4) ^ fold;
          const multiple = (left & 15) * 4;
          a ^= word(table, multiple);
          b ^= word(table, multiple + 1);
          c ^= word(table, multiple + 2);
          d ^= word(table, multiple + 3);
        }
      }
    }
    state.set([a, b, c, d]);
  }
}

/** What four bits that are shifted out add to the highest sixteen. */
const folded: Uint32Array = Uint32Array.from({ length: 16 }, (_, bits) => {
  let value = bits;
  for (let shift = 0; shift < 4; shift += 1)
    value = value & 1 ? (value >>> 1) ^ (0xe1 << 12) : value >>> 1;
  return value >>> 0;
}).map((value) => value >>> 4);

function multiples(hashKey: Uint8Array): Uint32Array {
  const table = new Uint32Array(64);
  let value = [0, 4, 8, 12].map((at) => u32(hashKey, at));
  // The highest bit of a nibble stands for the key itself, each lower one for a shift more.
  for (let bit = 8; bit > 0; bit >>= 1) {
    table.set(value, bit * 4);
    const [a = 0, b = 0, c = 0, d = 0] = value;
    const fold = d & 1 ? 0xe1000000 : 0;
    value = [(a >>> 1) ^ fold, (b >>> 1) | (a << 31), (c >>> 1) | (b << 31), (d >>> 1) | (c << 31)];
  }
  for (let nibble = 3; nibble < 16; nibble += 1) {
    const high = 1 << (31 - Math.clz32(nibble));
    if (nibble === high) continue;
    for (let at = 0; at < 4; at += 1)
      table[nibble * 4 + at] = word(table, high * 4 + at) ^ word(table, (nibble ^ high) * 4 + at);
  }
  return table;
}

function word(table: Uint32Array, at: number): number {
  return table[at] ?? 0;
}
