// User-Agent (RFC 3261 §20.41).
import { text } from './field.ts';
import type { HeaderField } from './field.ts';

/** The program that sent the request. */
export const userAgent: HeaderField<string> = text('User-Agent');
