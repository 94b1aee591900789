// The records of TLS (RFC 8446 §5.1, RFC 5246 §6.2.1): a type, a version, a length, and what may be encrypted.
import { joined, u16, u8 } from './octets.ts';

/** What a record carries. */
export const contentType = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
} as const;

/** One record as it stands in the stream. */
export interface TlsRecord {
  readonly type: number;
  /** Its five octets. */
  readonly header: Uint8Array;
  readonly fragment: Uint8Array;
  /** What stood before it in the stream, as far as that may matter; less where that was not captured. */
  readonly before: Uint8Array;
}

/** What a record carried, opened. */
export interface Opened {
  readonly type: number;
  readonly bytes: Uint8Array;
}

export const recordHeader = 5;
/** RFC 5246 §6.2.3: encryption adds 2048 octets at most. */
const fragmentLimit = 16_384 + 2048;

/** True when a record may begin at `at`, as far as the window shows it. */
export function mayBeRecord(window: Uint8Array, at: number): boolean {
  const left = window.length - at;
  const type = u8(window, at);
  if (left > 0 && (type < 20 || type > 23)) return false;
  if (left > 1 && u8(window, at + 1) !== 3) return false;
  if (left > 2 && u8(window, at + 2) > 4) return false;
  return left < recordHeader || u16(window, at + 3) <= fragmentLimit;
}

/** Octets before a record that may matter: a block, and the longest code behind it. */
const lookBack = 16 + 48;

/** The record at `at` of a window before which stood `before`; undefined while it is not whole. */
export function readRecord(
  window: Uint8Array,
  at: number,
  before: Uint8Array,
): TlsRecord | undefined {
  const start = at + recordHeader;
  if (start > window.length) return undefined;
  const end = start + u16(window, at + 3);
  if (end > window.length) return undefined;
  return {
    type: u8(window, at),
    header: window.subarray(at, start),
    fragment: window.subarray(start, end),
    before: lastOf(before, window.subarray(0, at)),
  };
}

/** The last octets that may matter of those `before` and `bytes` behind them. */
export function lastOf(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.length >= lookBack) return bytes.subarray(-lookBack);
  return joined([before, bytes]).subarray(-lookBack);
}
