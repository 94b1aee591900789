// Content-Disposition (RFC 3261 §20.11).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** What the body is for: `session`, `render`. */
export const contentDisposition: HeaderField<TokenValue> = single(
  'Content-Disposition',
  readTokenValue,
  formatTokenValue,
);
