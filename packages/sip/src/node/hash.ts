// Hashes by OpenSSL, several times faster than in JavaScript.
import { hash } from 'node:crypto';
import { useHash } from '../base/hash.ts';
import type { Hash } from '../base/hash.ts';

const names = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;

/** Hashes in native code. */
export const opensslHash: Hash = (name, bytes) => hash(names[name], bytes, 'hex');

/** Makes `opensslHash` the hash function of this process, unless its OpenSSL was built without one of the three. */
export function installHash(): void {
  try {
    for (const name of ['MD5', 'SHA-256', 'SHA-512-256'] as const)
      opensslHash(name, new Uint8Array(0));
    useHash(opensslHash);
  } catch {
    // A system that forbids MD5: the portable hashes stay.
  }
}
