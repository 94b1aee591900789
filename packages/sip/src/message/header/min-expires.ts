// Min-Expires (RFC 3261 §20.23).
import { seconds } from './field.ts';
import type { HeaderField } from './field.ts';

/** The shortest time that a server grants, in seconds. */
export const minExpires: HeaderField<number> = seconds('Min-Expires');
