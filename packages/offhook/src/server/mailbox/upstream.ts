// What stands above a forwarded MESSAGE in the place of the sender's transaction.
import type { Response } from '@offhook/sip/message';

/** As much of a server transaction as a proxy uses. */
export interface Upstream {
  readonly kind: 'non-invite-server';
  /** The To tag of the responses that this server makes itself. */
  readonly localTag: string;
  /** True when nobody waits for a response any more. */
  readonly finished: boolean;
  /** Takes the response that the proxy has chosen. */
  respond(response: Response): void;
  /** The proxy's; an ACK never comes to a MESSAGE. */
  user: { ack?(ack: unknown): void } | undefined;
}

/** Whether a final response means that a phone has the message, does not want it, or is not there. */
export function arrivalOf(
  { status, toTag }: Response,
  localTag: string,
): 'delivered' | 'refused' | 'away' {
  if (status < 300) return 'delivered';
  if ([408, 430, 480, 503].includes(status)) return 'away';
  // A branch that could not be sent is a 500 of the proxy's own (RFC 3261 §16.7 item 6, §16.9).
  return status === 500 && toTag === localTag ? 'away' : 'refused';
}
