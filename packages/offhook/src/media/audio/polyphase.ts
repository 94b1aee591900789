// Filters that change the sampling rate by a ratio of whole numbers: windowed sincs, a row for each phase.

/** A row of `taps` coefficients for each of the `up` phases. */
export interface Polyphase {
  readonly up: number;
  readonly down: number;
  readonly taps: number;
  readonly table: Float32Array;
}

/** Zero crossings of the sinc on each side: 16 give more than 80 dB. */
const crossings = 16;
const longestTable = 4_000_000;
const filters = new Map<string, Polyphase>();

/** The filter from one rate to another, made once; throws a RangeError when the two have no simple ratio. */
export function polyphase(from: number, to: number): Polyphase {
  const divisor = greatestDivisor(from, to);
  const [up, down] = [to / divisor, from / divisor];
  const key = `${up}/${down}`;
  const filter = filters.get(key) ?? makeFilter(up, down);
  filters.set(key, filter);
  return filter;
}

/** One sample: the taps of `phase` over `window` from `start` on. */
export function convolve(
  window: Float32Array,
  start: number,
  filter: Polyphase,
  phase: number,
): number {
  const row = phase * filter.taps;
  let sum = 0;
  for (let tap = 0; tap < filter.taps; tap += 1)
    sum += (window[start + tap] ?? 0) * (filter.table[row + tap] ?? 0);
  return sum;
}

/** The nearest number of 16 bits. */
export function clamp(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

function makeFilter(up: number, down: number): Polyphase {
  // The lower of the two Nyquist frequencies passes, in cycles a sample of the input, with 5 % of it for the slope.
  const cutoff = 0.5 * Math.min(1, up / down) * 0.95;
  const half = Math.ceil(crossings * Math.max(1, down / up));
  const taps = 2 * half;
  if (taps * up > longestTable)
    throw new RangeError('This sampling rate has no simple ratio to the other');
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
  return { up, down, taps, table };
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

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
