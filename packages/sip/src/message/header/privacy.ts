// Privacy (RFC 3323 §4.2).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** Kinds of privacy that are asked for. */
export const privacy: HeaderField<readonly string[]> = tokens('Privacy');
