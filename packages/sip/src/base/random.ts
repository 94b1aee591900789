// Chance as a port: tags, branches, nonces and back-offs come from here, so that a seeded run can be repeated.

/** The only source of chance in the library. */
export interface Random {
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array;
  /** An unpredictable token of `bits` bits (64 unless said) in lower-case letters and digits; fits a tag or a branch (RFC 3261 §19.3). */
  token(bits?: number): string;
  /** A number from 0 up to, but without, 1. */
  fraction(): number;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz012345';

/** A Random on any source of bytes; five bits of each byte become one letter of a token. */
export function randomFrom(bytes: (length: number) => Uint8Array): Random {
  return {
    bytes,
    token(bits = 64) {
      let text = '';
      for (const byte of bytes(Math.ceil(bits / 5))) text += alphabet.charAt(byte & 31);
      return text;
    },
    fraction() {
      let value = 0;
      for (const byte of bytes(6)) value = value * 256 + byte;
      return value / 2 ** 48;
    },
  };
}

const pool = new Uint8Array(4096);
let used = pool.length;

/** The platform's cryptographic generator, read in blocks because each call of it is dear. */
export const systemRandom: Random = randomFrom((length) => {
  if (length > pool.length) throw new RangeError(`At most ${pool.length} random bytes at once`);
  if (used + length > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += length;
  return pool.slice(used - length, used);
});
