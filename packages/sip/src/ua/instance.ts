// Which instance of an account a user agent is (RFC 5626 §4.1).
import type { Random } from '../base/random.ts';

/** True for a URN that may stand in `+sip.instance`. */
export function isInstance(text: string): boolean {
  return /^urn:[a-z0-9][a-z0-9-]{0,31}:[\w.:/~+-]+$/i.test(text);
}

/** The instance id that was said; throws a TypeError when it is no URN. */
export function instanceUrn(text: string): string {
  if (isInstance(text)) return text;
  throw new TypeError(`An instance is a URN such as urn:uuid:…, not ${text}`);
}

/** A new instance id: a random UUID (RFC 5626 §4.1). */
export function newInstance(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = 0x40 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const parts = [0, 8, 12, 16, 20].map((at, index, from) => hex.slice(at, from[index + 1]));
  return `urn:uuid:${parts.join('-')}`;
}
