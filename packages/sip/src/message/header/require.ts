// Require (RFC 3261 §20.32).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** Extensions without which the receiver must refuse. */
export const requireField: HeaderField<readonly string[]> = tokens('Require');
