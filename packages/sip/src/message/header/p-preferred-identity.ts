// P-Preferred-Identity (RFC 3325 §9.2).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** As whom the sender wants to appear. */
export const pPreferredIdentity: HeaderField<readonly NameAddress[]> = list(
  'P-Preferred-Identity',
  readNameAddress,
  formatNameAddress,
);
