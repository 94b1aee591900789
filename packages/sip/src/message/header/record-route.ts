// Record-Route (RFC 3261 §20.30).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** Proxies that want to stay in the way of a dialog. */
export const recordRoute: HeaderField<readonly NameAddress[]> = list(
  'Record-Route',
  readNameAddress,
  formatNameAddress,
);
