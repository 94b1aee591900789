// Numbers and words of the command line, checked.
import { InvalidArgumentError } from 'commander';

/** A port, 0 for any free one. */
export function portNumber(text: string): number {
  return wholeNumber(text, 0, 65_535, 'a port');
}

/** Seconds, at least one. */
export function secondsNumber(text: string): number {
  return wholeNumber(text, 1, 86_400, 'a number of seconds');
}

/** Keys of a telephone. */
export function dtmfKeys(text: string): string {
  if (/^[0-9A-Da-d*#]{1,64}$/.test(text)) return text.toUpperCase();
  throw new InvalidArgumentError('Keys are 0-9, *, # and A-D.');
}

function wholeNumber(text: string, least: number, most: number, what: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be ${what} from ${least} to ${most}.`);
}
