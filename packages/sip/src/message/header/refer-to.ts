// Refer-To (RFC 3515 §2.1).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** Whom the receiver of REFER should contact. */
export const referTo: HeaderField<NameAddress> = single(
  'Refer-To',
  readNameAddress,
  formatNameAddress,
);
