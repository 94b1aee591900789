// The server's half of a challenge: the rows of WWW-Authenticate or Proxy-Authenticate, and the 401 or 407 that carries them.
import { writable } from '../base/bytes.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { quote } from '../message/scan.ts';
import type { DigestAlgorithm } from './digest.ts';
import type { NonceIssuer } from './nonce.ts';

/** How a challenge is made. */
export interface ChallengeOptions {
  /** The algorithms, in any order; the better stands first in the response. */
  readonly algorithms?: readonly DigestAlgorithm[] | undefined;
  /** `auth` to leave `auth-int` out, which makes a shorter challenge; both unless said. */
  readonly qop?: 'auth' | undefined;
  /** True when the nonce was the only thing wrong, so that the client need not ask its user (RFC 7616 §3.3). */
  readonly stale?: boolean | undefined;
}

// SHA-512-256 stands behind SHA-256, since some phones answer the first row or nothing.
const bestFirst: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256', 'MD5'];

/** The values of one challenge, one row for each algorithm, best first and none twice (RFC 8760 §2.3). */
export function challengeRows(
  realm: string,
  nonces: NonceIssuer,
  { algorithms = bestFirst, qop, stale = false }: ChallengeOptions = {},
): readonly string[] {
  const start = `Digest realm=${quote(writable(realm))}, nonce="${nonces.issue(realm)}", algorithm=`;
  const end = `, qop="${qop ?? 'auth,auth-int'}"${stale ? ', stale=true' : ''}`;
  return bestFirst
    .filter((algorithm) => algorithms.includes(algorithm))
    .map((algorithm) => `${start}${algorithm}${end}`);
}

/** Tells whether `request` may be challenged: ACK has no response and CANCEL cannot be sent again (RFC 3261 §22.1). */
export function mayChallenge(request: Request): boolean {
  return request.method !== 'ACK' && request.method !== 'CANCEL';
}

/** Who challenges: a registrar, redirect server or user agent with 401, a proxy with 407 (RFC 3261 §22.1). */
export type Challenger = 'server' | 'proxy';

/** What goes into a challenging response. */
export interface ChallengeResponseOptions extends ChallengeOptions {
  readonly realm: string;
  readonly nonces: NonceIssuer;
  readonly toTag?: string | undefined;
  /** Challenges of other schemes, as whole rows. They stand before the last one, since some clients read that one only, and others the first. */
  readonly others?: readonly string[] | undefined;
}

/** The 401 or 407 to `request`, undefined for a request that may not be challenged. Nothing is remembered of it. */
export function challengeResponse(
  request: Request,
  by: Challenger,
  options: ChallengeResponseOptions,
): Response | undefined {
  if (!mayChallenge(request)) return undefined;
  const name = by === 'proxy' ? 'Proxy-Authenticate' : 'WWW-Authenticate';
  const { others = [] } = options;
  const rows = challengeRows(options.realm, options.nonces, options).toSpliced(-1, 0, ...others);
  return createResponse(request, by === 'proxy' ? 407 : 401, {
    headers: rows.map((value) => [name, value] as const),
    ...(options.toTag === undefined ? {} : { toTag: options.toTag }),
  });
}
