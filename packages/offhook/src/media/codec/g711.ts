// G.711, both laws, by tables: 8000 samples a second, one octet each (RFC 3551 §4.5.14).
import type { AudioCodec, AudioDecoder, AudioEncoder } from './codec.ts';
import { Concealment } from './concealment.ts';

/** One of the two laws: it has no memory. */
export interface Law {
  /** Writes `count` samples into `into` at `at` and tells how many octets they took. */
  encode(samples: Int16Array, count: number, into: Uint8Array, at: number): number;
  /** Reads what lies between `start` and `end` into `samples` and tells how many there were. */
  decode(payload: Uint8Array, start: number, end: number, samples: Int16Array): number;
}

/** µ-law. */
export const muLaw: Law = byTables(compressMu, expandMu);
/** A-law. */
export const aLaw: Law = byTables(compressA, expandA);

/** µ-law, payload type 0. */
export const pcmu: AudioCodec = g711('PCMU', 0, muLaw);
/** A-law, payload type 8. */
export const pcma: AudioCodec = g711('PCMA', 8, aLaw);

/** The encoder of a law. */
export function g711Encoder(law: Law): AudioEncoder {
  return {
    encode: (samples, count, into, at) => law.encode(samples, count, into, at),
    close: () => undefined,
  };
}

/** A decoder of a law. */
export function g711Decoder(law: Law): AudioDecoder {
  const concealment = new Concealment(8000);
  return {
    decode(payload, start, end, samples) {
      const count = law.decode(payload, start, end, samples);
      concealment.heard(samples, count);
      return count;
    },
    conceal: (samples, count) => concealment.fill(samples, count),
    close: () => undefined,
  };
}

function g711(name: 'PCMU' | 'PCMA', payloadType: number, law: Law): AudioCodec {
  return {
    name,
    payloadType,
    clockRate: 8000,
    channels: 1,
    fmtp: undefined,
    sampleRates: [8000],
    packetMilliseconds: undefined,
    encoder: () => Promise.resolve(g711Encoder(law)),
    decoder: () => Promise.resolve(g711Decoder(law)),
  };
}

function byTables(compress: (sample: number) => number, expand: (octet: number) => number): Law {
  const octets = new Uint8Array(65_536);
  for (let sample = -32_768; sample < 32_768; sample += 1)
    octets[sample & 0xffff] = compress(sample);
  const samples = Int16Array.from({ length: 256 }, (_, octet) => expand(octet));
  return {
    encode(from, count, into, at) {
      for (let index = 0; index < count; index += 1) {
        into[at + index] = octets[(from[index] ?? 0) & 0xffff] ?? 0;
      }
      return count;
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
