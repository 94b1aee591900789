// To (RFC 3261 §20.39).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** For whom the request is meant. */
export const to: HeaderField<NameAddress> = single('To', readNameAddress, formatNameAddress);
