// What both bands of G.722 do alike: predict the next value from the ones before, and scale the steps (ITU-T G.722 §3.4 to §3.6).
import { at, saturate } from './word.ts';

/** 2^(1 + i/32) in 2^11ths, by which a logarithmic scale factor becomes a linear one (§3.5). */
const exponentials = Int32Array.of(
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774],
  ...[2834, 2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838],
  ...[3922, 4008],
);

/** How a band's scale follows its codewords. */
export interface BandScale {
  /** The logarithmic scale factor is 0 to this. */
  readonly most: number;
  /** How far the linear factor is shifted down. */
  readonly shift: number;
  /** The linear factor at the start. */
  readonly first: number;
}

/** The lower band, from 0 to 4000 Hz. */
export const lowBand: BandScale = { most: 18_432, shift: 8, first: 32 };
/** The upper band, from 4000 to 8000 Hz. */
export const highBand: BandScale = { most: 22_528, shift: 10, first: 8 };

/** The adaptive predictor and the adaptive quantizer's scale of one band; the same in encoder and decoder. */
export class Band {
  readonly #scale: BandScale;
  /** Scale factor, linear (DETL, DETH). */
  det: number;
  /** What the next value is expected to be (SL, SH). */
  predicted = 0;
  #logarithm = 0;
  /** What the zeros alone predict (SZ). */
  #zeros = 0;
  /** The reconstructed value before. */
  #r1 = 0;
  /** The signs of the two partly reconstructed values before. */
  #sign1 = 0;
  #sign2 = 0;
  /** The coefficients of the poles. */
  #a1 = 0;
  #a2 = 0;
  /** The six differences before, the newest first, and the coefficients of the zeros. */
  readonly #d = new Int32Array(6);
  readonly #b = new Int32Array(6);

  constructor(scale: BandScale) {
    this.#scale = scale;
    this.det = scale.first;
  }

  /** Takes a codeword, whose steps and changes of the scale are in the tables, and is ready for the next value. */
  follow(steps: Int32Array, multipliers: Int32Array, code: number): void {
    const difference = (this.det * at(steps, code)) >> 15;
    this.#rescale(at(multipliers, code));
    this.#adapt(difference);
  }

  // LOGSCL and SCALEL, LOGSCH and SCALEH.
  #rescale(multiplier: number): void {
    const { most, shift } = this.#scale;
    const logarithm = Math.max(0, Math.min(most, ((this.#logarithm * 127) >> 7) + multiplier));
    const down = shift - (logarithm >> 11);
    const factor = at(exponentials, (logarithm >> 6) & 31);
    this.#logarithm = logarithm;
    this.det = (down < 0 ? factor << -down : factor >> down) << 2;
  }

  // RECONS, PARREC, FILTEP and PREDIC.
  #adapt(difference: number): void {
    const reconstructed = saturate(this.predicted + difference);
    const sign = saturate(this.#zeros + difference) >> 15;
    this.#adaptPoles(sign);
    this.#adaptZeros(difference);
    const poles = saturate(
      ((this.#a1 * saturate(2 * reconstructed)) >> 15) +
        ((this.#a2 * saturate(2 * this.#r1)) >> 15),
    );
    this.#r1 = reconstructed;
    this.predicted = saturate(poles + this.#zeros);
  }

  // UPPOL2 and UPPOL1: by the signs only, within the limits that keep the filter stable.
  #adaptPoles(sign: number): void {
    const turned = saturate(this.#a1 << 2);
    const towards = Math.min(32_767, sign === this.#sign1 ? -turned : turned);
    const step = sign === this.#sign2 ? 128 : -128;
    const a2 = limit((towards >> 7) + step + ((this.#a2 * 32_512) >> 15), 12_288);
    const a1 = saturate((sign === this.#sign1 ? 192 : -192) + ((this.#a1 * 32_640) >> 15));
    this.#a1 = limit(a1, saturate(15_360 - a2));
    this.#a2 = a2;
    this.#sign2 = this.#sign1;
    this.#sign1 = sign;
  }

  // UPZERO, the delay line, and FILTEZ.
  #adaptZeros(difference: number): void {
    const [d, b] = [this.#d, this.#b];
    const step = difference === 0 ? 0 : 128;
    const sign = difference >> 15;
    for (let tap = 0; tap < 6; tap += 1) {
      const change = at(d, tap) >> 15 === sign ? step : -step;
      b[tap] = saturate(change + ((at(b, tap) * 32_640) >> 15));
    }
    let zeros = 0;
    for (let tap = 5; tap >= 0; tap -= 1) {
      const value = tap === 0 ? difference : at(d, tap - 1);
      d[tap] = value;
      zeros += (at(b, tap) * saturate(2 * value)) >> 15;
    }
    this.#zeros = saturate(zeros);
  }
}

function limit(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
