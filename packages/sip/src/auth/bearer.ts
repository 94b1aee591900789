// The client's half of Bearer: the account's access token, sent where it was asked for, and renewed when it is refused (RFC 8898, RFC 6750).
import { secret } from '../base/log.ts';
import type { Secret } from '../base/log.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import { answering } from './memory.ts';
import type { CredentialsHeader } from './memory.ts';

/**
 * Where an account gets its tokens. It knows its server by itself: whatever `authz_server` a challenge names is not asked
 * (RFC 8898 §2.1.1, §5).
 */
export type TokenSource = () => string | Promise<string>;

/** How many tokens one request is tried with. */
export const tokensLimit = 2;

/** The access token of one account. Give it only requests that go to the account's own server. */
export class AccessToken {
  readonly #source: TokenSource;
  #current: Secret | undefined;
  #renewing: Promise<void> | undefined;
  /** Which methods were challenged for each header: the token goes unasked only with these. */
  readonly #asked = new Map<CredentialsHeader, Set<string>>();

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** The rows of a request as it goes out; none before the first challenge. */
  rows({ method }: Request): readonly HeaderInit[] {
    const token = this.#current;
    if (token === undefined) return [];
    return [...this.#asked].flatMap(([header, methods]): readonly HeaderInit[] =>
      methods.has(method) ? [[header, `Bearer ${token.reveal()}`]] : [],
    );
  }

  /** True when `response` asks `request` for a token; the next request of its method brings one unasked. */
  isAskedBy(request: Request, response: Response): boolean {
    const headers = askingHeaders(response);
    for (const header of headers) {
      const methods = this.#asked.get(header) ?? new Set();
      this.#asked.set(header, methods.add(request.method));
    }
    return headers.length > 0;
  }

  /** Resolves when there is another token than that which `response` refused in `request`; rejects when the source gives none. */
  async renew(request: Request, response: Response): Promise<void> {
    const current = this.#current;
    const used = askingHeaders(response).flatMap((header) => request.rows(header));
    const isRefused = current === undefined || used.includes(`Bearer ${current.reveal()}`);
    if (!isRefused) return;
    // Requests that are refused at the same time share one new token.
    this.#renewing ??= this.#ask().finally(() => (this.#renewing = undefined));
    await this.#renewing;
  }

  async #ask(): Promise<void> {
    const text = await this.#source();
    // RFC 6750: b64token.
    if (!/^[\w.~+/-]+=*$/.test(text)) throw new TypeError('An access token has other characters');
    this.#current = secret(text);
  }
}

function askingHeaders(response: Response): readonly CredentialsHeader[] {
  if (response.status !== 401 && response.status !== 407) return [];
  const names = ['WWW-Authenticate', 'Proxy-Authenticate'] as const;
  return names
    .filter((name) => response.rows(name).some((row) => /^bearer(?:[ \t]|$)/i.test(row)))
    .map((name) => answering[name]);
}
