// MIME-Version (RFC 3261 §20.24).
import { text } from './field.ts';
import type { HeaderField } from './field.ts';

/** The version of MIME, always 1.0. */
export const mimeVersion: HeaderField<string> = text('MIME-Version');
