// How long registrations last and how many an address-of-record may have.

/** The registrar's limits; times in seconds, as they stand in the messages. */
export interface RegistrarLimits {
  /** Shorter wishes are refused with 423 (RFC 3261 §10.3 item 7). */
  readonly minExpiresSeconds: number;
  readonly defaultExpiresSeconds: number;
  readonly maxExpiresSeconds: number;
  /** The longest for WebSocket and for contacts behind a NAT, whose paths die sooner. */
  readonly maxExpiresBehindNatSeconds: number;
  readonly contactsPerAor: number;
  /** REGISTERs of one address-of-record that wait for an earlier one of it. */
  readonly waitingPerAor: number;
  /** What a client is told to wait after a failed store. */
  readonly retryAfterSeconds: number;
  /** Within how much time a flow that ends here has to be kept alive (RFC 5626 §4.4.1). */
  readonly flowTimerSeconds: number;
}

/** The limits that are in force unless others are given. */
export const defaultLimits: RegistrarLimits = {
  minExpiresSeconds: 60,
  defaultExpiresSeconds: 3600,
  maxExpiresSeconds: 7200,
  maxExpiresBehindNatSeconds: 600,
  contactsPerAor: 10,
  waitingPerAor: 32,
  retryAfterSeconds: 5,
  flowTimerSeconds: 120,
};
