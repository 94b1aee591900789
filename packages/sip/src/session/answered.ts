// A 2xx of ours until its ACK comes (RFC 3261 §13.3.1.4).
import type { Response } from '../message/message.ts';
import type { InviteServer } from '../transaction/invite-server.ts';

/** A 2xx of ours that waits for its ACK. */
export interface Answered {
  readonly transaction: InviteServer;
  readonly response: Response;
  readonly cseq: number;
  /** True when it carries our offer, so that the ACK must bring the answer. */
  readonly offered: boolean;
  /** How often it was sent again. */
  repeats: number;
}

/** RFC 3261 §13.3.1.4: sends it again, on every transport. */
export function repeat(answered: Answered): void {
  answered.repeats += 1;
  answered.transaction.respond(answered.response);
}

/** RFC 3261 §13.3.1.4: T1, doubling up to T2. */
export function untilRepeat(
  answered: Answered | undefined,
  { t1, t2 }: { readonly t1: number; readonly t2: number },
): number {
  return Math.min(t1 * 2 ** (answered?.repeats ?? 0), t2);
}
