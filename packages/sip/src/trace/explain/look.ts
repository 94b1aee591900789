// How a ladder is to look: what its two forms, whole and live, are asked for.
import type { Observation } from '../../base/tap.ts';
import type { Verbosity } from './note.ts';
import { asciiGlyphs, unicodeGlyphs } from './style.ts';
import type { Glyphs } from './style.ts';

/** How a ladder looks. */
export interface LadderOptions {
  /** Cells of a line; 100 unless said. Four parties or more may make a whole ladder wider. */
  readonly width?: number;
  /** ANSI colours; false unless said. */
  readonly colour?: boolean;
  /** Box drawing characters; as `colour` unless said. */
  readonly unicode?: boolean;
  /** `normal` unless said. */
  readonly verbosity?: Verbosity;
  /** The number of the only call, where a list has one for it. */
  readonly call?: number;
  /** Numbers of messages by frames of a capture; without them each call counts from 1. */
  readonly frames?: ReadonlyMap<Observation, number>;
}

/** The same with nothing left open. */
export interface Look {
  readonly width: number;
  readonly colour: boolean;
  readonly verbosity: Verbosity;
  readonly glyphs: Glyphs;
  /** Cells left of the first lifeline: number and time. */
  readonly margin: number;
  /** Frames of messages, by the ids of their rows. */
  readonly frames: ReadonlyMap<number, number>;
}

/** Fills in what was not said. */
export function lookOf(
  options: LadderOptions,
  margin: number,
  frames: ReadonlyMap<number, number> = new Map(),
): Look {
  const colour = options.colour ?? false;
  return {
    width: Math.max(60, options.width ?? 100),
    colour,
    verbosity: options.verbosity ?? 'normal',
    glyphs: (options.unicode ?? colour) ? unicodeGlyphs : asciiGlyphs,
    margin,
    frames,
  };
}
