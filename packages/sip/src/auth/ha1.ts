// HA1, the hash of user, realm and password that a server keeps instead of the password (RFC 7616 §3.4.2).
import { writable } from '../base/bytes.ts';
import { digestHex } from './digest.ts';
import type { DigestAlgorithm } from './digest.ts';

/**
 * The hash of `username:realm:password`, texts as a person writes them, hashed as UTF-8. It is as good as the password:
 * whoever has it can log in.
 */
export function ha1(
  algorithm: DigestAlgorithm,
  username: string,
  realm: string,
  password: string,
): string {
  return digestHex(algorithm, `${writable(username)}:${writable(realm)}:${writable(password)}`);
}

/** HA1 for a realm that came from the wire and is hashed byte for byte as it came. */
export function ha1ForChallenge(
  algorithm: DigestAlgorithm,
  username: string,
  wireRealm: string,
  password: string,
): string {
  return digestHex(algorithm, `${writable(username)}:${wireRealm}:${writable(password)}`);
}
