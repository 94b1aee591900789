// How long after the last word of a call its silence tells something.

/** A challenge that is not answered for so long is not answered at all, in milliseconds. */
export const challengePatience: number = 5000;

/** Over TCP nothing is repeated. A server that works says 100 within 200 ms (RFC 3261 §17.2.1); so much later it does not, in milliseconds. */
export const hungAfter: number = 10_000;
