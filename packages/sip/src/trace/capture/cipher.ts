// The ciphers of TLS, opening only: a record that is not sealed under the key is told as such and throws nothing.
import { cbc, gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Sealing } from './tls-suite.ts';

/** The text; undefined when it, the tag behind it or `more`, which was sealed with it, is not what was sealed. */
export type OpenSealed = (
  nonce: Uint8Array,
  more: Uint8Array,
  sealed: Uint8Array,
) => Uint8Array | undefined;

/** Opens what is sealed as a whole under `key`; what is not in chained blocks is AES-GCM unless it is ChaCha20. */
export function opener(name: Sealing, key: Uint8Array): OpenSealed {
  const cipher = name === 'ChaCha20-Poly1305' ? chacha20poly1305 : gcm;
  return (nonce, more, sealed) => {
    try {
      return cipher(key, nonce, more).decrypt(sealed);
    } catch {
      return undefined;
    }
  };
}

/** AES in chained blocks (RFC 5246 §6.2.3.2), with its padding. Takes whole blocks of sixteen octets. */
export function decryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return cbc(key, iv, { disablePadding: true }).decrypt(blocks);
}
