// Seals small secrets with AES-256-GCM, each bound to the place where it is stored.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Random } from '@offhook/sip';

const version = 'v1';
const vectorBytes = 12;
const tagBytes = 16;

/** `secret` sealed with `key` as text; it opens only with the same `place`. */
export function seal(key: KeyObject, place: string, secret: string, random: Random): string {
  const vector = random.bytes(vectorBytes);
  const cipher = createCipheriv('aes-256-gcm', key, vector);
  cipher.setAAD(Buffer.from(place, 'utf8'));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return `${version}.${Buffer.concat([vector, sealed, cipher.getAuthTag()]).toString('base64url')}`;
}

/** The secret; undefined when it was sealed with another key, for another place, or was altered. */
export function unseal(key: KeyObject, place: string, sealed: string): string | undefined {
  if (!sealed.startsWith(`${version}.`)) return undefined;
  const bytes = Buffer.from(sealed.slice(version.length + 1), 'base64url');
  if (bytes.length < vectorBytes + tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, vectorBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(place, 'utf8'));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    const plain = decipher.update(bytes.subarray(vectorBytes, bytes.length - tagBytes));
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch {
    // GCM tells by an exception that the seal is broken.
    return undefined;
  }
}
