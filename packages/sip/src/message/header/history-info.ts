// History-Info (RFC 7044 §5).
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** The targets that a request has had. */
export const historyInfo: HeaderField<readonly NameAddress[]> = list(
  'History-Info',
  readNameAddress,
  formatNameAddress,
);
