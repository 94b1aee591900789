// Supported (RFC 3261 §20.37).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** Extensions that the sender can do. */
export const supported: HeaderField<readonly string[]> = tokens('Supported');
