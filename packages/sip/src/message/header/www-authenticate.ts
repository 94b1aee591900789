// WWW-Authenticate (RFC 3261 §20.44).
import { formatChallenge, readAuthentication } from './authentication.ts';
import type { Challenge } from './authentication.ts';
import { rowsOf } from './field.ts';
import type { HeaderField } from './field.ts';

/** Challenges of a server, one a row. */
export const wwwAuthenticate: HeaderField<readonly Challenge[]> = rowsOf(
  'WWW-Authenticate',
  readAuthentication,
  formatChallenge,
);
