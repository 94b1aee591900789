// Max-Forwards (RFC 3261 §20.22).
import { isDigits, single } from './field.ts';
import type { HeaderField } from './field.ts';

/** How many more hops a request may take, 0 to 255. */
export const maxForwards: HeaderField<number> = single('Max-Forwards', readMaxForwards, String);

/** Reads the value; undefined when it is no number from 0 to 255. */
export function readMaxForwards(text: string): number | undefined {
  const value = isDigits(text) ? Number(text) : 256;
  return value <= 255 ? value : undefined;
}
