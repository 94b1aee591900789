// Who sent a request, proved by digest, and whether it says so itself (RFC 3261 §22, §26).
import { challengeResponse, NonceIssuer, ReplayWindow, verify } from '@offhook/sip';
import type { Clock, Random, Verdict } from '@offhook/sip';
import { createResponse } from '@offhook/sip/message';
import type { Request, Response } from '@offhook/sip/message';
import { canonicalAor } from '../location/aor.ts';
import type { DomainOf } from '../location/aor.ts';
import { challengeAlgorithms } from './digest-quirks.ts';
import type { Users } from '../users/users.ts';

/** What the authority needs. */
export interface AuthorityOptions {
  readonly realm: string;
  readonly users: Users;
  readonly domainOf: DomainOf;
  readonly clock: Clock;
  readonly random: Random;
}

/** A proved user, or the response that asks for proof or refuses it. */
export type Proof = { readonly user: string } | { readonly refusal: Response };

/** Checks credentials for one realm. */
export class Authority {
  readonly #options: AuthorityOptions;
  readonly #nonces: NonceIssuer;
  readonly #replay: ReplayWindow;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#nonces = new NonceIssuer(options);
    this.#replay = new ReplayWindow(options);
  }

  /** Who sent `request`; `by` says whether it is asked for with 401 or 407. Rejects when the users cannot be read. */
  async prove(request: Request, by: 'server' | 'proxy', toTag: string): Promise<Proof> {
    const { realm, users } = this.#options;
    const header = by === 'proxy' ? 'Proxy-Authorization' : 'Authorization';
    const verdict: Verdict = await verify(request, header, {
      realm,
      nonces: this.#nonces,
      replay: this.#replay,
      ha1: (username, algorithm) => users.ha1(username, realm, algorithm),
    });
    switch (verdict.kind) {
      case 'ok':
        return this.#ownName(request, verdict.username, toTag);
      case 'malformed':
        return { refusal: createResponse(request, 400, { toTag, reason: 'Malformed credentials' }) };
      case 'none':
      case 'wrong':
        return this.#challenge(request, by, toTag, false);
      case 'stale':
        return this.#challenge(request, by, toTag, true);
    }
  }

  #challenge(request: Request, by: 'server' | 'proxy', toTag: string, stale: boolean): Proof {
    const { realm } = this.#options;
    const refusal = challengeResponse(request, by, { realm, nonces: this.#nonces, toTag, stale, algorithms: challengeAlgorithms(request) });
    return { refusal: refusal ?? createResponse(request, 403, { toTag }) };
  }

  // A user says only its own name in From; a registrar judges To and From by itself.
  #ownName(request: Request, user: string, toTag: string): Proof {
    if (request.method === 'REGISTER') return { user };
    const from = canonicalAor(request.from.uri, this.#options.domainOf);
    if (from?.user === user) return { user };
    return { refusal: createResponse(request, 403, { toTag, reason: 'From is not the authenticated user' }) };
  }
}
