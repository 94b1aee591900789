// The decoder of G.722 at 64 kbit/s (ITU-T G.722 §4).
import { Band, highBand, lowBand } from './band.ts';
import { high2, highMultipliers, low4, low6, lowMultipliers, mirror } from './tables.ts';
import { at, saturate } from './word.ts';

/** Octets in, 16-bit samples at 16000 Hz out: two for each octet. */
export class G722Decoder {
  readonly #low = new Band(lowBand);
  readonly #high = new Band(highBand);
  /** Sums and differences of the two bands, twelve of each, the newest last. */
  readonly #window = new Int32Array(24);

  /** Reads what lies between `start` and `end`, as far as `samples` has room, and tells how many samples there were. */
  decode(payload: Uint8Array, start: number, end: number, samples: Int16Array): number {
    const octets = Math.min(end - start, samples.length >> 1);
    for (let index = 0; index < octets; index += 1) {
      this.#decodeOctet(payload[start + index] ?? 0, samples, 2 * index);
    }
    return 2 * octets;
  }

  #decodeOctet(octet: number, samples: Int16Array, to: number): void {
    const low = limit(this.#low.predicted + ((this.#low.det * at(low6, octet & 63)) >> 15));
    this.#low.follow(low4, lowMultipliers, (octet & 63) >> 2);
    const high = limit(this.#high.predicted + ((this.#high.det * at(high2, octet >> 6)) >> 15));
    this.#high.follow(high2, highMultipliers, octet >> 6);
    const window = this.#window;
    window.copyWithin(0, 2);
    window[22] = low + high;
    window[23] = low - high;
    let even = 0;
    let odd = 0;
    for (let tap = 0; tap < 12; tap += 1) {
      even += at(window, 2 * tap) * at(mirror, tap);
      odd += at(window, 2 * tap + 1) * at(mirror, 11 - tap);
    }
    samples[to] = saturate(odd >> 11);
    samples[to + 1] = saturate(even >> 11);
  }
}

// LIMIT: a band has 15 bits.
function limit(value: number): number {
  return Math.max(-16_384, Math.min(16_383, value));
}
