// Allow-Events (RFC 6665 §8.2.2).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** Event packages that the sender knows. */
export const allowEvents: HeaderField<readonly string[]> = tokens('Allow-Events');
