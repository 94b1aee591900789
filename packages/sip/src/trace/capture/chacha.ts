// ChaCha20-Poly1305 (RFC 8439), as TLS uses it.
import { u32Little, u8 } from './octets.ts';

const tagLength = 16;
const prime = 2n ** 130n - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** The text (RFC 8439 §2.8); undefined when it, the tag behind it or `more`, which was sealed with it, is not what was sealed. */
export function openChaCha(
  key: Uint8Array,
  nonce: Uint8Array,
  more: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const length = sealed.length - tagLength;
  if (length < 0) return undefined;
  const state = initial(key, nonce);
  const text = sealed.subarray(0, length);
  const tag = poly1305(block(state, 0), more, text);
  if (tag !== little(sealed, length, 16)) return undefined;
  const whole = new Uint8Array(length);
  for (let at = 0; at < length; at += 64) {
    const mask = block(state, 1 + at / 64);
    const end = Math.min(length, at + 64);
    for (let i = at; i < end; i += 1)
      whole[i] = u8(text, i) ^ (((mask[(i - at) >> 2] ?? 0) >>> (((i - at) & 3) * 8)) & 255);
  }
  return whole;
}

/** §2.3: constants, key, counter, nonce. */
function initial(key: Uint8Array, nonce: Uint8Array): Uint32Array {
  const state = new Uint32Array(16);
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let i = 0; i < 8; i += 1) state[4 + i] = u32Little(key, i * 4);
  for (let i = 0; i < 3; i += 1) state[13 + i] = u32Little(nonce, i * 4);
  return state;
}

/** §2.3.1: one block of the key stream. */
function block(state: Uint32Array, counter: number): Uint32Array {
  const first = state.slice();
  first[12] = counter;
  const x = first.slice();
  for (let round = 0; round < 10; round += 1) {
    for (let i = 0; i < 4; i += 1) quarter(x, i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i += 1)
      quarter(x, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
  }
  for (let i = 0; i < 16; i += 1) x[i] = (x[i] ?? 0) + (first[i] ?? 0);
  return x;
}

/** §2.1. */
function quarter(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  add(x, a, b, d, 16);
  add(x, c, d, b, 12);
  add(x, a, b, d, 8);
  add(x, c, d, b, 7);
}

function add(x: Uint32Array, sum: number, term: number, turned: number, left: number): void {
  const value = ((x[sum] ?? 0) + (x[term] ?? 0)) | 0;
  x[sum] = value;
  const bits = (x[turned] ?? 0) ^ value;
  x[turned] = (bits << left) | (bits >>> (32 - left));
}

/** §2.5, over the parts as §2.8 pads them. */
function poly1305(keys: Uint32Array, more: Uint8Array, text: Uint8Array): bigint {
  const number = (at: number): bigint =>
    [3, 2, 1, 0].reduce((whole, i) => (whole << 32n) | BigInt(keys[at + i] ?? 0), 0n);
  const r = number(0) & clamp;
  let sum = 0n;
  for (const part of [more, text]) {
    for (let at = 0; at < part.length; at += 16)
      sum = ((sum + little(part, at, 16) + 2n ** 128n) * r) % prime;
  }
  const lengths = BigInt(more.length) | (BigInt(text.length) << 64n);
  sum = ((sum + lengths + 2n ** 128n) * r) % prime;
  return (sum + number(4)) & (2n ** 128n - 1n);
}

/** A number with its lowest octet first; beyond the end stand zeros. */
function little(bytes: Uint8Array, at: number, octets: number): bigint {
  let whole = 0n;
  for (let i = octets - 4; i >= 0; i -= 4)
    whole = (whole << 32n) | BigInt(u32Little(bytes, at + i));
  return whole;
}
