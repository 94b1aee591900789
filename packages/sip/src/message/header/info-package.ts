// Info-Package (RFC 6086 §7.2).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** The package of an INFO request. */
export const infoPackage: HeaderField<TokenValue> = single(
  'Info-Package',
  readTokenValue,
  formatTokenValue,
);
