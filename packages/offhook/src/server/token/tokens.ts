// Short-lived proofs of who a page is, for SIP over its WebSocket: signed, not stored (RFC 8898, RFC 6750).
import { createHmac, timingSafeEqual } from 'node:crypto';
import { secret } from '@offhook/sip';
import type { Clock, Secret } from '@offhook/sip';

/** How long a token is good, in milliseconds. */
export const tokenMilliseconds: number = 5 * 60_000;

/** What tokens are made of. */
export interface TokensOptions {
  /** For nothing else: made from the key of the data folder. */
  readonly key: Uint8Array;
  readonly clock: Clock;
}

/** A token as it is given out. */
export interface Token {
  readonly text: Secret;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Whose a token is, or why it proves nothing. */
export type TokenVerdict =
  | { readonly kind: 'ok'; readonly user: string }
  | { readonly kind: 'expired'; readonly user: string }
  | { readonly kind: 'forged' };

/** Signs tokens and reads them. */
export class Tokens {
  readonly #options: TokensOptions;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** A token for a user of `realm`. */
  issue(user: string, realm: string): Token {
    const expires = Math.round(this.#options.clock.wall()) + tokenMilliseconds;
    const claim = `${Buffer.from(user, 'utf8').toString('base64url')}.${expires.toString(36)}`;
    return { text: secret(`${claim}.${this.#sign(claim, realm).toString('base64url')}`), expires };
  }

  /** Whose token `text` is in `realm`; in constant time for all that have the right form. */
  read(text: string, realm: string): TokenVerdict {
    const [, claim, name, until, signature] =
      /^(([\w-]{1,342})\.([0-9a-z]{1,11}))\.([\w-]{43})$/.exec(text) ?? [];
    if (claim === undefined || name === undefined || until === undefined) return { kind: 'forged' };
    const given = Buffer.from(signature ?? '', 'base64url');
    if (!timingSafeEqual(given, this.#sign(claim, realm))) return { kind: 'forged' };
    const user = Buffer.from(name, 'base64url').toString('utf8');
    const isLive = Number.parseInt(until, 36) > this.#options.clock.wall();
    return { kind: isLive ? 'ok' : 'expired', user };
  }

  #sign(claim: string, realm: string): Buffer {
    const { key } = this.#options;
    return createHmac('sha256', key).update(`${realm.toLowerCase()}\n${claim}`).digest();
  }
}
