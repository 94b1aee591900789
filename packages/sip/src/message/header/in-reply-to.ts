// In-Reply-To (RFC 3261 §20.21).
import { readCallId } from './call-id.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** Call-IDs of the calls that this one returns. */
export const inReplyTo: HeaderField<readonly string[]> = list('In-Reply-To', readCallId, String);
