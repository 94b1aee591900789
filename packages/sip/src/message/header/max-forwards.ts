// Max-Forwards (RFC 3261 §20.22).
import { digitsEnd, numberIn } from '../scan.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** How many more hops a request may take, 0 to 255. */
export const maxForwards: HeaderField<number> = single(
  'Max-Forwards',
  (value) => readMaxForwards(value),
  String,
);

/** Reads the value from `start` to `end`; undefined when it is no number from 0 to 255. */
export function readMaxForwards(
  text: string,
  start = 0,
  end: number = text.length,
): number | undefined {
  if (start === end || digitsEnd(text, start, end) !== end) return undefined;
  const value = numberIn(text, start, end);
  return value <= 255 ? value : undefined;
}
