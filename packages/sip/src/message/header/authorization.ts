// Authorization (RFC 3261 §20.7).
import { formatCredentials, readAuthentication } from './authentication.ts';
import type { Credentials } from './authentication.ts';
import { rowsOf } from './field.ts';
import type { HeaderField } from './field.ts';

/** Credentials for servers, one a row. */
export const authorization: HeaderField<readonly Credentials[]> = rowsOf(
  'Authorization',
  readAuthentication,
  formatCredentials,
);
