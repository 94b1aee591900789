// Proxy-Authorization (RFC 3261 §20.28).
import { formatCredentials, readAuthentication } from './authentication.ts';
import type { Credentials } from './authentication.ts';
import { rowsOf } from './field.ts';
import type { HeaderField } from './field.ts';

/** Credentials for proxies, one a row. */
export const proxyAuthorization: HeaderField<readonly Credentials[]> = rowsOf(
  'Proxy-Authorization',
  readAuthentication,
  formatCredentials,
);
