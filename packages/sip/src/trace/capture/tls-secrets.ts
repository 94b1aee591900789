// From the secrets of a key log to the keys of records (RFC 8446 §7.3, RFC 5246 §5, §6.3, RFC 2246 §5).
import { expand } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { latin1Bytes } from '../../base/bytes.ts';
import { joined, u8 } from './octets.ts';
import { tlsVersion } from './tls-suite.ts';
import type { Derivation, HashName, Suite } from './tls-suite.ts';

/** What seals the records of one direction. */
export interface RecordKeys {
  readonly key: Uint8Array;
  /** What is given of each nonce; of chained blocks in TLS 1.0 what the first record is chained to. */
  readonly iv: Uint8Array;
  /** Of suites that chain blocks; empty for others. */
  readonly macKey: Uint8Array;
}

const hashes = { MD5: md5, SHA1: sha1, SHA256: sha256, SHA384: sha384 } as const;

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
  return expandLabel(derivation, secret, 'traffic upd', secret.length);
}

/** TLS before 1.3: the keys of both directions, the client's first (RFC 5246 §6.3). */
export function masterKeys(
  suite: Suite,
  version: number,
  master: Uint8Array,
  serverRandom: Uint8Array,
  clientRandom: Uint8Array,
): readonly [RecordKeys, RecordKeys] {
  const { sealing, keyLength, mac, derivation } = suite;
  const macOctets = sealing === 'AES-CBC' ? macLength(mac) : 0;
  // RFC 5288 §3, RFC 7905 §2; chained blocks tell theirs in each record, but in TLS 1.0 (RFC 2246 §6.3).
  const chainOctets = version === tlsVersion.tls10 ? 16 : 0;
  const ivOctets = { 'AES-GCM': 4, 'ChaCha20-Poly1305': 12, 'AES-CBC': chainOctets }[sealing];
  const seed = joined([latin1Bytes('key expansion'), serverRandom, clientRandom]);
  const length = 2 * (macOctets + keyLength + ivOctets);
  const block = pseudoRandom(derivation, master, seed, length);
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
function expandLabel(
  derivation: Derivation,
  secret: Uint8Array,
  name: string,
  length: number,
): Uint8Array {
  const label = latin1Bytes(`tls13 ${name}`);
  const of = joined([Uint8Array.of(0, length, label.length), label, Uint8Array.of(0)]);
  return expand(derivation === 'SHA384' ? sha384 : sha256, secret, of, length);
}

/** The handshake messages of a connection until now, hashed in each of the ways that its version may ask for. */
export class Transcript {
  readonly #hashes = {
    MD5: md5.create(),
    SHA1: sha1.create(),
    SHA256: sha256.create(),
    SHA384: sha384.create(),
  } as const;

  /** The next message, whole. */
  add(message: Uint8Array): void {
    for (const hash of Object.values(this.#hashes)) hash.update(message);
  }

  /** RFC 7627 §3: the hash of the session. */
  hash(derivation: Derivation): Uint8Array {
    const hashOf = (name: HashName): Uint8Array => this.#hashes[name].clone().digest();
    return derivation === 'MD5+SHA1' ? joined([hashOf('MD5'), hashOf('SHA1')]) : hashOf(derivation);
  }
}

/** RFC 5246 §8.1 with the random numbers, the client's first; RFC 7627 §4 with all that was said. */
export function masterSecret(
  derivation: Derivation,
  premaster: Uint8Array,
  by: { readonly randoms: readonly Uint8Array[] } | { readonly transcript: Transcript },
): Uint8Array {
  const seed =
    'randoms' in by
      ? [latin1Bytes('master secret'), ...by.randoms]
      : [latin1Bytes('extended master secret'), by.transcript.hash(derivation)];
  return pseudoRandom(derivation, premaster, joined(seed), 48);
}

/** The PRF of RFC 5246 §5; before TLS 1.2 each half of the secret goes through a hash of its own (RFC 2246 §5). */
function pseudoRandom(
  derivation: Derivation,
  secret: Uint8Array,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  if (derivation !== 'MD5+SHA1') return expanded(derivation, secret, seed, length);
  const half = Math.ceil(secret.length / 2);
  const other = expanded('SHA1', secret.slice(secret.length - half), seed, length);
  return expanded('MD5', secret.slice(0, half), seed, length).map(
    (byte, at) => byte ^ u8(other, at),
  );
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
