// When a binding is refreshed, and when a lost one is tried again (RFC 3261 §10.2.4, RFC 5626 §4.5).

/** A binding that the registrar calls longer is refreshed once a day all the same. */
const longestSeconds = 86_400;

/** After how many milliseconds a binding is refreshed: early enough for the resends of a lost REGISTER, where it lasts so long. */
export function refreshAfter(grantedSeconds: number): number {
  const seconds = Math.min(grantedSeconds, longestSeconds);
  return Math.max(Math.min(seconds - 32, seconds * 0.9), seconds / 2, 1) * 1000;
}

/** RFC 5626 §4.5: the base of the waits in seconds, when every flow has failed, and when another one stands. */
const base = { allFailed: 30, otherStands: 90 };

/** RFC 5626 §4.5: the most milliseconds to wait after so many failures in a row; of which a random half may be left out. */
export function retryWithin(failures: number, otherStands: boolean): number {
  const seconds = otherStands ? base.otherStands : base.allFailed;
  return Math.min(1_800_000, seconds * 1000 * 2 ** Math.min(failures, 16));
}
