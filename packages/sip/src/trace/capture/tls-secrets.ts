// From the secrets of a key log to the keys of records (RFC 8446 §7.3, RFC 5246 §5, §6.3).
import { expand } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { latin1Bytes } from '../../base/bytes.ts';
import { joined } from './octets.ts';
import type { HashName, Suite } from './tls-suite.ts';

/** What seals the records of one direction. */
export interface RecordKeys {
  readonly key: Uint8Array;
  /** What is given of each nonce. */
  readonly iv: Uint8Array;
  /** Of suites that chain blocks; empty for others. */
  readonly macKey: Uint8Array;
}

const hashes = { SHA1: sha1, SHA256: sha256, SHA384: sha384 } as const;

/** The authentication code of octets. */
export function authenticated(hash: HashName, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(hashes[hash], key, bytes);
}

/** Octets of an authentication code. */
export function macLength(hash: HashName): number {
  return hashes[hash].outputLen;
}

/** TLS 1.3: the keys of a traffic secret (RFC 8446 §7.3). */
export function trafficKeys({ derivation, keyLength }: Suite, secret: Uint8Array): RecordKeys {
  const label = (name: string, length: number): Uint8Array =>
    expandLabel(derivation, secret, name, length);
  return { key: label('key', keyLength), iv: label('iv', 12), macKey: new Uint8Array(0) };
}

/** TLS 1.3: the traffic secret that follows one (RFC 8446 §7.2). */
export function nextSecret({ derivation }: Suite, secret: Uint8Array): Uint8Array {
  return expandLabel(derivation, secret, 'traffic upd', macLength(derivation));
}

/** TLS 1.2: the keys of both directions, the client's first (RFC 5246 §6.3). */
export function masterKeys(
  suite: Suite,
  master: Uint8Array,
  serverRandom: Uint8Array,
  clientRandom: Uint8Array,
): readonly [RecordKeys, RecordKeys] {
  const { sealing, keyLength, mac, derivation } = suite;
  const macOctets = sealing === 'AES-CBC' ? macLength(mac) : 0;
  // RFC 5288 §3, RFC 7905 §2; chained blocks tell theirs in each record.
  const ivOctets = { 'AES-GCM': 4, 'ChaCha20-Poly1305': 12, 'AES-CBC': 0 }[sealing];
  const seed = joined([latin1Bytes('key expansion'), serverRandom, clientRandom]);
  const block = expanded(derivation, master, seed, 2 * (macOctets + keyLength + ivOctets));
  let at = 0;
  const cut = (length: number): readonly [Uint8Array, Uint8Array] => {
    const start = at;
    at += 2 * length;
    return [block.slice(start, start + length), block.slice(start + length, at)];
  };
  const [macs, keys, ivs] = [cut(macOctets), cut(keyLength), cut(ivOctets)];
  return [
    { macKey: macs[0], key: keys[0], iv: ivs[0] },
    { macKey: macs[1], key: keys[1], iv: ivs[1] },
  ];
}

/** RFC 8446 §7.1, with nothing hashed. */
function expandLabel(hash: HashName, secret: Uint8Array, name: string, length: number): Uint8Array {
  const label = latin1Bytes(`tls13 ${name}`);
  const of = joined([Uint8Array.of(0, length, label.length), label, Uint8Array.of(0)]);
  return expand(hashes[hash], secret, of, length);
}

/** RFC 5246 §5: P_hash. */
function expanded(
  hash: HashName,
  secret: Uint8Array,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let part = seed;
  for (let have = 0; have < length; have += macLength(hash)) {
    part = authenticated(hash, secret, part);
    parts.push(authenticated(hash, secret, joined([part, seed])));
  }
  return joined(parts).slice(0, length);
}
