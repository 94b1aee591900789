// Music for those who wait: a short round of our own, computed as it is played.
import { sampleRate } from './source.ts';
import type { AudioSource } from './source.ts';

/** Beats a minute. */
const tempo = 92;
const beat = Math.round((60 * sampleRate) / tempo);
/** Peak of one voice as a share of full scale: two voices together stay near -20 dBFS, softer than speech. */
const level = 0.07;

/** A voice: which key of a piano, as steps from the middle A, and for how many beats. */
type Voice = readonly (readonly [step: number, beats: number])[];

const melody: Voice = [
  ...([
    [3, 1],
    [7, 1],
    [10, 1],
    [12, 2],
    [10, 1],
    [8, 1],
    [7, 1],
    [5, 1],
    [7, 3],
  ] as const),
  ...([
    [0, 1],
    [3, 1],
    [7, 1],
    [8, 2],
    [7, 1],
    [5, 1],
    [3, 1],
    [2, 1],
    [3, 3],
  ] as const),
  ...([
    [7, 2],
    [5, 1],
    [3, 2],
    [2, 1],
    [0, 2],
    [2, 1],
    [3, 3],
  ] as const),
];
const bass: Voice = [
  ...([
    [-21, 3],
    [-16, 3],
    [-19, 3],
    [-14, 3],
    [-24, 3],
    [-16, 3],
    [-19, 3],
    [-21, 3],
  ] as const),
  ...([
    [-24, 3],
    [-16, 3],
    [-19, 3],
    [-21, 3],
  ] as const),
];

/** Plays the round for ever. */
export function music(): AudioSource {
  const voices = [new Instrument(melody, 1), new Instrument(bass, 1.4)];
  return {
    read(into) {
      for (let index = 0; index < into.length; index += 1) {
        let sum = 0;
        for (const voice of voices) sum += voice.next();
        into[index] = Math.round(sum * 32_767);
      }
      return into.length;
    },
  };
}

/** One voice, plucked: each note sounds with two overtones and dies away. */
class Instrument {
  readonly #voice: Voice;
  readonly #level: number;
  #note = 0;
  #left = 0;
  #age = 0;
  #turn = 0;

  constructor(voice: Voice, loudness: number) {
    this.#voice = voice;
    this.#level = level * loudness;
  }

  next(): number {
    if (this.#left === 0) this.#pluck();
    this.#left -= 1;
    this.#age += 1;
    const angle = 2 * Math.PI * this.#turn * this.#age;
    const seconds = this.#age / sampleRate;
    // The string is at rest at first, and at the end of the note, so that nothing clicks.
    const envelope = Math.min(1, seconds / 0.008, this.#left / 400) * Math.exp(-1.3 * seconds);
    const tone = Math.sin(angle) + 0.35 * Math.sin(2 * angle) + 0.12 * Math.sin(3 * angle);
    return this.#level * envelope * tone;
  }

  #pluck(): void {
    const [step, beats] = this.#voice[this.#note] ?? [0, 1];
    this.#note = (this.#note + 1) % this.#voice.length;
    this.#left = beats * beat;
    this.#age = 0;
    this.#turn = (440 * 2 ** (step / 12)) / sampleRate;
  }
}
