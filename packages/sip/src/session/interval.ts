// How long a session may go without refresh, and who refreshes it, as both sides agree on it (RFC 4028 §7, §9).
import type { HeaderInit } from '../message/build.ts';
import { minSe } from '../message/header/min-se.ts';
import { sessionExpires } from '../message/header/session-expires.ts';
import { supported } from '../message/header/supported.ts';
import type { Request, Response } from '../message/message.ts';
import type { TimerName } from './timer.figure.ts';

/** What we want of session timers. */
export interface IntervalPolicy {
  /** The interval that we ask for, in seconds; 0 when we ask for none, and only grant it. */
  readonly seconds: number;
  /** The least that we take, in seconds: 90 or more (RFC 4028 §5). */
  readonly minSeconds: number;
  /** Who is to refresh where we may choose; the caller unless said. */
  readonly refresher?: 'local' | 'remote' | undefined;
  /** By what we refresh; UPDATE unless said, to a peer that takes it. */
  readonly refreshBy?: 'UPDATE' | 'INVITE' | undefined;
}

/** An interval that was agreed on. */
export interface Interval {
  readonly seconds: number;
  /** By whom it is refreshed, seen from the request whose 2xx agreed on it. */
  readonly refresher: 'uac' | 'uas';
}

/** RFC 4028 §4: less than this is never used. */
export const leastSeconds = 90;

/** The longest that a timer can be, in seconds. */
const mostSeconds = 2_147_483;

/** The Session-Expires and Min-SE of our initial INVITE; `least` is the largest Min-SE of the 422s that it met, or 0. */
export function firstIntervalHeaders(policy: IntervalPolicy, least = 0): readonly HeaderInit[] {
  const floor = Math.max(least, policy.minSeconds);
  const min: readonly HeaderInit[] = floor > leastSeconds ? [['Min-SE', String(floor)]] : [];
  if (policy.seconds === 0 && least === 0) return min;
  const refresher =
    policy.refresher === undefined
      ? ''
      : `;refresher=${policy.refresher === 'local' ? 'uac' : 'uas'}`;
  return [['Session-Expires', `${Math.max(policy.seconds, floor)}${refresher}`], ...min];
}

/** The Min-SE that a 422 asks for; undefined when it is no larger than `least`, and trying again would lead nowhere. */
export function largerMinimum(response: Response, least: number): number | undefined {
  if (response.status !== 422) return undefined;
  const seconds = response.get(minSe)?.seconds ?? 0;
  return seconds > Math.max(least, leastSeconds - 1) && seconds <= mostSeconds
    ? seconds
    : undefined;
}

/** RFC 4028 §9: 422 for an interval below our minimum, where the peer knows what that means. */
export function refuseInterval(
  request: Request,
  { minSeconds }: IntervalPolicy,
): { readonly status: 422; readonly headers: readonly HeaderInit[] } | undefined {
  const wanted = request.get(sessionExpires);
  if (wanted === undefined || wanted.seconds >= minSeconds || !knowsTimer(request))
    return undefined;
  return { status: 422, headers: [['Min-SE', String(minSeconds)]] };
}

/** RFC 4028 §9, table 2: what our 2xx to `request` agrees to; undefined for no timer. */
export function grantInterval(request: Request, policy: IntervalPolicy): Interval | undefined {
  const wanted = request.get(sessionExpires);
  const knows = knowsTimer(request);
  // Too short from one who knows no 422: a proxy may have asked, but nobody refreshes so often.
  if (wanted !== undefined && wanted.seconds < leastSeconds) return undefined;
  if (wanted === undefined && (policy.seconds === 0 || !knows)) return undefined;
  const floor = Math.max(minimumOf(request), leastSeconds);
  const ours = Math.max(policy.seconds === 0 ? mostSeconds : policy.seconds, floor);
  const seconds = Math.min(wanted?.seconds ?? ours, ours, mostSeconds);
  // Table 2: one who knows no timers cannot refresh; one who chose keeps the choice.
  if (!knows) return { seconds, refresher: 'uas' };
  return {
    seconds,
    refresher: wanted?.refresher ?? (policy.refresher === 'local' ? 'uas' : 'uac'),
  };
}

/** RFC 4028 §9: what the 2xx says of it. */
export function grantHeaders(
  request: Request,
  interval: Interval | undefined,
): readonly HeaderInit[] {
  if (interval === undefined) return [];
  const { seconds, refresher } = interval;
  const require: readonly HeaderInit[] = knowsTimer(request) ? [['Require', 'timer']] : [];
  return [['Session-Expires', `${seconds};refresher=${refresher}`], ...require];
}

/** RFC 4028 §7.2: what a 2xx to a request of ours agreed to. */
export function grantedInterval(response: Response): Interval | undefined {
  const granted = response.get(sessionExpires);
  if (granted === undefined) return undefined;
  // A peer that grants less than it may would have us refresh without end.
  const seconds = Math.min(Math.max(granted.seconds, leastSeconds), mostSeconds);
  return { seconds, refresher: granted.refresher ?? 'uac' };
}

/** The Min-SE of a request, as far as a timer can be so long; 0 without one. */
export function minimumOf(request: Request): number {
  return Math.min(request.get(minSe)?.seconds ?? 0, mostSeconds);
}

function knowsTimer(request: Request): boolean {
  return (request.get(supported) ?? []).some((tag) => tag.toLowerCase() === 'timer');
}

/** How long a timer of a session runs that was agreed to last `seconds`; in milliseconds. */
export function timerLength(timer: TimerName, seconds: number): number {
  switch (timer) {
    case 'refresh':
      return seconds * 500;
    case 'retry':
      return seconds * 100;
    case 'expiry':
      // RFC 4028 §10: the lesser of 32 s and a third before the end.
      return (seconds - Math.min(32, seconds / 3)) * 1000;
  }
}
