// Covers the loss of packets of a codec that cannot itself: what was heard last goes on, a period after the other, and fades.

/** Hertz of the deepest and the highest voice whose period is looked for. */
const deepest = 66;
const highest = 400;
/** Milliseconds of sound that are compared to find the period. */
const compared = 10;
/** Milliseconds at full level, and then until silence (ITU-T G.711 appendix I has the same). */
const fullLevel = 10;
const fading = 50;
/** Milliseconds over which what was made up passes into what is heard again. */
const joining = 4;

/** The ear of one decoder: hears all that is decoded, and makes up what is lost. */
export class Concealment {
  readonly #perMillisecond: number;
  readonly #longest: number;
  readonly #shortest: number;
  readonly #history: Int16Array;
  /** Samples made up since the last that were heard; 0 while nothing is lost. */
  #made = 0;
  #period = 1;

  /** For audio of `sampleRate` samples a second. */
  constructor(sampleRate: number) {
    this.#perMillisecond = sampleRate / 1000;
    this.#longest = Math.floor(sampleRate / deepest);
    this.#shortest = Math.floor(sampleRate / highest);
    this.#history = new Int16Array(this.#longest + compared * this.#perMillisecond);
  }

  /** Hears the first `count` of `samples`; behind a loss their beginning is joined to what was made up. */
  heard(samples: Int16Array, count: number): void {
    if (this.#made > 0) this.#join(samples, count);
    const history = this.#history;
    const taken = Math.min(count, history.length);
    history.copyWithin(0, taken);
    history.set(samples.subarray(count - taken, count), history.length - taken);
  }

  /** Makes up the first `count` of `samples`. */
  fill(samples: Int16Array, count: number): void {
    if (this.#made === 0) this.#period = this.#findPeriod();
    for (let index = 0; index < count; index += 1) samples[index] = this.#next();
  }

  #next(): number {
    const { length } = this.#history;
    const sample = this.#history[length - this.#period + (this.#made % this.#period)] ?? 0;
    const past = this.#made / this.#perMillisecond - fullLevel;
    const level = Math.max(0, Math.min(1, 1 - past / fading));
    this.#made += 1;
    return Math.round(sample * level);
  }

  #join(samples: Int16Array, count: number): void {
    const length = Math.min(count, joining * this.#perMillisecond);
    for (let index = 0; index < length; index += 1) {
      const share = (index + 1) / (length + 1);
      samples[index] = Math.round(share * (samples[index] ?? 0) + (1 - share) * this.#next());
    }
    this.#made = 0;
  }

  /** The distance at which the newest sound is most like the sound before it. */
  #findPeriod(): number {
    const history = this.#history;
    const length = compared * this.#perMillisecond;
    const newest = history.length - length;
    let best = this.#longest;
    let bestLikeness = 0;
    for (let period = this.#shortest; period <= this.#longest; period += 1) {
      let product = 0;
      let energy = 1;
      for (let index = newest; index < history.length; index += 1) {
        const before = history[index - period] ?? 0;
        product += (history[index] ?? 0) * before;
        energy += before * before;
      }
      const likeness = product <= 0 ? 0 : (product * product) / energy;
      // A multiple of the period is as like; the shortest that is about the best is taken.
      if (likeness > bestLikeness * 1.02) {
        best = period;
        bestLikeness = likeness;
      }
    }
    return best;
  }
}
