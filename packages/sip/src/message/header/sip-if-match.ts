// SIP-If-Match (RFC 3903 §11.3.2).
import { text } from './field.ts';
import type { HeaderField } from './field.ts';

/** The published state that a PUBLISH is about. */
export const sipIfMatch: HeaderField<string> = text('SIP-If-Match');
