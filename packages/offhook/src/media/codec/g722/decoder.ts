// The decoder of G.722 at 64 kbit/s (ITU-T G.722 §4).
import { Band, highBand, lowBand } from './band.ts';
import { QuadratureFilter } from './quadrature.ts';
import { high2, highMultipliers, low4, low6, lowMultipliers } from './tables.ts';
import { at, saturate } from './word.ts';

/** Octets in, 16-bit samples at 16000 Hz out: two for each octet. */
export class G722Decoder {
  readonly #low = new Band(lowBand);
  readonly #high = new Band(highBand);
  readonly #filter = new QuadratureFilter();

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
    this.#filter.take(low + high, low - high);
    const { even, odd } = this.#filter;
    samples[to] = saturate(odd >> 11);
    samples[to + 1] = saturate(even >> 11);
  }
}

// LIMIT: a band has 15 bits.
function limit(value: number): number {
  return Math.max(-16_384, Math.min(16_383, value));
}
