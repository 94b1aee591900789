// Refer-Sub (RFC 4488 §4).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** `false` when the REFER is to make no subscription. */
export const referSub: HeaderField<TokenValue> = single(
  'Refer-Sub',
  readTokenValue,
  formatTokenValue,
);
