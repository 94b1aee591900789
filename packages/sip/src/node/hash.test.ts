// OpenSSL's hashes are those that every platform has.
import { afterEach, expect, test } from 'vitest';
import { digestHex } from '../auth/digest.ts';
import { useHash } from '../base/hash.ts';
import { installHash, opensslHash } from './hash.ts';

afterEach(() => useHash(undefined));

test('OpenSSL and the portable functions hash alike, for texts of every length up to three blocks', () => {
  for (const name of ['MD5', 'SHA-256', 'SHA-512-256'] as const) {
    for (let length = 0; length < 390; length += 13) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 7) % 256);
      useHash(undefined);
      const portable = digestHex(name, bytes);
      expect(opensslHash(name, bytes)).toBe(portable);
      installHash();
      expect(digestHex(name, bytes)).toBe(portable);
    }
  }
});
