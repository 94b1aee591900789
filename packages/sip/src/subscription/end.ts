// How a subscription ended, in words that an application can act on (RFC 6665 §4.1.3).
import { SipError } from '../message/errors.ts';
import type { Response } from '../message/message.ts';
import type { StateOfSubscription } from './state.ts';

/** Why a subscription is over, and whether another try makes sense. */
export interface SubscriptionEnd {
  /**
   * `closed`: we wished so. `terminated`: its notifier said so. `refused`: an answer ended it. `timeout`: no NOTIFY came.
   * `unreachable`: nothing could be sent. `expired`: it could not be refreshed in time.
   */
  readonly cause: 'closed' | 'terminated' | 'refused' | 'timeout' | 'unreachable' | 'expired';
  readonly status?: number | undefined;
  /** The reason of the last NOTIFY, such as `rejected` or `noresource`. */
  readonly reason?: string | undefined;
  /** In how many seconds a new subscription may be tried; undefined when it should not be. */
  readonly retryAfterSeconds?: number | undefined;
  /** The same for who waits for its beginning. */
  readonly error?: SipError | undefined;
}

/** The end that a NOTIFY with `terminated` means (RFC 6665 §4.1.3). */
export function endOfNotify({ reason, retryAfterSeconds }: StateOfSubscription): SubscriptionEnd {
  return { cause: 'terminated', reason, retryAfterSeconds: retryAfter(reason, retryAfterSeconds) };
}

/** The end that a refusal means. */
export function endOfRefusal(response: Response): SubscriptionEnd {
  const { status, reason } = response;
  const code = status === 401 || status === 403 || status === 407 ? 'SIP_AUTH' : 'SIP_REJECTED';
  const message = `The peer refused: ${status} ${reason}`.trim();
  return {
    cause: 'refused',
    status,
    reason,
    error: new SipError(code, { status, response, message }),
  };
}

// Some reasons say never, some say at once; the notifier's own number counts for the others.
function retryAfter(reason: string | undefined, seconds: number | undefined): number | undefined {
  if (reason === 'rejected' || reason === 'noresource' || reason === 'invariant') return undefined;
  if (reason === 'deactivated' || reason === 'timeout') return 0;
  return seconds ?? (reason === 'probation' ? 60 : 0);
}

/** RFC 6665 §4.1.2.2, §4.2.2: answers to a SUBSCRIBE or NOTIFY in a subscription that end it. */
const fatal: ReadonlySet<number> = new Set([
  404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604,
]);

/** Whether an answer of this status, to a SUBSCRIBE or NOTIFY within a subscription, ends it. */
export function endsSubscription(status: number): boolean {
  return fatal.has(status);
}
