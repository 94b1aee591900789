// Accept-Encoding (RFC 3261 §20.2).
import { list } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** Encodings that the sender takes. */
export const acceptEncoding: HeaderField<readonly TokenValue[]> = list(
  'Accept-Encoding',
  readTokenValue,
  formatTokenValue,
  { empty: true, joined: true },
);
