// How large a message may be before it is refused: larger than any real one, small enough that none can hurt.

/** The limits of one message. Text lengths are in bytes. */
export interface MessageLimits {
  /** The whole message, body included. */
  readonly message: number;
  /** The start line, and each header row with its folds. */
  readonly row: number;
  /** All header rows together. */
  readonly headers: number;
  /** How many header rows there may be. */
  readonly headerCount: number;
  /** How many Via values (RFC 3261 §16.6: Max-Forwards starts at 70). */
  readonly viaCount: number;
  /** How many Route values, and how many Record-Route values. */
  readonly routeCount: number;
  /** How many Contact values in a request. */
  readonly contactCount: number;
}

/** The limits that hold unless others are given. */
export const defaultLimits: MessageLimits = {
  message: 65_536,
  row: 8_192,
  headers: 32_768,
  headerCount: 256,
  viaCount: 70,
  routeCount: 30,
  contactCount: 10,
};

/** How many parameters one URI or header value may have; a value with more is malformed. */
export const parameterLimit = 64;

/** How deep multipart bodies may be nested. */
export const multipartDepthLimit = 32;

/** How many parts all levels of a multipart body may have together. */
export const multipartPartLimit = 256;
