// Flow-Timer (RFC 5626 §3.5).
import { seconds } from './field.ts';
import type { HeaderField } from './field.ts';

/** After how many seconds without keep-alive a flow counts as dead. */
export const flowTimer: HeaderField<number> = seconds('Flow-Timer');
