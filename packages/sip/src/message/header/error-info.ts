// Error-Info (RFC 3261 §20.18).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** More about an error. */
export const errorInfo: HeaderField<readonly NameAddress[]> = list(
  'Error-Info',
  readNameAddress,
  formatNameAddress,
);
