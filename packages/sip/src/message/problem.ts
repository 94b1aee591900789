// Why a message, a header or a URI could not be taken, as a value.
import { fail } from '../base/result.ts';
import { errorTable } from './errors.ts';
import type { SipErrorCode } from './errors.ts';
import type { Response } from './message.ts';

/** Why something from the network was not taken. */
export interface MessageProblem {
  readonly code: SipErrorCode;
  /** The status that fits: 400, 413, 414, 505, 513. */
  readonly status: number;
  /** Plain words for a person. */
  readonly text: string;
  /**
   * The refusal, ready to send where its `topVia` says. Absent for responses, for ACK, and for requests without a
   * readable Via: those are dropped. Of its headers only the Via is certain to be well formed, since the others are
   * the sender's own.
   */
  readonly answer?: Response;
}

/** A problem with the status of the error table, unless another is given. */
export function problem(code: SipErrorCode, text?: string, status?: number): MessageProblem {
  const entry = errorTable[code];
  return { code, status: status ?? entry.status ?? 400, text: text ?? entry.text };
}

/** A malformed header as a failed result. */
export function badHeader(
  name: string,
  why = 'is malformed',
): { readonly ok: false; readonly error: MessageProblem } {
  return fail(problem('SIP_PARSE_HEADER', `The ${name} header ${why}`));
}
