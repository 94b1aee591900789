// Recv-Info (RFC 6086 §4.1).
import { list } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** INFO packages that the sender takes; empty for none. */
export const recvInfo: HeaderField<readonly TokenValue[]> = list(
  'Recv-Info',
  readTokenValue,
  formatTokenValue,
  { empty: true, joined: true },
);
