// The filter that parts a sound into two bands, and joins them again: 24 coefficients over the last 24 values (ITU-T G.722 §3.1, §4.4).
import { mirror } from './tables.ts';
import { at } from './word.ts';

const span = 24;
/** Room for many values, so that they are moved together once it is full. */
const room = 512;

/** One end of it; both ends compute the same two sums. */
export class QuadratureFilter {
  readonly #values = new Int32Array(room);
  #start = 0;
  /** The sum over every other value, from the oldest on. */
  even = 0;
  /** The sum over the others. */
  odd = 0;

  /** Takes the next two values and forms the sums. */
  take(first: number, second: number): void {
    const values = this.#values;
    let start = this.#start + 2;
    if (start + span > room) {
      values.copyWithin(0, start, start + span - 2);
      start = 0;
    }
    values[start + span - 2] = first;
    values[start + span - 1] = second;
    let even = 0;
    let odd = 0;
    for (let tap = 0; tap < span / 2; tap += 1) {
      even += at(values, start + 2 * tap) * at(mirror, tap);
      odd += at(values, start + 2 * tap + 1) * at(mirror, span / 2 - 1 - tap);
    }
    this.#start = start;
    this.even = even;
    this.odd = odd;
  }
}
