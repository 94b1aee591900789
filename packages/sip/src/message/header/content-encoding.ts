// Content-Encoding (RFC 3261 §20.12).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** Encodings of the body, the outermost last. */
export const contentEncoding: HeaderField<readonly string[]> = tokens('Content-Encoding');
