// Call-Info (RFC 3261 §20.9).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** More about the caller or callee. */
export const callInfo: HeaderField<readonly NameAddress[]> = list(
  'Call-Info',
  readNameAddress,
  formatNameAddress,
);
