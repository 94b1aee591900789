// The one table of error codes: what each means in plain words, and the status that goes with it.
import type { Response } from './message.ts';

/** What the table says of one code. */
export interface ErrorEntry {
  /** The status that is sent, or was received, when nothing else says so. */
  readonly status?: number;
  /** Plain words for a person. */
  readonly text: string;
}

/** A stable name of an error; match on it, never on the text. */
export type SipErrorCode =
  | 'SIP_PARSE'
  | 'SIP_PARSE_URI'
  | 'SIP_PARSE_HEADER'
  | 'SIP_TOO_LARGE'
  | 'SIP_VERSION'
  | 'SIP_STATE'
  | 'SIP_TIMEOUT'
  | 'SIP_TRANSPORT'
  | 'SIP_REJECTED'
  | 'SIP_CANCELLED'
  | 'SIP_NO_COMMON_CODEC'
  | 'SIP_UNRESOLVED'
  | 'SIP_AUTH'
  | 'SIP_CLOSED'
  | 'SIP_LIMIT'
  | 'SIP_CERTIFICATE';

/** Every code with its default text and status. Codes never change their meaning. */
export const errorTable: Readonly<Record<SipErrorCode, ErrorEntry>> = {
  SIP_PARSE: { status: 400, text: 'The message is malformed' },
  SIP_PARSE_URI: { status: 400, text: 'The URI is malformed' },
  SIP_PARSE_HEADER: { status: 400, text: 'A header is malformed' },
  SIP_TOO_LARGE: { status: 513, text: 'The message is larger than the limits allow' },
  SIP_VERSION: { status: 505, text: 'The message is not in SIP version 2.0' },
  SIP_STATE: { text: 'This cannot be done in the present state' },
  SIP_TIMEOUT: { status: 408, text: 'No answer came in time' },
  SIP_TRANSPORT: { status: 503, text: 'The message could not be delivered' },
  SIP_REJECTED: { text: 'The peer refused' },
  SIP_CANCELLED: { status: 487, text: 'The request was cancelled' },
  SIP_NO_COMMON_CODEC: { status: 488, text: 'The two sides have no codec in common' },
  SIP_UNRESOLVED: { status: 503, text: 'The name leads to no address' },
  SIP_AUTH: { status: 401, text: 'The credentials were not accepted' },
  SIP_CLOSED: { text: 'It is closed' },
  SIP_LIMIT: { status: 503, text: 'A limit is reached' },
  SIP_CERTIFICATE: { text: 'The certificate cannot be used' },
};

/** What may be said of an error besides its code. */
export interface SipErrorOptions {
  readonly message?: string | undefined;
  readonly status?: number | undefined;
  readonly response?: Response | undefined;
  readonly cause?: unknown;
}

/** An error that the caller should handle by its `code`. */
export class SipError extends Error {
  override readonly name = 'SipError';
  readonly code: SipErrorCode;
  /** The status sent or received: 400, 408, 486. */
  readonly status: number | undefined;
  /** The response that caused it, when there was one. */
  readonly response: Response | undefined;

  constructor(code: SipErrorCode, options: SipErrorOptions = {}) {
    const entry = errorTable[code];
    const cause = options.cause === undefined ? undefined : { cause: options.cause };
    super(options.message ?? entry.text, cause);
    this.code = code;
    this.status = options.status ?? options.response?.status ?? entry.status;
    this.response = options.response;
  }
}
