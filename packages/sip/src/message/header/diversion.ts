// Diversion (RFC 5806 §3).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** From where a call was forwarded. */
export const diversion: HeaderField<readonly NameAddress[]> = list(
  'Diversion',
  readNameAddress,
  formatNameAddress,
);
