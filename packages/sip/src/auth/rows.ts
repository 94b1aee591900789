// The rows of an authentication header that speak Digest; whatever else stands there is not for us.
import type { Challenge, Credentials } from '../message/header/authentication.ts';
import type { HeaderField } from '../message/header/field.ts';
import type { Message } from '../message/message.ts';

/** The Digest rows of a header in their order, and whether one of them could not be read. */
export interface DigestRows<T> {
  readonly values: readonly T[];
  readonly malformed: boolean;
}

/** Reads row by row, since Basic and schemes to come have a grammar of their own (RFC 3261 §22.1, RFC 8760 §2.4). */
export function digestRows<T extends Challenge | Credentials>(
  message: Message,
  field: HeaderField<readonly T[]>,
): DigestRows<T> {
  const values: T[] = [];
  let malformed = false;
  for (const row of message.rows(field.name)) {
    if (!/^digest[ \t]/i.test(row)) continue;
    const read = field.parse([row]);
    if (read.ok) values.push(...read.value);
    else malformed = true;
  }
  return { values, malformed };
}
