// DEFLATE against zlib, which Node.js has: whatever it packs comes out again, within limits, and what is no DEFLATE is told.
import { constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inflate, unpack } from './inflate.ts';

/** Texts of all kinds: empty, alike, like chance, like messages. */
const texts: readonly Uint8Array[] = [
  new Uint8Array(0),
  Uint8Array.of(1),
  new Uint8Array(100_000),
  Uint8Array.from({ length: 70_000 }, (_, at) => Math.imul(at ^ (at >> 3), 2_654_435_761) >>> 24),
  Buffer.from('SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS example.com;branch=z9hG4bK1\r\n'.repeat(800)),
];
const limit = 1_000_000;

function isSame(read: ReturnType<typeof inflate>, text: Uint8Array): boolean {
  return read.ok && Buffer.compare(read.value, text) === 0;
}

test('what zlib packs comes out again, at each level and with each strategy', () => {
  for (const text of texts) {
    for (const level of [0, 1, 6, 9])
      for (const strategy of [
        constants.Z_DEFAULT_STRATEGY,
        constants.Z_FIXED,
        constants.Z_HUFFMAN_ONLY,
        constants.Z_RLE,
      ])
        expect(isSame(inflate(deflateRawSync(text, { level, strategy }), limit), text)).toBe(true);
    for (const packed of [deflateSync(text), gzipSync(text), deflateRawSync(text)])
      expect(isSame(unpack(packed, limit), text)).toBe(true);
  }
});

test('copies reach into what was said before, and no further', () => {
  const [before, text] = [
    Buffer.from('INVITE sip:bob@example.com SIP/2.0'),
    Buffer.from('ACK sip:bob@example.com SIP/2.0'),
  ];
  const packed = deflateRawSync(text, { dictionary: before });
  expect(inflate(packed, limit, before)).toEqual({ ok: true, value: Uint8Array.from(text) });
  expect(inflate(packed, limit)).toEqual({ ok: false, error: 'damaged' });
});

test('what would become too long ends at the limit', () => {
  const bomb = deflateRawSync(new Uint8Array(50_000_000));
  expect(inflate(bomb, limit)).toEqual({ ok: false, error: 'too long' });
  expect(inflate(deflateRawSync(new Uint8Array(1001), { level: 0 }), 1000)).toEqual({
    ok: false,
    error: 'too long',
  });
});

test('octets that are touched or cut never throw', () => {
  const packed = deflateRawSync(texts[4] ?? new Uint8Array(0));
  for (let at = 0; at < packed.length; at += 1) {
    const touched = Uint8Array.from(packed, (byte, place) =>
      place === at ? byte ^ (1 << (at & 7)) : byte,
    );
    const read = inflate(touched, limit);
    expect(read.ok ? read.value.length <= limit : read.error).toBeTruthy();
    expect(inflate(packed.subarray(0, at), limit).ok).toBe(at === 0);
  }
});
