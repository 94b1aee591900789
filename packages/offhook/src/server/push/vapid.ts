// Who we are to push services: a key pair that browsers subscribe for, and what is signed with it (RFC 8292).
import { createECDH, createHmac, createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Clock } from '@offhook/sip';

/** How long what we sign is good, in milliseconds; RFC 8292 §2 allows a day. */
const lifetime = 12 * 3_600_000;

/** The key pair of the system, made from the key of its data folder, so that subscriptions outlive a restart. */
export class Vapid {
  /** The public key as browsers want it: base64url of the uncompressed point. */
  readonly publicKey: string;
  readonly #private: KeyObject;
  readonly #subject: string;
  readonly #clock: Clock;
  /** What was signed for each push service, while it is good for half its time. */
  readonly #signed = new Map<string, { readonly header: string; readonly until: number }>();

  constructor({ key, subject, clock }: VapidOptions) {
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(scalarOf(key));
    const point = ecdh.getPublicKey();
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) =>
      half.toString('base64url'),
    );
    this.publicKey = point.toString('base64url');
    const d = padded(ecdh.getPrivateKey()).toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '', d };
    this.#private = createPrivateKey({ key: jwk, format: 'jwk' });
    this.#subject = subject;
    this.#clock = clock;
  }

  /** The value of Authorization for the push service with this origin (RFC 8292 §3). */
  authorization(origin: string): string {
    const now = this.#clock.wall();
    const known = this.#signed.get(origin);
    if (known !== undefined && known.until > now) return known.header;
    if (this.#signed.size >= mostOrigins) this.#signed.clear();
    const claims = {
      aud: origin,
      exp: Math.floor((now + lifetime) / 1000),
      sub: this.#subject,
    };
    const body = [{ typ: 'JWT', alg: 'ES256' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(body), {
      key: this.#private,
      dsaEncoding: 'ieee-p1363',
    });
    const header = `vapid t=${body}.${signature.toString('base64url')}, k=${this.publicKey}`;
    this.#signed.set(origin, { header, until: now + lifetime / 2 });
    return header;
  }
}

/** What the key pair is made of. */
export interface VapidOptions {
  /** For nothing else: made from the key of the data folder. */
  readonly key: Uint8Array;
  /** Whom a push service may ask about us: a mailto or https URI. */
  readonly subject: string;
  readonly clock: Clock;
}

const mostOrigins = 100;

// The order of the group of P-256: a private key is from 1 to one less.
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A private key: the first of a row of hashes that is one. */
function scalarOf(key: Uint8Array): Buffer {
  for (let turn = 0; ; turn += 1) {
    const made = createHmac('sha256', key).update(String(turn)).digest();
    const number = BigInt(`0x${made.toString('hex')}`);
    if (number > 0n && number < order) return made;
  }
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]);
}
