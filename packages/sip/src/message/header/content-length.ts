// Content-Length (RFC 3261 §20.14).
import { isDigits, single } from './field.ts';
import type { HeaderField } from './field.ts';

/** How many bytes the body has. */
export const contentLength: HeaderField<number> = single(
  'Content-Length',
  readContentLength,
  String,
);

/** Reads the value; undefined when it is no number below 2^32. */
export function readContentLength(text: string): number | undefined {
  const value = isDigits(text) ? Number(text) : 4_294_967_296;
  return value < 4_294_967_296 ? value : undefined;
}
