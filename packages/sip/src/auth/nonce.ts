// Nonces that need no memory: the time of issue, chance and the realm, signed with a key that only this server knows.
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { utf8Bytes } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { sameText } from './digest.ts';
import { KeyedHash } from './keyed-hash.ts';

/** How long a nonce may wait for its first use, in milliseconds. */
export const firstUseMilliseconds = 60_000;

/** How long a nonce lives in all, in milliseconds. */
export const nonceMilliseconds = 300_000;

/** What a nonce is worth: `stale` was ours but is too old, `forged` was never ours, or is another realm's. */
export type NonceState = 'ok' | 'stale' | 'forged';

/** A nonce as read back: its worth, and its age in milliseconds when it is ours. */
export interface NonceReading {
  readonly state: NonceState;
  readonly age: number;
}

/** What an issuer needs. */
export interface NonceIssuerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The signing key, when several processes share one; a key of this issuer's own unless said. */
  readonly key?: Uint8Array | undefined;
}

const timeBytes = 6;
const bodyBytes = 16;
const form = /^[0-9a-f]{64}$/;

/** Makes and checks nonces without remembering any (RFC 7616 §3.3). */
export class NonceIssuer {
  readonly #random: Random;
  readonly #key: KeyedHash;
  readonly #time: () => number;

  constructor({ clock, random, key }: NonceIssuerOptions) {
    this.#random = random;
    this.#key = new KeyedHash(key ?? random.bytes(32));
    // A clock that never jumps where one process is alone; processes that share a key share only the date.
    this.#time = key === undefined ? () => clock.now() : () => clock.wall();
  }

  /** A fresh nonce for `realm`: 64 hex digits. */
  issue(realm: string): string {
    const body = new Uint8Array(bodyBytes);
    let time = Math.floor(this.#time());
    for (let at = timeBytes - 1; at >= 0; at -= 1) {
      body[at] = time % 256;
      time = Math.floor(time / 256);
    }
    body.set(this.#random.bytes(bodyBytes - timeBytes), timeBytes);
    return bytesToHex(body) + this.#sign(body, realm);
  }

  /** Tells what `nonce` is worth for `realm`. */
  check(nonce: string, realm: string): NonceState {
    return this.read(nonce, realm).state;
  }

  /** Like `check`, with the nonce's age. */
  read(nonce: string, realm: string): NonceReading {
    if (!form.test(nonce)) return { state: 'forged', age: 0 };
    const body = hexToBytes(nonce.slice(0, bodyBytes * 2));
    if (!sameText(nonce.slice(bodyBytes * 2), this.#sign(body, realm))) {
      return { state: 'forged', age: 0 };
    }
    let issued = 0;
    for (const byte of body.subarray(0, timeBytes)) issued = issued * 256 + byte;
    // Issued "later than now" happens when the date was set back; the client asks again and goes on.
    const age = Math.floor(this.#time()) - issued;
    return { state: age < 0 || age > nonceMilliseconds ? 'stale' : 'ok', age };
  }

  #sign(body: Uint8Array, realm: string): string {
    const text = utf8Bytes(realm);
    const content = new Uint8Array(bodyBytes + text.length);
    content.set(body);
    content.set(text, bodyBytes);
    return this.#key.sign(content).slice(0, bodyBytes * 2);
  }
}
