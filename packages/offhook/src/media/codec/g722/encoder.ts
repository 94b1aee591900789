// The encoder of G.722: two bands, each by adaptive differences, six bits for the lower and two for the upper one (ITU-T G.722 §3).
import { Band, highBand, lowBand } from './band.ts';
import { QuadratureFilter } from './quadrature.ts';
import { decisions, high2, highMultipliers, low4, lowMultipliers } from './tables.ts';
import { at, saturate } from './word.ts';

/** 16-bit samples at 16000 Hz in, octets out: one for each two samples. */
export class G722Encoder {
  readonly #low = new Band(lowBand);
  readonly #high = new Band(highBand);
  readonly #filter = new QuadratureFilter();

  /** Writes the first `count` samples, an even number, into `into` at `at`, and tells how many octets they took. */
  encode(samples: Int16Array, count: number, into: Uint8Array, at: number): number {
    const octets = count >> 1;
    for (let index = 0; index < octets; index += 1) {
      into[at + index] = this.#encodePair(samples[2 * index] ?? 0, samples[2 * index + 1] ?? 0);
    }
    return octets;
  }

  #encodePair(first: number, second: number): number {
    this.#filter.take(first, second);
    const { even, odd } = this.#filter;
    return (this.#encodeHigh((odd - even) >> 14) << 6) | this.#encodeLow((even + odd) >> 14);
  }

  #encodeLow(value: number): number {
    const band = this.#low;
    const difference = saturate(value - band.predicted);
    const magnitude = difference < 0 ? ~difference : difference;
    let level = 1;
    while (level < 30 && magnitude >= (at(decisions, level) * band.det) >> 12) level += 1;
    // ILN and ILP: the codewords go down from the smallest step; the two smallest negative ones are at the end (table 8).
    const positive = 62 - level;
    const negative = level < 3 ? 64 - level : 34 - level;
    const code = difference < 0 ? negative : positive;
    band.follow(low4, lowMultipliers, code >> 2);
    return code;
  }

  #encodeHigh(value: number): number {
    const band = this.#high;
    const difference = saturate(value - band.predicted);
    const magnitude = difference < 0 ? ~difference : difference;
    const isLarge = magnitude >= (564 * band.det) >> 12;
    const code = (difference < 0 ? 0 : 2) + (isLarge ? 0 : 1);
    band.follow(high2, highMultipliers, code);
    return code;
  }
}
