// Unsupported (RFC 3261 §20.40).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** Extensions for which a request was refused. */
export const unsupported: HeaderField<readonly string[]> = tokens('Unsupported');
