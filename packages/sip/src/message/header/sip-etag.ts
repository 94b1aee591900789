// SIP-ETag (RFC 3903 §11.3.1).
import { text } from './field.ts';
import type { HeaderField } from './field.ts';

/** The name of a published state. */
export const sipEtag: HeaderField<string> = text('SIP-ETag');
