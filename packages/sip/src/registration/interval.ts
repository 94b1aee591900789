// When a binding is refreshed, and when a lost one is tried again (RFC 3261 §10.2.4, RFC 5626 §4.5).

/** A binding that the registrar calls longer is refreshed once a day all the same. */
const longestSeconds = 86_400;

/** After how many milliseconds a binding is refreshed: early enough for the resends of a lost REGISTER, where it lasts so long. */
export function refreshAfter(grantedSeconds: number): number {
  const seconds = Math.min(grantedSeconds, longestSeconds);
  return Math.max(Math.min(seconds - 32, seconds * 0.9), seconds / 2, 1) * 1000;
}

/** What decides how long a flow that failed is left alone. */
export interface Failed {
  /** How often in a row. */
  readonly failures: number;
  /** Another flow of the same registration has not failed. */
  readonly otherStands: boolean;
  /** A call is up, which should not stay without its signalling. */
  readonly inCall: boolean;
  /**
   * What became of a way on which the registrar has had us before: a connection *broke*, or none *opened*, so that no server
   * was asked anything. Undefined for a first registration, for silence, and for answers.
   */
  readonly way: 'broke' | 'never opened' | undefined;
}

/** RFC 5626 §4.5: base-time in seconds when every flow has failed, when another one stands, and when a good way was lost. */
const base = { allFailed: 30, otherStands: 90, lost: 1 };

/** RFC 5626 §4.5: max-time in seconds; that where trying costs a server nothing, and that for a call that waits, which is back within it. */
const most = { usual: 1800, soon: 30, inCall: 5 };

/** RFC 5626 §4.5: the most milliseconds to wait after so many failures in a row; of which a random half may be left out. */
export function retryWithin({ failures, otherStands, inCall, way }: Failed): number {
  // A way that was good a moment ago is first tried again within base-time, and not within twice that.
  if (inCall) return bounded(base.lost, failures - 1, most.inCall);
  if (otherStands) return bounded(base.otherStands, failures, most.usual);
  if (way === undefined) return bounded(base.allFailed, failures, most.usual);
  return bounded(base.lost, failures - 1, way === 'broke' ? most.usual : most.soon);
}

function bounded(seconds: number, doublings: number, limit: number): number {
  return Math.min(limit, seconds * 2 ** Math.min(Math.max(doublings, 0), 16)) * 1000;
}
