// A pure tone.
import { limited, sampleRate } from './source.ts';
import type { AudioSource } from './source.ts';

/** How a tone sounds. */
export interface Tone {
  /** Frequency, above 0 and below 4000. */
  readonly hertz: number;
  /** Peak as a share of full scale, 0 to 1; 0.25 (-12 dBFS) unless said. */
  readonly amplitude?: number | undefined;
  /** For ever unless said. */
  readonly milliseconds?: number | undefined;
}

/** A sine; throws a RangeError on a frequency that 8000 samples a second cannot carry. */
export function tone({ hertz, amplitude = 0.25, milliseconds = Infinity }: Tone): AudioSource {
  if (!(hertz > 0 && hertz < sampleRate / 2))
    throw new RangeError('A tone lies between 0 and 4000 Hz');
  if (!(amplitude >= 0 && amplitude <= 1)) throw new RangeError('An amplitude is 0 to 1');
  const peak = amplitude * 32_767;
  const turn = hertz / sampleRate;
  // The phase is kept in turns and below one, so that it is as exact after a day as after a second.
  let phase = 0;
  const sine: AudioSource = {
    read(into) {
      for (let index = 0; index < into.length; index += 1) {
        into[index] = Math.round(peak * Math.sin(2 * Math.PI * phase));
        phase += turn;
        if (phase >= 1) phase -= 1;
      }
      return into.length;
    },
  };
  return limited(sine, milliseconds);
}
