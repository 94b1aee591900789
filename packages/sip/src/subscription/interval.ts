// How long subscriptions and publications last, as timers (RFC 6665 §4.1.2.2, RFC 3903 §4.1).

/** No timer is longer, whatever a peer grants: 24 days, which is what platforms can count. */
const longestMilliseconds = 2_147_483_647;

/** When something that lasts so many seconds more is refreshed: in time for the resends of a lost request, where it lasts so long. */
export function refreshMilliseconds(seconds: number): number {
  return toMilliseconds(Math.max(Math.min(seconds - 32, seconds * 0.9), seconds / 2));
}

/** Seconds as the length of a timer; 0 fires at once. */
export function toMilliseconds(seconds: number): number {
  return Math.min(Math.max(seconds * 1000, 0), longestMilliseconds);
}
