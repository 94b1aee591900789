// Where audio to be sent comes from: 16-bit samples at 8000 Hz, asked for frame by frame.

/** Samples a second of all audio inside the media engine. */
export const sampleRate = 8000;

/** Samples of one frame of 20 ms. */
export const frameSamples = 160;

/** Something that is played. */
export interface AudioSource {
  /** Fills `into` and tells how many samples there were; fewer than asked for means that it has ended. */
  read(into: Int16Array): number;
}

/** Silence for `milliseconds`, for ever unless said. */
export function silence(milliseconds: number = Infinity): AudioSource {
  return limited({ read: (into) => into.fill(0).length }, milliseconds);
}

/** `source`, but no longer than `milliseconds`. */
export function limited(source: AudioSource, milliseconds: number): AudioSource {
  let left = Math.round((milliseconds * sampleRate) / 1000);
  return {
    read(into) {
      const count = Math.min(left, source.read(into));
      left -= count;
      return count;
    },
  };
}
