// Accept-Language (RFC 3261 §20.3).
import { list } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** Languages that the sender reads. */
export const acceptLanguage: HeaderField<readonly TokenValue[]> = list(
  'Accept-Language',
  readTokenValue,
  formatTokenValue,
  { empty: true, joined: true },
);
