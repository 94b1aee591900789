// Proxy-Authenticate (RFC 3261 §20.27).
import { formatChallenge, readAuthentication } from './authentication.ts';
import type { Challenge } from './authentication.ts';
import { rowsOf } from './field.ts';
import type { HeaderField } from './field.ts';

/** Challenges of a proxy, one a row. */
export const proxyAuthenticate: HeaderField<readonly Challenge[]> = rowsOf(
  'Proxy-Authenticate',
  readAuthentication,
  formatChallenge,
);
