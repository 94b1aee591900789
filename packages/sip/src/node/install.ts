// What Node.js does better than portable code, made the process's own.
import { installHash } from './hash.ts';
import { installLatin1 } from './latin1.ts';

/** Makes Buffer the latin1 codec and OpenSSL the hash function of this process. */
export function install(): void {
  installLatin1();
  installHash();
}
