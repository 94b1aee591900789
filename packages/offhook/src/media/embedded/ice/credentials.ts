// The names and passwords of ICE and the HMAC that proves them (RFC 8445 §5.3, RFC 8489 §9.1.1).
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { StunMac } from '@offhook/sip/stun';

/** One side's name and password; others than before mean a restart. */
export interface IceSide {
  readonly ufrag: string;
  readonly password: string;
}

/** New ones: 48 and 144 bits of chance, where 24 and 128 are asked for. */
export function newIceSide(): IceSide {
  return { ufrag: letters(6), password: letters(18) };
}

/** The HMAC under a password. RFC 8489 §9.1.1: passwords of ICE are of characters that need no preparation. */
export function macOf(password: string): StunMac {
  const key = createSecretKey(Buffer.from(password, 'utf8'));
  return (bytes) => createHmac('sha1', key).update(bytes).digest();
}

// RFC 8839 §5.4: letters, digits, + and /; three octets make four of them.
function letters(octets: number): string {
  return randomBytes(octets).toString('base64');
}
