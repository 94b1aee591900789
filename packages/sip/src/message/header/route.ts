// Route (RFC 3261 §20.34).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** Proxies that the request still has to pass. */
export const route: HeaderField<readonly NameAddress[]> = list(
  'Route',
  readNameAddress,
  formatNameAddress,
);
