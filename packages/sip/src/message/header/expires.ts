// Expires (RFC 3261 §20.19).
import { seconds } from './field.ts';
import type { HeaderField } from './field.ts';

/** How long a binding, a subscription or an invitation holds, in seconds. */
export const expires: HeaderField<number> = seconds('Expires');
