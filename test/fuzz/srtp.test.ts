// SRTP and its keys in descriptions: whatever comes is dropped or opened, and the good packets after it are opened still.
import * as fc from 'fast-check';
import {
  cryptosOf,
  formatCrypto,
  parseCrypto,
  parseSdp,
} from '../../packages/sip/src/sdp/index.ts';
import { SrtpOpening } from '../../packages/offhook/src/media/srtp/opening.ts';
import { SrtpProtection } from '../../packages/offhook/src/media/srtp/protecting.ts';
import { suites } from '../../packages/offhook/src/media/srtp/suite.ts';
import { fuzz } from './runs.ts';

function packet(sequence: number): Uint8Array {
  const bytes = new Uint8Array(12 + 160 + 20);
  bytes.set([128, 0, sequence >>> 8, sequence & 255, 0, 0, 0, 9, 0, 0, 0, 7]);
  return bytes;
}

const bytes = fc.uint8Array({ maxLength: 300 });
/** A good packet with some octets changed, and some cut off or added. */
const bent = fc.record({
  changes: fc.array(fc.tuple(fc.nat(181), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  }),
  length: fc.oneof(fc.constant(182), fc.nat(182)),
});

fuzz(
  'A63: no forged, bent or cut packet is opened, RTP or RTCP, and the next good one is',
  {
    runs: 200,
    input: fc.record({
      suite: fc.constantFrom(...suites),
      rain: fc.array(fc.oneof(bytes, bent), { maxLength: 30 }),
      sequence: fc.nat(65_000),
    }),
  },
  ({ suite, rain, sequence }) => {
    const master = new Uint8Array(suite.keyLength + suite.saltLength).fill(3);
    const protection = new SrtpProtection(suite, master);
    const opening = new SrtpOpening(suite, master);
    const good = (number: number): Uint8Array => {
      const plain = packet(number);
      return plain.slice(0, protection.rtp(plain, 172));
    };
    if (opening.rtp(good(sequence)) !== 172) throw new Error('The first packet is not opened');
    for (const [index, drop] of rain.entries()) {
      const original = good(sequence + 2 * index + 1);
      const forged = drop instanceof Uint8Array ? drop : twisted(original, drop);
      if (sameBytes(forged, original)) continue;
      if (opening.rtp(forged.slice()) !== 0) throw new Error('A forged packet was opened');
      if (opening.rtcp(forged) !== undefined) throw new Error('A forged report was opened');
      if (opening.rtp(good(sequence + 2 * index + 2)) !== 172)
        throw new Error('A good packet was dropped');
    }
  },
);

const word = fc.string({
  unit: fc.constantFrom(...'0123456789 inline:|^2;=AES_CM+/.-\tKDR'.split('')),
  maxLength: 60,
});

fuzz(
  'A10: any a=crypto is a key or none, and one that is a key is written as it was read',
  {
    runs: 500,
    input: fc.oneof(
      word,
      word.map((text) => `1 AES_CM_128_HMAC_SHA1_80 inline:${text}`),
    ),
  },
  (text) => {
    const crypto = parseCrypto(text);
    if (crypto === undefined) return;
    const again = parseCrypto(formatCrypto(crypto));
    if (JSON.stringify(again) !== JSON.stringify(crypto))
      throw new Error(`${text} is another key when it is written`);
    const parsed = parseSdp(
      `v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 9 RTP/SAVP 0\na=crypto:${text}\n`,
    );
    const [line] = parsed.ok ? parsed.value.media : [];
    if (line === undefined || cryptosOf(line).length !== 1)
      throw new Error(`${text} is no key in a description`);
  },
);

function twisted(
  original: Uint8Array,
  {
    changes,
    length,
  }: { readonly changes: readonly (readonly [number, number])[]; readonly length: number },
): Uint8Array {
  const copy = original.slice();
  for (const [at, change] of changes) if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ change;
  return copy.slice(0, length);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
