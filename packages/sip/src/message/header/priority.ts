// Priority (RFC 3261 §20.26).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** How urgent the request is. */
export const priority: HeaderField<TokenValue> = single(
  'Priority',
  readTokenValue,
  formatTokenValue,
);
