// Any sampling rate to 8000 Hz, frame by frame, by a polyphase filter (windowed sinc).
import { sampleRate } from './source.ts';
import type { AudioSource } from './source.ts';

/** Audio of any rate, at hand as a whole, read in pieces. */
export interface Samples {
  readonly sampleRate: number;
  /** Samples in all, of one channel. */
  readonly length: number;
  /** Writes `count` samples from `start` into `into`, mixed to one channel; those before 0 and after the end are 0. */
  read(start: number, count: number, into: Float32Array): void;
}

/** Zero crossings of the sinc on each side: 16 give more than 80 dB. */
const crossings = 16;
const longestTable = 4_000_000;

/** `samples` at 8000 Hz. The work is done when a frame is asked for, so that a long file does not hold up other streams. */
export function resampled(samples: Samples): AudioSource {
  const divisor = greatestDivisor(samples.sampleRate, sampleRate);
  const up = sampleRate / divisor;
  const down = samples.sampleRate / divisor;
  const total = Math.ceil((samples.length * up) / down);
  const filter = up === 1 && down === 1 ? undefined : filterFor(up, down);
  let done = 0;
  let window = new Float32Array(0);
  return {
    read(into) {
      const count = Math.min(into.length, total - done);
      if (count <= 0) return 0;
      const taps = filter?.taps ?? 1;
      const first = Math.floor((done * down) / up) - (filter === undefined ? 0 : taps / 2 - 1);
      const last = Math.floor(((done + count - 1) * down) / up) + taps;
      if (window.length < last - first + 1) window = new Float32Array(last - first + 1);
      samples.read(first, last - first + 1, window);
      for (let index = 0; index < count; index += 1) {
        const at = (done + index) * down;
        const start = Math.floor(at / up) - (filter === undefined ? 0 : taps / 2 - 1) - first;
        into[index] = clamp(
          filter === undefined ? (window[start] ?? 0) : convolve(window, start, filter, at % up),
        );
      }
      done += count;
      return count;
    },
  };
}

interface Filter {
  readonly taps: number;
  /** One row of `taps` coefficients for each of the `up` phases. */
  readonly table: Float32Array;
}

const filters = new Map<string, Filter>();

function filterFor(up: number, down: number): Filter {
  const key = `${up}/${down}`;
  const filter = filters.get(key) ?? makeFilter(up, down);
  filters.set(key, filter);
  return filter;
}

function makeFilter(up: number, down: number): Filter {
  // The lower of the two Nyquist frequencies passes, in cycles a sample of the input, with 5 % of it for the slope.
  const cutoff = 0.5 * Math.min(1, up / down) * 0.95;
  const half = Math.ceil(crossings * Math.max(1, down / up));
  const taps = 2 * half;
  if (taps * up > longestTable)
    throw new RangeError('This sampling rate has no simple ratio to 8000 Hz');
  const table = new Float32Array(taps * up);
  for (let phase = 0; phase < up; phase += 1) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const distance = tap - (half - 1) - phase / up;
      const value = 2 * cutoff * sinc(2 * cutoff * distance) * kaiser(distance / half);
      table[phase * taps + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < taps; tap += 1)
      table[phase * taps + tap] = (table[phase * taps + tap] ?? 0) / sum;
  }
  return { taps, table };
}

function convolve(window: Float32Array, start: number, filter: Filter, phase: number): number {
  const row = phase * filter.taps;
  let sum = 0;
  for (let tap = 0; tap < filter.taps; tap += 1)
    sum += (window[start + tap] ?? 0) * (filter.table[row + tap] ?? 0);
  return sum;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(8 * Math.sqrt(1 - x * x)) / bessel(8);
}

function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let order = 1; term > 1e-10 * sum; order += 1) {
    term *= (x / (2 * order)) ** 2;
    sum += term;
  }
  return sum;
}

function clamp(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
