// RSeq (RFC 3262 §7.1).
import { seconds } from './field.ts';
import type { HeaderField } from './field.ts';

/** The number of a reliable provisional response. */
export const rseq: HeaderField<number> = seconds('RSeq');
