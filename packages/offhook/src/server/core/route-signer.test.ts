// The token of our routes is an HMAC as RFC 2104 has it, so that those of calls in progress stay good.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { routeSigner } from './route-signer.ts';

test.each([
  ['a usual key', 32],
  ['a short key', 5],
  ['a key longer than a block', 100],
])('RFC 2104 §2: with %s the token is 128 bits of HMAC-SHA-256', (_, length) => {
  const key = new Uint8Array(length).fill(7);
  const sign = routeSigner(key);
  for (const text of [
    '',
    'a@b',
    'a@b',
    'ä',
    'x'.repeat(512),
    'y'.repeat(513),
    'a@b udp-192.0.2.1-5060',
  ]) {
    const right = createHmac('sha256', key).update(text, 'latin1').digest('hex');
    expect(sign(text)).toBe(right.slice(0, 32));
  }
});
