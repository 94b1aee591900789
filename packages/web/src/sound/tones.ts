// What is heard of the phone itself, as notes in time.

/** One note: hertz (several sound together), when it starts and how long it lasts in seconds, how loud from 0 to 1. */
export interface Note {
  readonly hertz: readonly number[];
  readonly at: number;
  readonly seconds: number;
  readonly loud: number;
  /** A bell fades away, a tone stays. */
  readonly bell: boolean;
}

/** A sound; it begins anew after `period` seconds, or ends when that is undefined. */
export interface Tone {
  readonly notes: readonly Note[];
  readonly period: number | undefined;
}

/** What can be heard. */
export type ToneName =
  | 'ringing'
  | 'call waiting'
  | 'ringback'
  | 'busy'
  | 'message'
  | 'test'
  | 'hold music';

const bell = (at: number, hertz: number, loud = 1): Note => ({
  hertz: [hertz, hertz * 2.01, hertz * 2.99],
  at,
  seconds: 0.9,
  loud,
  bell: true,
});
const steady = (at: number, seconds: number, ...hertz: readonly number[]): Note => ({
  ...{ hertz, at, seconds, loud: 0.35, bell: false },
});

// Four chords, broken into single notes, slowly.
const chords: readonly (readonly number[])[] = [
  [261.6, 329.6, 392, 523.3],
  [220, 261.6, 329.6, 440],
  [174.6, 220, 261.6, 349.2],
  [196, 246.9, 293.7, 392],
];
const music: readonly Note[] = chords.flatMap((chord, bar) =>
  [...chord, ...chord.slice(1, 3).toReversed()].map((hertz, step): Note => ({
    ...{
      hertz: [hertz, hertz * 2],
      at: bar * 2.4 + step * 0.4,
      seconds: 1.1,
      loud: 0.8,
      bell: true,
    },
  })),
);

/** All of them. Ringback and busy are those of ITU-T E.180 as most of Europe hears them. */
export const tones: Readonly<Record<ToneName, Tone>> = {
  ringing: {
    notes: [bell(0, 659.3), bell(0.16, 784), bell(0.32, 987.8), bell(0.9, 784), bell(1.06, 987.8)],
    period: 3,
  },
  'call waiting': { notes: [steady(0, 0.2, 425), steady(0.4, 0.2, 425)], period: 6 },
  ringback: { notes: [steady(0, 1, 425)], period: 5 },
  busy: {
    notes: [0, 1, 2, 3].map((at) => steady(at * 0.96, 0.48, 425)),
    period: undefined,
  },
  message: { notes: [bell(0, 880, 0.6), bell(0.12, 1174.7, 0.6)], period: undefined },
  // The last notes fade before it begins anew.
  'hold music': { notes: music, period: 4 * 2.4 + 0.8 },
  test: { notes: [bell(0, 523.3), bell(0.35, 659.3), bell(0.7, 784)], period: undefined },
};

/** How long a tone takes once, in seconds. */
export function secondsOf({ notes, period }: Tone): number {
  return period ?? Math.max(...notes.map(({ at, seconds }) => at + seconds));
}
