// Accept (RFC 3261 §20.1).
import { list } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatMediaType, readMediaType } from './media-type.ts';
import type { MediaType } from './media-type.ts';

/** Bodies that the sender takes; an empty list means none, an absent header means SDP. */
export const accept: HeaderField<readonly MediaType[]> = list(
  'Accept',
  readMediaType,
  formatMediaType,
  {
    empty: true,
    joined: true,
  },
);
