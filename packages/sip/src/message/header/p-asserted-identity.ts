// P-Asserted-Identity (RFC 3325 §9.1).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** Who the sender is, as a trusted server says. */
export const pAssertedIdentity: HeaderField<readonly NameAddress[]> = list(
  'P-Asserted-Identity',
  readNameAddress,
  formatNameAddress,
);
