// From the exchanged keys to those of records and of SRTP (RFC 5246 §5, §6.3, §8.1; RFC 7627 §4; RFC 5764 §4.2).
import { createHash, createHmac } from 'node:crypto';
import { joined } from './wire.ts';

/** Octets of a random, and of a master secret. */
export const randomLength = 32;
const masterLength = 48;
/** RFC 5246 §7.4.9. */
const verifyLength = 12;
/** RFC 5288 §3: AES-128, and four octets of each nonce. */
const keyLength = 16;
const saltLength = 4;

/** The keys of records of one direction. */
export interface RecordKeys {
  readonly key: Uint8Array;
  /** The part of the nonces that is kept secret. */
  readonly salt: Uint8Array;
}

/** Which end. */
export type DtlsRole = 'client' | 'server';

/** RFC 7627 §4: bound to all of the handshake up to the key exchange, so that it belongs to no other one. */
export function masterSecret(shared: Uint8Array, transcript: Uint8Array): Uint8Array {
  return prf(shared, 'extended master secret', sha256(transcript), masterLength);
}

/** The keys of both directions (RFC 5246 §6.3). */
export function recordKeys(
  master: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): Readonly<Record<DtlsRole, RecordKeys>> {
  const seed = joined([serverRandom, clientRandom]);
  const block = prf(master, 'key expansion', seed, 2 * (keyLength + saltLength));
  const salts = 2 * keyLength;
  return {
    client: {
      key: block.subarray(0, keyLength),
      salt: block.subarray(salts, salts + saltLength),
    },
    server: { key: block.subarray(keyLength, salts), salt: block.subarray(salts + saltLength) },
  };
}

/** What `role` says in Finished about all messages before it (RFC 5246 §7.4.9). */
export function verifyData(master: Uint8Array, role: DtlsRole, transcript: Uint8Array): Uint8Array {
  return prf(master, `${role} finished`, sha256(transcript), verifyLength);
}

/** Master keys of SRTP of `role`, each with its salt behind it (RFC 5764 §4.2). */
export function srtpKeys(
  master: Uint8Array,
  randoms: { readonly client: Uint8Array; readonly server: Uint8Array },
  lengths: { readonly key: number; readonly salt: number },
): Readonly<Record<DtlsRole, Uint8Array>> {
  const { key, salt } = lengths;
  const seed = joined([randoms.client, randoms.server]);
  const block = prf(master, 'EXTRACTOR-dtls_srtp', seed, 2 * (key + salt));
  const salts = 2 * key;
  return {
    client: joined([block.subarray(0, key), block.subarray(salts, salts + salt)]),
    server: joined([block.subarray(key, salts), block.subarray(salts + salt)]),
  };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

// RFC 5246 §5: P_SHA256.
function prf(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const mac = (bytes: Uint8Array): Uint8Array =>
    createHmac('sha256', secret).update(bytes).digest();
  const start = joined([Buffer.from(label, 'latin1'), seed]);
  const blocks: Uint8Array[] = [];
  let chained = mac(start);
  for (let made = 0; made < length; made += chained.length) {
    blocks.push(mac(joined([chained, start])));
    chained = mac(chained);
  }
  return joined(blocks).subarray(0, length);
}
