// Reply-To (RFC 3261 §20.31).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** Where to call back. */
export const replyTo: HeaderField<NameAddress> = single(
  'Reply-To',
  readNameAddress,
  formatNameAddress,
);
