// Both laws against values of the ITU.
import { expect, test } from 'vitest';
import type { Law } from './g711.ts';
import { codecNamed } from './codec.ts';
import { aLaw, muLaw, pcmu as codecOfMu } from './g711.ts';

function encoded(codec: Law, ...samples: number[]): number[] {
  const octets = new Uint8Array(samples.length);
  codec.encode(Int16Array.from(samples), samples.length, octets, 0);
  return Array.from(octets);
}

function decoded(codec: Law, ...octets: number[]): number[] {
  const samples = new Int16Array(octets.length);
  codec.decode(Uint8Array.from(octets), 0, octets.length, samples);
  return Array.from(samples);
}

test('ITU-T G.711: the ends and the middle of µ-law', () => {
  expect(decoded(muLaw, 0x00, 0x80, 0xff, 0x7f, 0x70, 0xf0)).toEqual([
    -32_124, 32_124, 0, 0, -120, 120,
  ]);
  expect(encoded(muLaw, 0, 32_767, -32_768, -1, 4, -5)).toEqual([
    0xff, 0x80, 0x00, 0x7f, 0xfe, 0x7e,
  ]);
});

test('ITU-T G.711: the ends and the middle of A-law', () => {
  expect(decoded(aLaw, 0xaa, 0x2a, 0xd5, 0x55, 0xc5)).toEqual([32_256, -32_256, 8, -8, 264]);
  expect(encoded(aLaw, 0, -1, 32_767, -32_768, 16, -17)).toEqual([
    0xd5, 0x55, 0xaa, 0x2a, 0xd4, 0x54,
  ]);
});

// The eight octets of the digital milliwatt are a sine of 1000 Hz at 0 dBm0, 3.17 dB (µ) and 3.14 dB (A) below the peak.
test.each([
  {
    name: 'µ-law',
    codec: muLaw,
    octets: [0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e],
    peak: 32_636 / 10 ** (3.17 / 20),
  },
  {
    name: 'A-law',
    codec: aLaw,
    octets: [0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4],
    peak: 32_768 / 10 ** (3.14 / 20),
  },
])('ITU-T G.711 table 5 and 6: the digital milliwatt of $name', ({ codec, octets, peak }) => {
  const samples = decoded(codec, ...octets);
  const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / 8;
  expect(Math.sqrt(2 * power) / peak).toBeCloseTo(1, 1.5);
  expect(encoded(codec, ...samples)).toEqual(octets);
});

test.each([muLaw, aLaw])('law %#: every octet comes back from its sample', (codec) => {
  for (let octet = 0; octet < 256; octet += 1) {
    // µ-law has two zeros; the positive one is sent.
    const expected = codec === muLaw && octet === 0x7f ? 0xff : octet;
    expect(encoded(codec, ...decoded(codec, octet))).toEqual([expected]);
  }
});

// The decision values where the segments begin, in 16 bits: table 2a has them in 14 bits, table 1a in 13.
test.each([
  {
    name: 'µ-law',
    codec: muLaw,
    values: [4063, 2015, 991, 479, 223, 95, 31].map((value) => 4 * value),
    first: 0x8f,
  },
  {
    name: 'A-law',
    codec: aLaw,
    values: [2048, 1024, 512, 256, 128, 64].map((value) => 8 * value),
    first: 0xf0,
  },
])(
  'ITU-T G.711: the segments of $name begin at their decision values',
  ({ codec, values, first }) => {
    const plain = (sample: number): number =>
      (encoded(codec, sample)[0] ?? 0) ^ (codec === aLaw ? 0x55 : 0);
    values.forEach((value, index) => {
      const step = codec === aLaw ? -16 * index : 16 * index;
      expect(plain(value)).toBe(first + step);
      expect(plain(value - 1)).toBe(first + step + (codec === aLaw ? -1 : 1));
      expect(plain(-value - 1)).toBe((first + step) & 127);
      expect(plain(-value)).toBe((first + step + (codec === aLaw ? -1 : 1)) & 127);
    });
  },
);

test.each([muLaw, aLaw])('law %#: a greater sample never gets a lower level', (codec) => {
  const all = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
  const levels = decoded(codec, ...encoded(codec, ...all));
  expect(levels.every((level, index) => index === 0 || level >= (levels[index - 1] ?? 0))).toBe(
    true,
  );
  expect(new Set(levels).size).toBe(codec === muLaw ? 255 : 256);
});

test('silence is the octet of 0, and codecs are found by their name in any case', () => {
  expect(encoded(muLaw, 0)).toEqual([0xff]);
  expect(encoded(aLaw, 0)).toEqual([0xd5]);
  expect(codecNamed('pcmu')).toBe(codecOfMu);
  expect(codecNamed('OPUS')?.name).toBe('opus');
  expect(codecNamed('iLBC')).toBeUndefined();
});
