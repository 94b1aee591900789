// From a master key to the keys of packets: the pseudo-random function of SRTP (RFC 3711 §4.3).
import { createCipheriv } from 'node:crypto';
import type { Suite } from './suite.ts';

/** The keys of one kind of packet. */
export interface PacketKeys {
  readonly cipher: Uint8Array;
  /** For HMAC-SHA1; not used by suites that authenticate by themselves. */
  readonly authentication: Uint8Array;
  readonly salt: Uint8Array;
}

/** The session keys of one master key, for RTP and for RTCP. */
export interface SessionKeys {
  readonly rtp: PacketKeys;
  readonly rtcp: PacketKeys;
}

/** RFC 3711 §5.2: the authentication key has 160 bits. */
const authenticationLength = 20;

/** Derives the session keys of `master`, which is the key with the salt behind it; there is no key derivation rate. */
export function sessionKeys(suite: Suite, master: Uint8Array): SessionKeys {
  if (master.length !== suite.keyLength + suite.saltLength)
    throw new RangeError(`A master key of ${suite.name} has another length`);
  const key = master.subarray(0, suite.keyLength);
  const salt = master.subarray(suite.keyLength);
  const derived = (label: number): PacketKeys => ({
    cipher: derive(key, salt, label, suite.keyLength),
    authentication: derive(key, salt, label + 1, authenticationLength),
    salt: derive(key, salt, label + 2, suite.saltLength),
  });
  return { rtp: derived(0), rtcp: derived(3) };
}

/** RFC 3711 §4.3.1: AES in counter mode, started by the salt with the label in its eighth octet. */
export function derive(
  key: Uint8Array,
  salt: Uint8Array,
  label: number,
  length: number,
): Uint8Array {
  // RFC 7714 §11: a salt of twelve octets is padded with zeros like one of fourteen.
  const start = new Uint8Array(16);
  start.set(salt);
  start[7] = (start[7] ?? 0) ^ label;
  return createCipheriv('aes-128-ctr', key, start).update(new Uint8Array(length));
}
