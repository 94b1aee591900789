// Any sampling rate to 8000 Hz, frame by frame, by a polyphase filter (windowed sinc).
import { clamp, convolve, polyphase } from './polyphase.ts';
import { sampleRate } from './source.ts';
import type { AudioSource } from './source.ts';

/** Audio of any rate, at hand as a whole, read in pieces. */
export interface Samples {
  readonly sampleRate: number;
  /** Samples in all, of one channel. */
  readonly length: number;
  /** Writes `count` samples from `start` into `into`, mixed to one channel; those before 0 and after the end are 0. */
  read(start: number, count: number, into: Float32Array): void;
}

/** `samples` at 8000 Hz. The work is done when a frame is asked for, so that a long file does not hold up other streams. */
export function resampled(samples: Samples): AudioSource {
  const same = samples.sampleRate === sampleRate;
  const filter = same ? undefined : polyphase(samples.sampleRate, sampleRate);
  const { up, down } = filter ?? { up: 1, down: 1 };
  const total = Math.ceil((samples.length * up) / down);
  let done = 0;
  let window = new Float32Array(0);
  return {
    read(into) {
      const count = Math.min(into.length, total - done);
      if (count <= 0) return 0;
      const taps = filter?.taps ?? 1;
      const first = Math.floor((done * down) / up) - (filter === undefined ? 0 : taps / 2 - 1);
      const last = Math.floor(((done + count - 1) * down) / up) + taps;
      if (window.length < last - first + 1) window = new Float32Array(last - first + 1);
      samples.read(first, last - first + 1, window);
      for (let index = 0; index < count; index += 1) {
        const at = (done + index) * down;
        const start = Math.floor(at / up) - (filter === undefined ? 0 : taps / 2 - 1) - first;
        into[index] = clamp(
          filter === undefined ? (window[start] ?? 0) : convolve(window, start, filter, at % up),
        );
      }
      done += count;
      return count;
    },
  };
}
