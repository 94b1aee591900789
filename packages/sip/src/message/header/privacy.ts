// Privacy (RFC 3323 §4.2).
import { isToken } from '../scan.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** Kinds of privacy that are asked for, such as `header` and `id`. */
export const privacy: HeaderField<readonly string[]> = single('Privacy', readKinds, (kinds) =>
  kinds.join(';'),
);

// The values of this header stand between semicolons.
function readKinds(text: string): readonly string[] | undefined {
  const kinds = text.split(';').map((kind) => kind.trim());
  return kinds.every(isToken) ? kinds : undefined;
}
