// Content-Type (RFC 3261 §20.15).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatMediaType, readMediaType } from './media-type.ts';
import type { MediaType } from './media-type.ts';

/** What the body is. */
export const contentType: HeaderField<MediaType> = single(
  'Content-Type',
  readMediaType,
  formatMediaType,
);
