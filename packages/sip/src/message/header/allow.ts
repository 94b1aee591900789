// Allow (RFC 3261 §20.5).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** Methods that the sender takes. */
export const allow: HeaderField<readonly string[]> = tokens('Allow');
