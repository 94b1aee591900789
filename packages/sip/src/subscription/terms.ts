// How long a notifier grants a subscription (RFC 6665 §4.2.1.1).
import { expires } from '../message/header/expires.ts';
import type { Request } from '../message/message.ts';

/** The times of one event package, in seconds. */
export interface Terms {
  /** What is asked for less than this, and less than an hour, is refused with 423. */
  readonly minSeconds: number;
  /** What is asked for more than this is granted this. */
  readonly maxSeconds: number;
  /** Granted when nothing is asked for. */
  readonly usualSeconds: number;
}

/** RFC 6665 §4.2.1.1: only what is above zero and below an hour may be too brief. */
const neverTooBrief = 3600;

/** The least that must be asked for, when `subscribe` asks for less. */
export function tooBrief(subscribe: Request, { minSeconds }: Terms): number | undefined {
  const asked = subscribe.get(expires);
  if (asked === undefined || asked === 0 || asked >= neverTooBrief) return undefined;
  return asked < minSeconds ? minSeconds : undefined;
}

/** What `subscribe` gets: as much as it asks for, or less, never more. */
export function grantedSeconds(subscribe: Request, { maxSeconds, usualSeconds }: Terms): number {
  return Math.min(subscribe.get(expires) ?? usualSeconds, maxSeconds);
}
