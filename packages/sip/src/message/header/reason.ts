// Reason (RFC 3326 §2).
import { list } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** Why a request is sent: protocol, with `cause` and `text`. */
export const reason: HeaderField<readonly TokenValue[]> = list(
  'Reason',
  readTokenValue,
  formatTokenValue,
);
