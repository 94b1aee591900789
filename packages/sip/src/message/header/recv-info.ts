// Recv-Info (RFC 6086 §4.1).
import { tokens } from './field.ts';
import type { HeaderField } from './field.ts';

/** INFO packages that the sender takes; empty for none. */
export const recvInfo: HeaderField<readonly string[]> = tokens('Recv-Info');
