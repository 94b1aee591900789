// Hears keys in the sound itself, and takes speech for none: two pure tones of the right pair and nothing else (ITU-T Q.24).
import { sampleRate } from '../audio/source.ts';
import { columns, keyAt, rows } from './tones.ts';

/** Samples that are judged at once, 12.75 ms: two whole ones lie in the 40 ms that a key lasts at least. */
const blockSamples = 102;
/** Blocks in a row that make a key. */
const blocksOfKey = 2;
/** Blocks in a row without the key that end it, about 38 ms; Q.24 has pauses of 40 ms at least. */
const blocksOfPause = 3;
/** Mean square below which nothing is heard, -35 dBm0 or so: 3.14 dBm0 is a sine of full scale. */
const leastPower = (32_768 ** 2 / 2) * 10 ** (-38 / 10);
/** Share of the sound's power that the two tones have: speech has overtones, and noise has everything. */
const leastShare = 0.8;
/** How many times stronger a tone is than the next of its group: 8 dB. */
const leastDistance = 6.3;
/** How many times weaker the high tone may be, as long lines make it: 10 dB … */
const mostForwardTwist = 10;
/** … and how many times stronger: 6 dB. */
const mostReverseTwist = 4;

/** Tells keys from 8000 samples a second; blocks need not be those of the frames. */
export class KeyListener {
  readonly #rows = rows.map((hertz) => new Tone(hertz));
  readonly #columns = columns.map((hertz) => new Tone(hertz));
  #energy = 0;
  #samples = 0;
  #candidate: string | undefined;
  #heard = 0;
  #key: string | undefined;
  #missed = 0;

  /** Begins anew. */
  reset(): void {
    this.#endBlock();
    this.#candidate = undefined;
    this.#key = undefined;
  }

  /** Takes samples; a key that is now certain, told once for each time it is pressed. */
  take(samples: Int16Array): string | undefined {
    let found: string | undefined;
    for (const sample of samples) {
      this.#energy += sample * sample;
      for (const tone of this.#rows) tone.take(sample);
      for (const tone of this.#columns) tone.take(sample);
      this.#samples += 1;
      if (this.#samples === blockSamples) found = this.#judge() ?? found;
    }
    return found;
  }

  #judge(): string | undefined {
    const key = this.#keyInBlock();
    this.#endBlock();
    this.#heard = key === this.#candidate ? this.#heard + 1 : 1;
    this.#candidate = key;
    // A click, or a packet that was made up, does not end a key.
    this.#missed = key === this.#key ? 0 : this.#missed + 1;
    if (this.#missed >= blocksOfPause) this.#key = undefined;
    if (key === undefined || key === this.#key || this.#heard < blocksOfKey) return undefined;
    this.#key = key;
    this.#missed = 0;
    return key;
  }

  #keyInBlock(): string | undefined {
    if (this.#energy < leastPower * blockSamples) return undefined;
    const row = strongest(this.#rows);
    const column = strongest(this.#columns);
    if (row === undefined || column === undefined) return undefined;
    const [low, high] = [row.power, column.power];
    // The power of a pure tone is its energy times half the number of samples.
    if (low + high < leastShare * this.#energy * (blockSamples / 2)) return undefined;
    if (low > high * mostForwardTwist || high > low * mostReverseTwist) return undefined;
    return keyAt(row.index, column.index);
  }

  #endBlock(): void {
    this.#energy = 0;
    this.#samples = 0;
    for (const tone of this.#rows) tone.reset();
    for (const tone of this.#columns) tone.reset();
  }
}

/** The tone that stands out of its group; undefined when none does. */
function strongest(
  tones: readonly Tone[],
): { readonly index: number; readonly power: number } | undefined {
  const powers = tones.map((tone) => tone.power);
  const power = Math.max(...powers);
  const index = powers.indexOf(power);
  const isAlone = powers.every((other, at) => at === index || other * leastDistance < power);
  return isAlone ? { index, power } : undefined;
}

/** One bin of a Fourier transform, by Goertzel's recursion. */
class Tone {
  readonly #factor: number;
  #last = 0;
  #beforeLast = 0;

  constructor(hertz: number) {
    this.#factor = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  }

  take(sample: number): void {
    const next = sample + this.#factor * this.#last - this.#beforeLast;
    this.#beforeLast = this.#last;
    this.#last = next;
  }

  get power(): number {
    const [last, before] = [this.#last, this.#beforeLast];
    return last * last + before * before - this.#factor * last * before;
  }

  reset(): void {
    this.#last = 0;
    this.#beforeLast = 0;
  }
}
