// Our HMAC beside that of a library, for keys of all lengths.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { utf8Bytes } from '../base/bytes.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { KeyedHash } from './keyed-hash.ts';

test('RFC 2104 §2: a key is padded to a block, and hashed when it is longer', () => {
  const random = seededRandom(1);
  for (const length of [0, 1, 32, 63, 64, 65, 200]) {
    const key = random.bytes(length);
    const keyed = new KeyedHash(key);
    for (const text of ['', 'what is signed', 'x'.repeat(500)]) {
      const content = utf8Bytes(text);
      expect(keyed.sign(content)).toBe(bytesToHex(hmac(sha256, key, content)));
    }
  }
});
