// Date (RFC 3261 §20.17).
import { text } from './field.ts';
import type { HeaderField } from './field.ts';

/** When the message was first sent, as written; nothing here depends on it. */
export const date: HeaderField<string> = text('Date');
