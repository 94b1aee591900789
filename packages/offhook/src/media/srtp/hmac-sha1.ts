// HMAC-SHA1 with the two pads of its key computed once: a third of the time of a new HMAC object for each packet (RFC 2104 §2).
import { putWord32 } from './header.ts';

const blockLength = 64;

/** Authenticates with one key. */
export class HmacSha1 {
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  readonly #state = new Int32Array(5);
  readonly #words = new Int32Array(80);
  readonly #last = new Uint8Array(2 * blockLength);
  readonly #digest = new Uint8Array(blockLength);

  /** Takes a key of at most 64 octets. */
  constructor(key: Uint8Array) {
    if (key.length > blockLength) throw new RangeError('An HMAC key has at most 64 octets here');
    this.#inner = this.#pad(key, 0x36);
    this.#outer = this.#pad(key, 0x5c);
    // RFC 2104 §2: the second message is always one digest behind one block.
    this.#digest[20] = 128;
    putWord32(this.#digest, 60, 8 * (blockLength + 20));
  }

  /** The code of `bytes` up to `length` followed by the four octets of `word`; the next call overwrites it. */
  code(bytes: Uint8Array, length: number, word: number): Uint8Array {
    this.#state.set(this.#inner);
    const whole = length - (length % blockLength);
    for (let at = 0; at < whole; at += blockLength) this.#block(bytes, at);
    this.#finish(bytes, whole, length, word);
    for (let index = 0; index < 5; index += 1) {
      putWord32(this.#digest, 4 * index, this.#state[index] ?? 0);
    }
    this.#state.set(this.#outer);
    this.#block(this.#digest, 0);
    for (let index = 0; index < 5; index += 1) {
      putWord32(this.#last, 4 * index, this.#state[index] ?? 0);
    }
    return this.#last;
  }

  #finish(bytes: Uint8Array, from: number, to: number, word: number): void {
    const last = this.#last;
    let at = 0;
    for (let index = from; index < to; index += 1, at += 1) last[at] = bytes[index] ?? 0;
    putWord32(last, at, word);
    last[at + 4] = 128;
    const end = at + 13 > blockLength ? 2 * blockLength : blockLength;
    last.fill(0, at + 5, end - 4);
    putWord32(last, end - 4, 8 * (blockLength + to + 4));
    this.#block(last, 0);
    if (end > blockLength) this.#block(last, blockLength);
  }

  #pad(key: Uint8Array, filler: number): Int32Array {
    const block = new Uint8Array(blockLength).fill(filler);
    for (const [index, octet] of key.entries()) block[index] = octet ^ filler;
    this.#state.set([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
    this.#block(block, 0);
    return this.#state.slice();
  }

  #block(bytes: Uint8Array, start: number): void {
    const words = this.#words;
    for (let index = 0, at = start; index < 16; index += 1, at += 4) {
      words[index] =
        ((bytes[at] ?? 0) << 24) |
        ((bytes[at + 1] ?? 0) << 16) |
        ((bytes[at + 2] ?? 0) << 8) |
        (bytes[at + 3] ?? 0);
    }
    for (let index = 16; index < 80; index += 1) {
      const mixed =
        (words[index - 3] ?? 0) ^
        (words[index - 8] ?? 0) ^
        (words[index - 14] ?? 0) ^
        (words[index - 16] ?? 0);
      words[index] = (mixed << 1) | (mixed >>> 31);
    }
    this.#rounds(words);
  }

  // SHA-1 as FIPS 180 has it: four times twenty rounds.
  #rounds(words: Int32Array): void {
    const state = this.#state;
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    let e = state[4] ?? 0;
    for (let round = 0; round < 80; round += 1) {
      const mixed =
        round < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : round < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : round < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      const next = (((a << 5) | (a >>> 27)) + mixed + e + (words[round] ?? 0)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    state[0] = ((state[0] ?? 0) + a) | 0;
    state[1] = ((state[1] ?? 0) + b) | 0;
    state[2] = ((state[2] ?? 0) + c) | 0;
    state[3] = ((state[3] ?? 0) + d) | 0;
    state[4] = ((state[4] ?? 0) + e) | 0;
  }
}
