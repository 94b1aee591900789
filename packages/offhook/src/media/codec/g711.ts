// G.711, both laws, by tables: 8000 samples a second, one octet each (RFC 3551 §4.5.14).
import type { AudioCodec } from './codec.ts';

/** µ-law, payload type 0. */
export const pcmu: AudioCodec = {
  name: 'PCMU',
  payloadType: 0,
  clockRate: 8000,
  ...byTables(compressMu, expandMu),
};

/** A-law, payload type 8. */
export const pcma: AudioCodec = {
  name: 'PCMA',
  payloadType: 8,
  clockRate: 8000,
  ...byTables(compressA, expandA),
};

function byTables(
  compress: (sample: number) => number,
  expand: (octet: number) => number,
): Pick<AudioCodec, 'encode' | 'decode'> {
  const octets = new Uint8Array(65_536);
  for (let sample = -32_768; sample < 32_768; sample += 1)
    octets[sample & 0xffff] = compress(sample);
  const samples = Int16Array.from({ length: 256 }, (_, octet) => expand(octet));
  return {
    encode(from, count, into, at) {
      for (let index = 0; index < count; index += 1) {
        into[at + index] = octets[(from[index] ?? 0) & 0xffff] ?? 0;
      }
    },
    decode(payload, start, end, into) {
      const count = Math.min(end - start, into.length);
      for (let index = 0; index < count; index += 1) {
        into[index] = samples[payload[start + index] ?? 0] ?? 0;
      }
      return count;
    },
  };
}

// Both laws treat a negative sample as the one's complement of a positive one, as the ITU's software library does: the
// value -1 belongs to the first negative step.
function magnitude(sample: number): number {
  return sample < 0 ? ~sample : sample;
}

function compressMu(sample: number): number {
  const biased = Math.min((magnitude(sample) >> 2) + 33, 0x1fff);
  const segment = 32 - Math.clz32(biased >> 5);
  const octet = ((8 - segment) << 4) | (15 - ((biased >> segment) & 15));
  return sample < 0 ? octet : octet | 128;
}

function expandMu(octet: number): number {
  const inverted = ~octet & 127;
  const exponent = inverted >> 4;
  const value = ((((inverted & 15) << 3) + 0x84) << exponent) - 0x84;
  return octet < 128 ? -value : value;
}

function compressA(sample: number): number {
  const value = magnitude(sample) >> 4;
  const exponent = value < 32 ? value >> 4 : 28 - Math.clz32(value);
  const mantissa = (exponent > 1 ? value >> (exponent - 1) : value) & 15;
  return ((exponent << 4) | mantissa | (sample < 0 ? 0 : 128)) ^ 0x55;
}

function expandA(octet: number): number {
  const plain = (octet ^ 0x55) & 127;
  const exponent = plain >> 4;
  const mantissa = ((plain & 15) << 4) + (exponent > 0 ? 0x108 : 8);
  const value = exponent > 1 ? mantissa << (exponent - 1) : mantissa;
  return octet < 128 ? -value : value;
}
