// Path (RFC 3327 §4).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** Proxies between a registrar and the one who registers. */
export const path: HeaderField<readonly NameAddress[]> = list(
  'Path',
  readNameAddress,
  formatNameAddress,
);
