// The STUN message format (RFC 8489 §5, §14): a header of 20 bytes, then attributes padded to four.
import { crc32 } from './crc.ts';

/** The four classes of a message (RFC 8489 §5). */
export type StunClass = 'request' | 'indication' | 'success' | 'error';

/** One attribute; `value` without its padding. */
export interface StunAttribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** A message as it was read, or is to be written; FINGERPRINT is not among the attributes. */
export interface StunMessage {
  readonly class: StunClass;
  /** 1 for Binding. */
  readonly method: number;
  /** Twelve bytes. */
  readonly transaction: Uint8Array;
  readonly attributes: readonly StunAttribute[];
  /** Whether it ends with FINGERPRINT (RFC 8489 §7). */
  readonly fingerprint: boolean;
}

/** RFC 8489 §5. */
export const magicCookie = 0x2112a442;

const fingerprintType = 0x8028;
/** RFC 8489 §14.7. */
const fingerprintMask = 0x5354554e;
const headerLength = 20;
const classes: readonly StunClass[] = ['request', 'indication', 'success', 'error'];

/** True when a datagram is for STUN and never for SIP: its first two bits are zero, which no SIP message begins with (RFC 5626 §8). */
export function isStun(bytes: Uint8Array): boolean {
  const [first] = bytes;
  return (
    first !== undefined &&
    first < 64 &&
    bytes.length >= headerLength &&
    cookieOf(bytes) === magicCookie
  );
}

/** Reads one datagram; undefined when it is no STUN message, or one whose FINGERPRINT is wrong (RFC 8489 §6.3). */
export function parseStun(bytes: Uint8Array): StunMessage | undefined {
  if (!isStun(bytes)) return undefined;
  const view = viewOf(bytes);
  if (view.getUint16(2) !== bytes.length - headerLength || bytes.length % 4 !== 0) return undefined;
  const attributes: StunAttribute[] = [];
  let fingerprint = false;
  for (let at = headerLength; at < bytes.length;) {
    const type = view.getUint16(at);
    const length = view.getUint16(at + 2);
    const end = at + 4 + length;
    // RFC 8489 §14.7: nothing may follow the fingerprint.
    if (end > bytes.length || fingerprint) return undefined;
    if (type === fingerprintType) {
      if (length !== 4 || view.getUint32(at + 4) !== fingerprintOf(bytes.subarray(0, at)))
        return undefined;
      fingerprint = true;
    } else attributes.push({ type, value: bytes.slice(at + 4, end) });
    at = padded(end);
  }
  const type = view.getUint16(0);
  return {
    class: classes[((type >> 7) & 2) | ((type >> 4) & 1)] ?? 'request',
    method: (type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80),
    transaction: bytes.slice(8, headerLength),
    attributes,
    fingerprint,
  };
}

/** The bytes of a message. */
export function formatStun(message: StunMessage): Uint8Array {
  const { attributes, fingerprint, transaction } = message;
  const body = attributes.reduce((sum, { value }) => sum + padded(4 + value.length), 0);
  const bytes = new Uint8Array(headerLength + body + (fingerprint ? 8 : 0));
  const view = viewOf(bytes);
  view.setUint16(0, typeOf(message));
  view.setUint16(2, bytes.length - headerLength);
  view.setUint32(4, magicCookie);
  bytes.set(transaction, 8);
  let at = headerLength;
  for (const { type, value } of attributes) {
    view.setUint16(at, type);
    view.setUint16(at + 2, value.length);
    bytes.set(value, at + 4);
    at += padded(4 + value.length);
  }
  if (fingerprint) {
    view.setUint16(at, fingerprintType);
    view.setUint16(at + 2, 4);
    view.setUint32(at + 4, fingerprintOf(bytes.subarray(0, at)));
  }
  return bytes;
}

// RFC 8489 §5 figure 3: the two bits of the class stand between those of the method.
function typeOf({ class: kind, method }: StunMessage): number {
  const bits = classes.indexOf(kind);
  return (
    (method & 0xf) |
    ((method & 0x70) << 1) |
    ((method & 0xf80) << 2) |
    ((bits & 1) << 4) |
    ((bits & 2) << 7)
  );
}

// RFC 8489 §14.7: of all that stands before it, with the length of the whole message.
function fingerprintOf(before: Uint8Array): number {
  return (crc32(before) ^ fingerprintMask) >>> 0;
}

function cookieOf(bytes: Uint8Array): number {
  return viewOf(bytes).getUint32(4);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
