// Another sampling rate for audio that comes piece by piece: 8000, 16000 and 48000 Hz into each other.
import { clamp, convolve, polyphase } from './polyphase.ts';
import type { Polyphase } from './polyphase.ts';

/** Changes the rate of one stream and remembers as much of it as the filter spans; it delays by 2 ms. */
export class Resampler {
  readonly #filter: Polyphase;
  /** The end of what was taken before, and behind it what is being taken. */
  #window: Float32Array<ArrayBuffer>;
  /** The next sample to be made, in steps of `1/up` samples from the start of the window. */
  #position = 0;

  /** From so many samples a second to so many; throws a RangeError when they have no simple ratio. */
  constructor(from: number, to: number) {
    this.#filter = polyphase(from, to);
    this.#window = new Float32Array(2 * this.#filter.taps);
  }

  /** Takes the first `count` of `input`, writes what comes of them into `output`, and tells how many samples that were. */
  take(input: Int16Array, count: number, output: Int16Array): number {
    const { up, down, taps } = this.#filter;
    const past = taps - 1;
    if (this.#window.length < past + count) this.#grow(past + count);
    for (let index = 0; index < count; index += 1) this.#window[past + index] = input[index] ?? 0;
    let made = 0;
    while (this.#position < count * up) {
      const start = Math.floor(this.#position / up);
      output[made] = clamp(convolve(this.#window, start, this.#filter, this.#position % up));
      this.#position += down;
      made += 1;
    }
    this.#position -= count * up;
    this.#window.copyWithin(0, count, count + past);
    return made;
  }

  #grow(length: number): void {
    const window = new Float32Array(length);
    window.set(this.#window);
    this.#window = window;
  }
}
