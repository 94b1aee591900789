// Min-SE (RFC 4028 §5).
import { formatParameters } from '../parameters.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';
import { readSessionExpires } from './session-expires.ts';
import type { SessionExpires } from './session-expires.ts';

/** The shortest session interval that someone on the way takes. */
export const minSe: HeaderField<SessionExpires> = single(
  'Min-SE',
  readSessionExpires,
  (value) => `${value.seconds}${formatParameters(value.parameters)}`,
);
