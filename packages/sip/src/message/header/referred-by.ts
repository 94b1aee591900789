// Referred-By (RFC 3892 §3).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** Who sent the REFER. */
export const referredBy: HeaderField<NameAddress> = single(
  'Referred-By',
  readNameAddress,
  formatNameAddress,
);
