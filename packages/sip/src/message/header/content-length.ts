// Content-Length (RFC 3261 §20.14).
import { digitsEnd, numberIn } from '../scan.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** How many bytes the body has. */
export const contentLength: HeaderField<number> = single(
  'Content-Length',
  (value) => readContentLength(value),
  String,
);

/** Reads the value from `start` to `end`; undefined when it is no number below 2^32. */
export function readContentLength(
  text: string,
  start = 0,
  end: number = text.length,
): number | undefined {
  if (start === end || digitsEnd(text, start, end) !== end) return undefined;
  const value = numberIn(text, start, end);
  return value <= 4_294_967_295 ? value : undefined;
}
