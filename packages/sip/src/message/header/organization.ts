// Organization (RFC 3261 §20.25).
import { text } from './field.ts';
import type { HeaderField } from './field.ts';

/** To which organization the sender belongs. */
export const organization: HeaderField<string> = text('Organization');
