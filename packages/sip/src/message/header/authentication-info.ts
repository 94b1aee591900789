// Authentication-Info (RFC 3261 §20.6, RFC 7616 §3.5).
import type { Parameters } from '../parameters.ts';
import { formatCredentials, readAuthentication } from './authentication.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** What a server tells after it took credentials: `nextnonce`, `rspauth`, `qop`, `cnonce`, `nc`; without quotes. */
export const authenticationInfo: HeaderField<Parameters> = single(
  'Authentication-Info',
  (text) => readAuthentication(`Digest ${text}`)?.parameters,
  (value) => formatCredentials({ scheme: 'Digest', parameters: value }).slice('Digest '.length),
);
