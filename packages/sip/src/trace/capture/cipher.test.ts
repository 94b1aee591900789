// The ciphers against those of Node.js: what OpenSSL seals comes out, and nothing that was touched.
import { createCipheriv, createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { decryptCbc, opener } from './cipher.ts';

/** So many octets that look like chance and are always the same. */
function octets(name: string, length: number): Uint8Array {
  return createHash('shake256', { outputLength: Math.max(1, length) })
    .update(name)
    .digest()
    .subarray(0, length);
}

const lengths = [0, 1, 15, 16, 17, 63, 64, 65, 255, 1000, 16_384];
const nonce = octets('nonce', 12);
const more = octets('more', 13);

/** Text and tag, as OpenSSL seals them. */
function sealed(
  name: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305',
  key: Uint8Array,
  text: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(name as 'aes-128-gcm', key, nonce, { authTagLength: 16 });
  cipher.setAAD(more);
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

test.each(['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'] as const)(
  '%s as OpenSSL seals it',
  (name) => {
    const key = octets('key', name === 'aes-128-gcm' ? 16 : 32);
    const opens = opener(name === 'chacha20-poly1305' ? 'ChaCha20-Poly1305' : 'AES-GCM', key);
    const open = (bytes: Uint8Array, beside = more): Uint8Array | undefined =>
      opens(nonce, beside, bytes);
    for (const length of lengths) {
      const text = octets(`text ${length}`, length);
      const whole = sealed(name, key, text);
      // However it lies in memory.
      const shifted = new Uint8Array(whole.length + 3);
      shifted.set(whole, 3);
      expect(open(shifted.subarray(3))).toEqual(Uint8Array.from(text));
      for (const at of [0, whole.length >> 1, whole.length - 1]) {
        const touched = Uint8Array.from(whole, (byte, place) => (place === at ? byte ^ 1 : byte));
        expect(open(touched)).toBeUndefined();
      }
      expect(open(whole, more.subarray(1))).toBeUndefined();
      expect(open(whole.subarray(0, 15))).toBeUndefined();
    }
  },
);

test.each([16, 32])('AES with keys of %i octets in chains, as OpenSSL makes them', (size) => {
  const [key, iv] = [octets('key', size), octets('iv', 16)];
  for (const length of [16, 32, 1024]) {
    const text = octets(`text ${length}`, length);
    const cipher = createCipheriv(`aes-${size * 8}-cbc`, key, iv).setAutoPadding(false);
    expect(decryptCbc(key, iv, cipher.update(text))).toEqual(Uint8Array.from(text));
  }
});
