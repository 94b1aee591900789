// AES in counter mode with one cipher object for the life of a key, since making one costs more than a packet (RFC 3711 §4.1.1).
import { createCipheriv } from 'node:crypto';
import type { Cipher } from 'node:crypto';

const blockLength = 16;

/** Encrypts and decrypts, which is the same: the octets are combined with a stream made of key, salt, SSRC and index. */
export class KeyStream {
  readonly #cipher: Cipher;
  readonly #salt: Uint8Array;
  #counters = new Uint8Array(0);

  /** Takes a session key and its salt of fourteen octets. */
  constructor(key: Uint8Array, salt: Uint8Array) {
    // The counters are encrypted one by one; what is to be kept secret never meets this cipher.
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    this.#salt = salt;
  }

  /** Changes `bytes` from `start` to `end`; `high` and `low` are the upper 32 and lower 16 bits of the packet's index. */
  apply(
    bytes: Uint8Array,
    start: number,
    end: number,
    ssrc: number,
    high: number,
    low: number,
  ): void {
    if (end <= start) return;
    const length = blockLength * Math.ceil((end - start) / blockLength);
    if (this.#counters.length < length) this.#grow(length);
    const counters = this.#counters;
    writeWord(counters, 4, ssrc, this.#salt);
    writeWord(counters, 8, high, this.#salt);
    counters[12] = (this.#salt[12] ?? 0) ^ (low >>> 8);
    counters[13] = (this.#salt[13] ?? 0) ^ (low & 255);
    for (let block = blockLength; block < length; block += blockLength) {
      for (let at = 4; at < 14; at += 1) counters[block + at] = counters[at] ?? 0;
    }
    const stream = this.#cipher.update(counters.subarray(0, length));
    for (let at = start, from = 0; at < end; at += 1, from += 1) {
      bytes[at] = (bytes[at] ?? 0) ^ (stream[from] ?? 0);
    }
  }

  // What is the same for all packets is written once: the salt's first octets, and the number of each block.
  #grow(length: number): void {
    this.#counters = new Uint8Array(length);
    for (let block = 0; block < length; block += blockLength) {
      this.#counters.set(this.#salt.subarray(0, 4), block);
      this.#counters[block + 14] = block >>> 12;
      this.#counters[block + 15] = (block >>> 4) & 255;
    }
  }
}

function writeWord(into: Uint8Array, at: number, word: number, salt: Uint8Array): void {
  into[at] = (salt[at] ?? 0) ^ (word >>> 24);
  into[at + 1] = (salt[at + 1] ?? 0) ^ ((word >>> 16) & 255);
  into[at + 2] = (salt[at + 2] ?? 0) ^ ((word >>> 8) & 255);
  into[at + 3] = (salt[at + 3] ?? 0) ^ (word & 255);
}
