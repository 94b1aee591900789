// How the session timers of a user agent are set up (RFC 4028).
import { leastSeconds } from '../session/interval.ts';
import type { IntervalPolicy } from '../session/interval.ts';

/** How calls are kept fresh, so that one whose peer is gone does not stay for ever (RFC 4028). */
export interface SessionTimerOptions {
  /** The interval to ask for, in seconds: 90 or more, 1800 unless said; 0 to ask for none, and only grant it. */
  readonly seconds?: number | undefined;
  /** The shortest interval to grant, in seconds: 90 or more, 90 unless said. */
  readonly minSeconds?: number | undefined;
  /** Who refreshes where we may choose: the caller, unless said. */
  readonly refresher?: 'local' | 'remote' | undefined;
  /** By what we refresh: UPDATE where the peer takes it, unless said. */
  readonly refreshBy?: 'UPDATE' | 'INVITE' | undefined;
}

/** The longest that a timer can be, in seconds. */
const mostSeconds = 2_147_483;

/** What a session is given; throws a TypeError for an interval that RFC 4028 §5 does not allow. */
export function intervalOf({
  seconds = 1800,
  minSeconds = leastSeconds,
  ...choices
}: SessionTimerOptions): IntervalPolicy {
  const tooShort = minSeconds < leastSeconds || (seconds !== 0 && seconds < minSeconds);
  if (tooShort || !(seconds <= mostSeconds) || !(minSeconds <= mostSeconds)) {
    throw new TypeError('A session interval has 90 seconds at least, and no less than its minimum');
  }
  return { seconds, minSeconds, ...choices };
}
