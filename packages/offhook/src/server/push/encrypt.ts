// A push message sealed for one browser: nobody on the way reads it, its push service neither (RFC 8291, RFC 8188).
import { createCipheriv, createECDH, hkdfSync } from 'node:crypto';
import type { Random } from '@offhook/sip';

/** The keys of a subscription, as its browser made them, in base64url. */
export interface SubscriptionKeys {
  /** A point on P-256, uncompressed. */
  readonly p256dh: string;
  /** 16 octets. */
  readonly auth: string;
}

const curve = 'prime256v1';
const recordSize = 4_096;
/** RFC 8291 §4: what fits into one record, in octets. */
const longest = 3_993;

/** True for keys that a message can be sealed with. */
export function areKeys({ p256dh, auth }: SubscriptionKeys): boolean {
  try {
    const point = bytesOf(p256dh);
    const ecdh = createECDH(curve);
    ecdh.generateKeys();
    // Throws for what is no point of the curve.
    ecdh.computeSecret(point);
    return point.length === 65 && bytesOf(auth).length === 16;
  } catch {
    return false;
  }
}

/** The body of a push message, in the coding `aes128gcm`; throws a RangeError when `text` is too long. */
export function encryptPush(
  text: string,
  { p256dh, auth }: SubscriptionKeys,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const plain = Buffer.from(text, 'utf8');
  if (plain.length > longest) throw new RangeError('A push message has 3993 octets at most');
  const salt = random.bytes(16);
  const ours = createECDH(curve);
  ours.setPrivateKey(random.bytes(32));
  const [theirPublic, ourPublic] = [bytesOf(p256dh), ours.getPublicKey()];
  // §3.3: the secret that both ends know, and nobody who has not the subscription.
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), theirPublic, ourPublic]);
  const shared = hkdfSync('sha256', ours.computeSecret(theirPublic), bytesOf(auth), about, 32);
  const derived = (purpose: string, length: number): Uint8Array =>
    new Uint8Array(
      hkdfSync('sha256', new Uint8Array(shared), salt, `Content-Encoding: ${purpose}\0`, length),
    );
  const cipher = createCipheriv('aes-128-gcm', derived('aes128gcm', 16), derived('nonce', 12));
  // RFC 8188 §2: the last record ends with a 2, and there is one alone.
  const sealed = Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.of(2)])),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(recordSize);
  // RFC 8188 §2.1.
  const header = [salt, size, Buffer.of(ourPublic.length), ourPublic];
  return new Uint8Array(Buffer.concat([...header, sealed]));
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
