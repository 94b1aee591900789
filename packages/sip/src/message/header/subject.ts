// Subject (RFC 3261 §20.36).
import { text } from './field.ts';
import type { HeaderField } from './field.ts';

/** What the call is about; may be empty. */
export const subject: HeaderField<string> = text('Subject');
