// How the caller is refused when none of the callees is to be had (RFC 3261 §16.7 item 6).
import type { Rejection, SipError } from '@offhook/sip';
import type { HeaderInit } from '@offhook/sip/message';
import { bestOutcome } from '../proxy/best-response.ts';
import type { Outcome } from '../proxy/best-response.ts';
import { passedHeaders } from './passed-headers.ts';

/** How one callee was not had. */
export interface CalleeOutcome extends Outcome {
  readonly cause: SipError;
}

/** The refusal that says most. */
export function refusalFor(outcomes: readonly CalleeOutcome[]): Rejection {
  // Ours alone: no port is left, or whatever else media takes.
  if (outcomes.some(({ cause }) => cause.code === 'SIP_LIMIT'))
    return { status: 503, headers: [['Retry-After', '10']] };
  const { status, response } = bestOutcome(outcomes);
  if (response === undefined) {
    // RFC 3261 §16.7 item 6: a 503 of one callee is none of ours. That nobody was reached is all the same to the caller.
    const refused = outcomes.some((outcome) => outcome.response !== undefined);
    return { status: refused || status === 408 || status === 488 ? status : 480 };
  }
  const contacts = status < 400 ? response.rows('Contact') : [];
  return {
    status,
    reason: response.reason,
    headers: [
      ...contacts.map((value): HeaderInit => ['Contact', value]),
      ...passedHeaders(response),
    ],
  };
}
