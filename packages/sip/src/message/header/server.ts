// Server (RFC 3261 §20.35).
import { text } from './field.ts';
import type { HeaderField } from './field.ts';

/** The program that sent the response. */
export const server: HeaderField<string> = text('Server');
