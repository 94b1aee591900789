// CSeq (RFC 3261 §20.16).
import { digitsEnd, isToken, skipBlank } from '../scan.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** The number of a request in its dialog, and its method. */
export interface CSeq {
  /** Below 2^31 (RFC 3261 §8.1.1.5). */
  readonly number: number;
  readonly method: string;
}

/** The number and method of a request, and of the request that a response answers. */
export const cseq: HeaderField<CSeq> = single(
  'CSeq',
  readCSeq,
  (value) => `${value.number} ${value.method}`,
);

/** Reads the value; undefined when malformed or out of range. */
export function readCSeq(text: string): CSeq | undefined {
  const end = digitsEnd(text, 0);
  const start = skipBlank(text, end);
  if (end === 0 || start === end) return undefined;
  const number = Number(text.slice(0, end));
  const method = text.slice(start);
  return number < 2_147_483_648 && isToken(method) ? { number, method } : undefined;
}
