// Sound files and what is in them: tones written as WAV, recordings read back, and the frequency where they peak.
import { readFileSync, writeFileSync } from 'node:fs';

/** Sound of one channel: 16-bit samples. */
export interface Sound {
  readonly rate: number;
  readonly samples: Int16Array;
}

/** A sine tone. */
export function tone(hertz: number, seconds: number, rate = 8_000, amplitude = 0.5): Sound {
  const samples = new Int16Array(Math.round(seconds * rate));
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = Math.round(amplitude * 32_767 * Math.sin((2 * Math.PI * hertz * at) / rate));
  }
  return { rate, samples };
}

/** Writes 16-bit mono PCM. */
export function writeWav(file: string, { rate, samples }: Sound): void {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples.length * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  for (const [at, sample] of samples.entries()) bytes.writeInt16LE(sample, 44 + at * 2);
  writeFileSync(file, bytes);
}

/** Writes bare G.711 u-law, as SIPp plays it. */
export function writeMulaw(file: string, sound: Sound): void {
  writeFileSync(file, mulawBytes(sound));
}

/** Sound as bare G.711 u-law. */
export function mulawBytes({ samples }: Sound): Buffer {
  return Buffer.from(Array.from(samples, mulaw));
}

// ITU-T G.711: sign, three bits for the segment, four within it, all inverted.
function mulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const segment = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

/** Bare G.711 u-law as sound. */
export function fromMulaw(bytes: Uint8Array): Sound {
  const samples = Int16Array.from(bytes, (byte) => {
    const value = ~byte & 0xff;
    const magnitude = ((((value & 0x0f) << 3) + 132) << ((value >> 4) & 7)) - 132;
    return (value & 0x80) === 0 ? magnitude : -magnitude;
  });
  return { rate: 8_000, samples };
}

/** Reads 16-bit PCM, the first channel of it. A file whose writer was killed has no length in its header: the rest is read. */
export function readWav(file: string): Sound {
  const bytes = readFileSync(file);
  if (bytes.toString('latin1', 0, 4) !== 'RIFF') throw new Error(`${file} is no WAV file`);
  let [rate, channels] = [8_000, 1];
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, length] = [bytes.toString('latin1', at, at + 4), bytes.readUInt32LE(at + 4)];
    if (name === 'fmt ') {
      [channels, rate] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 12)];
      if (bytes.readUInt16LE(at + 22) !== 16) throw new Error(`${file} is not 16-bit PCM`);
    } else if (name === 'data') {
      const end = length === 0 ? bytes.length : Math.min(bytes.length, at + 8 + length);
      const samples = new Int16Array(Math.floor((end - at - 8) / 2 / channels));
      for (let index = 0; index < samples.length; index += 1) {
        samples[index] = bytes.readInt16LE(at + 8 + index * 2 * channels);
      }
      return { rate, samples };
    }
    at += 8 + length + (length % 2);
  }
  throw new Error(`${file} has no sound in it`);
}

/** What is heard in a stretch of sound. */
export interface Heard {
  /** The strongest frequency. */
  readonly hertz: number;
  /** Root mean square, 0 to 1. */
  readonly level: number;
}

/** The strongest frequency and the level of `length` seconds from `start`, by a windowed FFT finer than 1 Hz. */
export function listen(
  { rate, samples }: Sound,
  start = 0,
  length = samples.length / rate - start,
): Heard {
  const part = samples.subarray(Math.round(start * rate), Math.round((start + length) * rate));
  if (part.length < rate / 10) throw new Error(`Only ${part.length} samples to listen to`);
  let size = 1;
  while (size < Math.max(part.length, rate * 2)) size *= 2;
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  let energy = 0;
  for (const [at, sample] of part.entries()) {
    const value = sample / 32_768;
    energy += value * value;
    real[at] = value * (0.5 - 0.5 * Math.cos((2 * Math.PI * at) / part.length));
  }
  transform(real, imaginary);
  let best = 1;
  const power = (at: number): number => (real[at] ?? 0) ** 2 + (imaginary[at] ?? 0) ** 2;
  for (let at = 1; at < size / 2; at += 1) if (power(at) > power(best)) best = at;
  return { hertz: (best * rate) / size, level: Math.sqrt(energy / part.length) };
}

/** Seconds of sound louder than `level`, counted in steps of 20 ms. */
export function loudSeconds({ rate, samples }: Sound, level = 0.02): number {
  const step = Math.round(rate / 50);
  let loud = 0;
  for (let at = 0; at + step <= samples.length; at += step) {
    let energy = 0;
    for (const sample of samples.subarray(at, at + step)) energy += (sample / 32_768) ** 2;
    if (Math.sqrt(energy / step) > level) loud += 1;
  }
  return loud / 50;
}

// The fast Fourier transform by Cooley and Tukey, in place; the length is a power of two.
function transform(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let at = 1, other = 0; at < size; at += 1) {
    let bit = size >> 1;
    for (; (other & bit) !== 0; bit >>= 1) other ^= bit;
    other ^= bit;
    if (at < other) for (const part of [real, imaginary]) swap(part, at, other);
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2;
    for (let offset = 0; offset < half; offset += 1) {
      const angle = (-2 * Math.PI * offset) / length;
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      for (let at = offset; at < size; at += length) {
        const [otherReal, otherImaginary] = [real[at + half] ?? 0, imaginary[at + half] ?? 0];
        const turnedReal = otherReal * cosine - otherImaginary * sine;
        const turnedImaginary = otherReal * sine + otherImaginary * cosine;
        real[at + half] = (real[at] ?? 0) - turnedReal;
        imaginary[at + half] = (imaginary[at] ?? 0) - turnedImaginary;
        real[at] = (real[at] ?? 0) + turnedReal;
        imaginary[at] = (imaginary[at] ?? 0) + turnedImaginary;
      }
    }
  }
}

function swap(part: Float64Array, one: number, other: number): void {
  const kept = part[one] ?? 0;
  part[one] = part[other] ?? 0;
  part[other] = kept;
}
