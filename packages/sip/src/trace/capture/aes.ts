// AES (FIPS 197) by tables, for reading captures: nobody measures here how long it takes.
import { putU32, u32, u8 } from './octets.ts';

const sbox = new Uint8Array(256);
const inverse = new Uint8Array(256);
/** A substituted octet times the first column of MixColumns, and of its inverse; the other columns are rotations of it. */
const forwards = new Uint32Array(256);
const backwards = new Uint32Array(256);
fillTables();

/** Round keys for one direction. */
interface Schedule {
  readonly keys: Uint32Array;
  readonly table: Uint32Array;
  readonly last: Uint8Array;
  /** The inverse is the cipher itself with its second and fourth columns in each other's place. */
  readonly second: 1 | 3;
}

/** One key. */
export class Aes {
  readonly #forwards: Schedule;
  #backwards: Schedule | undefined;

  /** The key has 16 or 32 octets. */
  constructor(key: Uint8Array) {
    this.#forwards = { keys: expanded(key), table: forwards, last: sbox, second: 1 };
  }

  /** Enciphers the 16 octets of `from` at `at` into the beginning of `to`. */
  encrypt(from: Uint8Array, at: number, to: Uint8Array): void {
    cipher(this.#forwards, from, at, to);
  }

  /** Deciphers the 16 octets of `from` at `at` into the beginning of `to`. */
  decrypt(from: Uint8Array, at: number, to: Uint8Array): void {
    this.#backwards ??= {
      keys: inverted(this.#forwards.keys),
      table: backwards,
      last: inverse,
      second: 3,
    };
    cipher(this.#backwards, from, at, to);
  }
}

/** Deciphers the whole blocks of a chain (NIST SP 800-38A §6.2), padding and all. */
export function decryptCbc(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Uint8Array {
  const aes = new Aes(key);
  const plain = new Uint8Array(sealed.length & ~15);
  const block = new Uint8Array(16);
  for (let at = 0; at < plain.length; at += 16) {
    aes.decrypt(sealed, at, block);
    const [before, start] = at === 0 ? [iv, 0] : [sealed, at - 16];
    for (let i = 0; i < 16; i += 1) plain[at + i] = u8(block, i) ^ u8(before, start + i);
  }
  return plain;
}

function cipher(
  { keys, table, last, second }: Schedule,
  from: Uint8Array,
  at: number,
  to: Uint8Array,
): void {
  const fourth = 4 - second;
  let a = u32(from, at) ^ word(keys, 0);
  let b = u32(from, at + 4 * second) ^ word(keys, 1);
  let c = u32(from, at + 8) ^ word(keys, 2);
  let d = u32(from, at + 4 * fourth) ^ word(keys, 3);
  const end = keys.length - 4;
  for (let key = 4; key < end; key += 4) {
    const [e, f, g, h] = [a, b, c, d];
    a = mixed(table, e, f, g, h) ^ word(keys, key);
    b = mixed(table, f, g, h, e) ^ word(keys, key + 1);
    c = mixed(table, g, h, e, f) ^ word(keys, key + 2);
    d = mixed(table, h, e, f, g) ^ word(keys, key + 3);
  }
  putU32(to, 0, substituted(last, a, b, c, d) ^ word(keys, end));
  putU32(to, 4 * second, substituted(last, b, c, d, a) ^ word(keys, end + 1));
  putU32(to, 8, substituted(last, c, d, a, b) ^ word(keys, end + 2));
  putU32(to, 4 * fourth, substituted(last, d, a, b, c) ^ word(keys, end + 3));
}

/** SubBytes, ShiftRows and MixColumns of one column. */
function mixed(table: Uint32Array, a: number, b: number, c: number, d: number): number {
  return (
    word(table, a >>> 24) ^
    rotated(word(table, (b >>> 16) & 255), 8) ^
    rotated(word(table, (c >>> 8) & 255), 16) ^
    rotated(word(table, d & 255), 24)
  );
}

/** SubBytes and ShiftRows of one column, as in the last round. */
function substituted(box: Uint8Array, a: number, b: number, c: number, d: number): number {
  return (
    (u8(box, a >>> 24) << 24) |
    (u8(box, (b >>> 16) & 255) << 16) |
    (u8(box, (c >>> 8) & 255) << 8) |
    u8(box, d & 255)
  );
}

/** FIPS 197 §5.2. */
function expanded(key: Uint8Array): Uint32Array {
  const own = key.length / 4;
  const keys = new Uint32Array((own + 7) * 4);
  let constant = 1;
  for (let i = 0; i < keys.length; i += 1) {
    if (i < own) {
      keys[i] = u32(key, i * 4);
      continue;
    }
    let before = word(keys, i - 1);
    if (i % own === 0) {
      const turned = rotated(before, 24);
      before = substituted(sbox, turned, turned, turned, turned) ^ (constant << 24);
      constant = doubled(constant);
    } else if (own > 6 && i % own === 4) {
      before = substituted(sbox, before, before, before, before);
    }
    keys[i] = word(keys, i - own) ^ before;
  }
  return keys;
}

/** The keys of the equivalent inverse cipher (FIPS 197 §5.3.5): rounds in reverse, those within through InvMixColumns. */
function inverted(keys: Uint32Array): Uint32Array {
  const back = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i += 4) {
    for (let column = 0; column < 4; column += 1) {
      const key = word(keys, keys.length - 4 - i + ((4 - column) & 3));
      const within = i > 0 && i < keys.length - 4;
      const unmixed = substituted(sbox, key, key, key, key);
      back[i + column] = within ? mixed(backwards, unmixed, unmixed, unmixed, unmixed) : key;
    }
  }
  return back;
}

function fillTables(): void {
  // 3 generates all octets but 0, and the power 255 - n of it is the inverse of the power n.
  const powers = new Uint8Array(256);
  let power = 1;
  for (let n = 0; n < 256; n += 1) {
    powers[n] = power;
    power ^= doubled(power);
  }
  for (let n = 0; n < 256; n += 1) {
    const [value, reciprocal] = n === 255 ? [0, 0] : [u8(powers, n), u8(powers, 255 - n)];
    // FIPS 197 §5.1.1: the affine map.
    const twice = reciprocal * 0x101;
    const turned = (twice >>> 4) ^ (twice >>> 5) ^ (twice >>> 6) ^ (twice >>> 7);
    const image = ((reciprocal ^ turned) & 255) ^ 0x63;
    sbox[value] = image;
    inverse[image] = value;
  }
  for (let n = 0; n < 256; n += 1) {
    const s = u8(sbox, n);
    forwards[n] = column(s, 2, 1, 1, 3);
    backwards[n] = column(u8(inverse, n), 14, 9, 13, 11);
  }
}

function column(value: number, ...factors: readonly [number, number, number, number]): number {
  return factors.reduce((whole, factor) => (whole << 8) | times(value, factor), 0);
}

function times(value: number, factor: number): number {
  let product = 0;
  for (let bit = 1, term = value; bit <= factor; bit <<= 1, term = doubled(term)) {
    if ((factor & bit) !== 0) product ^= term;
  }
  return product;
}

/** Twice an octet in the field of FIPS 197 §4.2. */
function doubled(value: number): number {
  return ((value << 1) ^ (value & 0x80 ? 0x11b : 0)) & 255;
}

function rotated(value: number, right: number): number {
  return (value >>> right) | (value << (32 - right));
}

function word(table: Uint32Array, at: number): number {
  return table[at] ?? 0;
}
