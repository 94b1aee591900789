// Alert-Info (RFC 3261 §20.4).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** What to ring with. */
export const alertInfo: HeaderField<readonly NameAddress[]> = list(
  'Alert-Info',
  readNameAddress,
  formatNameAddress,
);
