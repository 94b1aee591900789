// Service-Route (RFC 3608 §5).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** Proxies that later requests should pass. */
export const serviceRoute: HeaderField<readonly NameAddress[]> = list(
  'Service-Route',
  readNameAddress,
  formatNameAddress,
);
