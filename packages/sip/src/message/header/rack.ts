// RAck (RFC 3262 §7.2).
import { isDigits, single } from './field.ts';
import type { HeaderField } from './field.ts';
import { readCSeq } from './cseq.ts';
import type { CSeq } from './cseq.ts';
import { digitsEnd, skipBlank } from '../scan.ts';

/** Which reliable provisional response a PRACK acknowledges. */
export interface RAck {
  /** The RSeq of that response. */
  readonly rseq: number;
  /** The CSeq of that response. */
  readonly cseq: CSeq;
}

/** Which reliable provisional response is acknowledged. */
export const rack: HeaderField<RAck> = single(
  'RAck',
  readRAck,
  (value) => `${value.rseq} ${value.cseq.number} ${value.cseq.method}`,
);

function readRAck(text: string): RAck | undefined {
  const end = digitsEnd(text, 0);
  const start = skipBlank(text, end);
  const cseq = start === end ? undefined : readCSeq(text.slice(start));
  const rseq = isDigits(text.slice(0, end)) ? Number(text.slice(0, end)) : 4_294_967_296;
  return cseq === undefined || rseq > 0xffff_ffff ? undefined : { rseq, cseq };
}
