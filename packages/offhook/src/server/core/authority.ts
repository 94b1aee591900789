// Who sent a request, proved by digest or by token, and whether it says so itself (RFC 3261 §22, §26, RFC 8898).
import { challengeResponse, nonceMilliseconds, ReplayWindow, verify } from '@offhook/sip';
import type { Clock, DigestAlgorithm, Flow, Random, Verdict } from '@offhook/sip';
import { authorization, createResponse, proxyAuthorization } from '@offhook/sip/message';
import type { Request, Response } from '@offhook/sip/message';
import { canonicalAor } from '../location/aor.ts';
import type { DomainOf } from '../location/aor.ts';
import type { TokenVerdict } from '../token/tokens.ts';
import { bearerChallenge, mayBear, tokenVerdict } from './bearer.ts';
import type { BearerOptions, CredentialsHeader } from './bearer.ts';
import { challengeAlgorithms } from './digest-quirks.ts';
import { PasswordGuard } from './password-guard.ts';
import { SourceNonces } from './source-nonces.ts';

/** Where users are looked up. */
export interface UserDirectory {
  /** The HA1 of a user, undefined for nobody. Rejects when that cannot be found out. */
  ha1(
    name: string,
    realm: string,
    algorithm: DigestAlgorithm,
  ): string | undefined | Promise<string | undefined>;
  has(name: string, realm: string): boolean | Promise<boolean>;
}

/** What the authority needs. */
export interface AuthorityOptions {
  readonly realm: string;
  readonly users: UserDirectory;
  readonly domainOf: DomainOf;
  /** Tokens beside passwords, for those who come by WebSocket. */
  readonly bearer: BearerOptions;
  readonly clock: Clock;
  readonly random: Random;
}

/** Who challenges: a registrar with 401, a proxy with 407. */
export type Challenger = 'server' | 'proxy';

/** A request to be proved. */
export interface Claim {
  readonly request: Request;
  readonly by: Challenger;
  /** Where it came from: a nonce is good for the address that it was given to. */
  readonly flow: Flow;
  /** The To tag of a refusal. */
  readonly toTag: string;
}

/** A proved user, or the response that asks for proof or refuses it. */
export type Proof =
  | {
      readonly user: string;
      /** The value of Authentication-Info for a 2xx without body (RFC 7616 §3.5); a server's only, not a proxy's. */
      readonly confirmation?: string;
    }
  | { readonly refusal: Response };

type Proved = Extract<Verdict, { kind: 'ok' }>;

const noBody = new Uint8Array(0);

/** Checks credentials for one realm. */
export class Authority {
  readonly #options: AuthorityOptions;
  readonly #nonces: SourceNonces;
  readonly #replay: ReplayWindow;
  readonly #guard: PasswordGuard;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#nonces = new SourceNonces(options);
    this.#replay = new ReplayWindow(options);
    this.#guard = new PasswordGuard(options);
  }

  /** The realm that it asks about. */
  get realm(): string {
    return this.#options.realm;
  }

  /** Who sent the request of `claim`, at once where that can be told. Rejects when the users cannot be read. */
  prove(claim: Claim): Proof | Promise<Proof> {
    const token = this.#token(claim);
    if (token !== undefined) return this.#borne(token, claim);
    const verdict = this.#verdict(claim);
    if (verdict instanceof Promise) return verdict.then((found) => this.#judged(found, claim));
    return this.#judged(verdict, claim);
  }

  #judged(verdict: Verdict, claim: Claim): Proof | Promise<Proof> {
    const { request, by, flow, toTag } = claim;
    switch (verdict.kind) {
      case 'ok':
        return this.#known(verdict, claim);
      case 'malformed':
        return {
          refusal: createResponse(request, 400, { toTag, reason: 'Malformed credentials' }),
        };
      case 'wrong':
        return this.#wrong(verdict.username, claim);
      case 'none':
        return { refusal: this.challenge(request, flow, { by, toTag }) };
      case 'stale':
        return { refusal: this.challenge(request, flow, { by, toTag, stale: true }) };
    }
  }

  /** True when an ACK carries the credentials that its INVITE had (RFC 3261 §22.1). Rejects when the users cannot be read. */
  async isProved(ack: Request, flow: Flow): Promise<boolean> {
    const token = this.#token({ request: ack, by: 'proxy', flow });
    // However late the ACK comes, the token was good for its INVITE.
    if (token !== undefined) return token.kind !== 'forged';
    return (await this.#verdict({ request: ack, by: 'proxy', flow })).kind === 'ok';
  }

  /** Whether `request` answers a challenge: one that we gave to this source, old or new, or one that it has from elsewhere. */
  answers(request: Request, flow: Flow): 'ours' | 'another' | 'none' {
    const nonces = this.#nonces.from(flow.remote.host);
    const given = [
      ...(request.get(authorization) ?? []),
      ...(request.get(proxyAuthorization) ?? []),
    ].filter(({ parameters }) => parameters.get('realm') === this.realm);
    const known = given.some(
      ({ parameters }) => nonces.read(parameters.get('nonce') ?? '', this.realm).state !== 'forged',
    );
    if (known) return 'ours';
    return given.length === 0 ? 'none' : 'another';
  }

  /** The 401 or 407 that asks the sender of `request` for proof; nothing is remembered of it. */
  challenge(
    request: Request,
    flow: Flow,
    options: {
      readonly by: Challenger;
      /** Without it one that is the same for each repeat of the request. */
      readonly toTag?: string;
      readonly stale?: boolean;
      /** The token that came was none of ours, or is too old. */
      readonly badToken?: boolean;
      readonly algorithms?: readonly DigestAlgorithm[];
      readonly qop?: 'auth';
    },
  ): Response {
    const { by, qop, toTag, stale = false, badToken = false } = options;
    const { algorithms = challengeAlgorithms(request) } = options;
    const { realm, bearer } = this.#options;
    const nonces = this.#nonces.from(flow.remote.host);
    const others = mayBear(flow) ? [bearerChallenge(realm, bearer, badToken)] : [];
    const asked = challengeResponse(request, by, {
      ...{ realm, nonces, toTag, stale, algorithms, qop },
      others,
    });
    return asked ?? createResponse(request, 403, { toTag });
  }

  #token({ request, by, flow }: Pick<Claim, 'request' | 'by' | 'flow'>): TokenVerdict | undefined {
    if (!mayBear(flow)) return undefined;
    const { realm, bearer } = this.#options;
    return tokenVerdict(request, headerFor(by), { tokens: bearer.tokens, realm });
  }

  // RFC 8898 §2.2: a token that proves nothing is answered by a challenge. So is that of a user who is no more.
  async #borne(token: TokenVerdict, claim: Claim): Promise<Proof> {
    const { users, realm } = this.#options;
    if (token.kind === 'ok' && (await users.has(token.user, realm)))
      return this.#named(token.user, claim) ?? { user: token.user };
    const { request, flow, by, toTag } = claim;
    return { refusal: this.challenge(request, flow, { by, toTag, badToken: true }) };
  }

  #verdict({
    request,
    by,
    flow,
  }: Pick<Claim, 'request' | 'by' | 'flow'>): ReturnType<typeof verify> {
    const { realm, users } = this.#options;
    return verify(request, headerFor(by), {
      realm,
      nonces: this.#nonces.from(flow.remote.host),
      replay: this.#replay,
      ha1: (username, algorithm) => users.ha1(username, realm, algorithm),
    });
  }

  #known(proved: Proved, claim: Claim): Proof {
    const { request, flow } = claim;
    const user = proved.username;
    const blocked = this.#blocked(user, claim);
    if (blocked !== undefined) return { refusal: blocked };
    this.#guard.right(user, flow.remote.host);
    if (request.method === 'REGISTER')
      return { user, confirmation: this.#confirmation(proved, flow) };
    return this.#named(user, claim) ?? { user };
  }

  // A user says only its own name in From; a registrar judges To and From by itself.
  #named(user: string, { request, toTag }: Claim): Proof | undefined {
    if (request.method === 'REGISTER') return undefined;
    if (canonicalAor(request.from.uri, this.#options.domainOf)?.user === user) return undefined;
    const reason = 'From is not the authenticated user';
    return { refusal: createResponse(request, 403, { toTag, reason }) };
  }

  // A nonce that has lived half its time is replaced before it is stale, which would cost a challenge.
  #confirmation({ age, confirmation }: Proved, flow: Flow): string {
    if (age < nonceMilliseconds / 2) return confirmation(noBody);
    return confirmation(noBody, this.#nonces.from(flow.remote.host).issue(this.realm));
  }

  // Whether there is such a user makes no difference to what is answered, nor to when.
  async #wrong(user: string, claim: Claim): Promise<Proof> {
    const { request, by, flow, toTag } = claim;
    const blocked = this.#blocked(user, claim);
    if (blocked !== undefined) return { refusal: blocked };
    const { clock } = this.#options;
    const wait = this.#guard.wrong(user, flow.remote.host);
    if (wait > 0) await new Promise<void>((resolve) => void clock.after(wait, resolve));
    return { refusal: this.challenge(request, flow, { by, toTag }) };
  }

  #blocked(user: string, { request, flow, toTag }: Claim): Response | undefined {
    const seconds = this.#guard.blockedSeconds(user, flow.remote.host);
    if (seconds === undefined) return undefined;
    return createResponse(request, 403, {
      toTag,
      reason: 'Too many wrong passwords',
      headers: [['Retry-After', String(seconds)]],
    });
  }
}

function headerFor(by: Challenger): CredentialsHeader {
  return by === 'proxy' ? 'Proxy-Authorization' : 'Authorization';
}
