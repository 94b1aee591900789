// Rates into each other: what passes, what is kept out, and what it costs in time.
import { expect, test } from 'vitest';
import { amplitude, loudestHertz, sineOf } from './measure.test-kit.ts';
import { Resampler } from './resampler.ts';

const pairs: readonly (readonly [number, number])[] = [
  [8000, 16_000],
  [8000, 48_000],
  [16_000, 8000],
  [16_000, 48_000],
  [48_000, 8000],
  [48_000, 16_000],
];

/** A second of `sound`, taken in pieces of 20 ms; a tenth of it at the start is left out. */
function changed(sound: Int16Array, from: number, to: number): Int16Array {
  const resampler = new Resampler(from, to);
  const all = new Int16Array(to);
  const made = new Int16Array(to / 50);
  for (let piece = 0; piece < 50; piece += 1) {
    const input = sound.subarray((piece * from) / 50, ((piece + 1) * from) / 50);
    expect(resampler.take(input, input.length, made)).toBe(to / 50);
    all.set(made, (piece * to) / 50);
  }
  return all.subarray(to / 10);
}

test.each(pairs)('a tone of 1000 Hz at %i Hz is the same tone at %i Hz', (from, to) => {
  const heard = changed(sineOf(1000, 0.5, from, from), from, to);
  expect(loudestHertz(heard.subarray(0, to / 4), 1000, to)).toBe(1000);
  expect(amplitude(heard, 1000, to)).toBeCloseTo(0.5, 2);
});

test.each(pairs)(
  'from %i to %i Hz, all up to 0.4 of the lower rate passes within 0.1 dB',
  (from, to) => {
    const edge = 0.4 * Math.min(from, to);
    for (let hertz = edge / 8; hertz <= edge; hertz += edge / 8) {
      const heard = changed(sineOf(hertz, 0.5, from, from), from, to);
      expect(Math.abs(20 * Math.log10(amplitude(heard, hertz, to) / 0.5))).toBeLessThan(0.1);
    }
  },
);

test.each(pairs.filter(([from, to]) => from > to))(
  'from %i to %i Hz, what the lower rate cannot carry is 75 dB down or more',
  (from, to) => {
    for (let hertz = 0.6 * to; hertz < from / 2; hertz += to / 7) {
      const heard = changed(sineOf(hertz, 0.9, from, from), from, to);
      const power = heard.reduce((sum, sample) => sum + sample ** 2, 0) / heard.length;
      // Rounding to whole samples leaves some noise, 101 dB below full scale.
      expect(20 * Math.log10(Math.sqrt(2 * power) / (0.9 * 32_767))).toBeLessThan(-75);
    }
  },
);

test.each(pairs.filter(([from, to]) => from < to))(
  'from %i to %i Hz, the images of a tone are 75 dB down or more',
  (from, to) => {
    for (const hertz of [700, 1900, 0.4 * from]) {
      const heard = changed(sineOf(hertz, 0.9, from, from), from, to);
      for (let image = from; image < to; image += from) {
        for (const place of [image - hertz, image + hertz].filter((each) => each < to / 2)) {
          expect(20 * Math.log10(amplitude(heard, place, to) / 0.9)).toBeLessThan(-75);
        }
      }
    }
  },
);

test('sound comes out 2 ms later, and in pieces of any size as in one', () => {
  const click = new Int16Array(800);
  click[400] = 16_000;
  const whole = new Int16Array(1600);
  new Resampler(8000, 16_000).take(click, 800, whole);
  const strongest = whole.indexOf(Math.max(...whole));
  expect(Math.abs(strongest - 2 * 400 - 32)).toBeLessThanOrEqual(2);
  const pieces: number[] = [];
  const resampler = new Resampler(8000, 16_000);
  const made = new Int16Array(1600);
  for (let at = 0, size = 1; at < 800; at += size, size = (size % 97) + 1) {
    const input = click.subarray(at, Math.min(800, at + size));
    pieces.push(...made.subarray(0, resampler.take(input, input.length, made)));
  }
  expect(pieces).toEqual([...whole]);
});
