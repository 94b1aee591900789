// CSeq (RFC 3261 §20.16).
import { digitsEnd, numberIn, skipBlank, tokenEnd } from '../scan.ts';
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
  (value) => readCSeq(value),
  (value) => `${value.number} ${value.method}`,
);

/** Reads the value from `start` to `end`; undefined when malformed or out of range. */
export function readCSeq(text: string, start = 0, end: number = text.length): CSeq | undefined {
  const digits = digitsEnd(text, start, end);
  const method = skipBlank(text, digits, end);
  if (digits === start || method === digits) return undefined;
  const number = numberIn(text, start, digits);
  const isSound = number < 2_147_483_648 && method < end && tokenEnd(text, method, end) === end;
  return isSound ? { number, method: text.slice(method, end) } : undefined;
}
