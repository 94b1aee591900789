// From (RFC 3261 §20.20).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** Who sent the request. */
export const from: HeaderField<NameAddress> = single('From', readNameAddress, formatNameAddress);
