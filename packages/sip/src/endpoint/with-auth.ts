// A request that answers the challenges it meets (RFC 3261 §22.2, §22.3).
import { answerChallenges, anticipate, withCredentials } from '../auth/answer.ts';
import { judgeConfirmation } from '../auth/confirm.ts';
import type { AccountCredentials } from '../auth/answer.ts';
import { tokensLimit } from '../auth/bearer.ts';
import type { AccessToken } from '../auth/bearer.ts';
import type { NonceMemory } from '../auth/memory.ts';
import { setHeader } from '../message/edit.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';
import type { Endpoint } from './endpoint.ts';
import type { Home } from './home.ts';
import { nextHop, onlyConnection } from './hop.ts';
import type { RequestUser, SendOptions, SentRequest } from './send.ts';

/** Who we are when asked, and what is remembered of the nonces that were given. */
export interface Authentication {
  /** For Digest; undefined for an account without a password. */
  readonly credentials: AccountCredentials | undefined;
  readonly memory: NonceMemory;
  /** For Bearer, which goes first where both are asked for. */
  readonly token?: AccessToken | undefined;
  /** Whose challenges are answered. */
  readonly home: Home;
}

/** How a request is sent that may be challenged. */
export interface AuthenticatedSend extends SendOptions {
  readonly authentication?: Authentication | undefined;
  /** The next CSeq number; one above the request's unless given. A dialog gives its own, so that it keeps count. */
  readonly nextCseq?: (() => number) | undefined;
}

/** A request under way, with the form in which it was sent last. */
export interface SentWithAuth extends SentRequest {
  /** As last sent: after a challenge with a higher CSeq and credentials. */
  readonly request: Request;
}

/**
 * Sends `request`; a 401 or 407 of the account's own server is answered, any other reaches `user`. Where that server has
 * asked for the method before, the credentials go with the request at once (RFC 3261 §22.2, §22.3).
 */
export function sendWithAuth(
  endpoint: Endpoint,
  request: Request,
  options: AuthenticatedSend,
  user: RequestUser,
): SentWithAuth {
  return new Authenticating(endpoint, request, options, user);
}

/** How long a new access token may take, in milliseconds. */
const longestToken = 10_000;

class Authenticating implements SentWithAuth {
  readonly #endpoint: Endpoint;
  readonly #options: AuthenticatedSend;
  readonly #user: RequestUser;
  #request: Request;
  #sent: SentRequest;
  #cancelled = false;
  #tokens = 0;

  constructor(endpoint: Endpoint, request: Request, options: AuthenticatedSend, user: RequestUser) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#user = user;
    this.#request = this.#anticipated(request);
    this.#sent = this.#send();
  }

  get request(): Request {
    return this.#request;
  }

  get transaction(): string | undefined {
    return this.#sent.transaction;
  }

  get flow(): Flow | undefined {
    return this.#sent.flow;
  }

  cancel(headers: readonly HeaderInit[] = []): void {
    this.#cancelled = true;
    this.#sent.cancel(headers);
  }

  #anticipated(request: Request): Request {
    const { authentication, flow } = this.#options;
    if (authentication === undefined || !this.#isHome(request, flow)) return request;
    const { credentials, memory, token } = authentication;
    const tokens = token?.rows(request) ?? [];
    const rows =
      tokens.length > 0 || credentials === undefined
        ? tokens
        : anticipate(request, credentials, memory, this.#endpoint.random);
    return rows.length === 0 ? request : withCredentials(request, rows);
  }

  // Whether the account's own server gets `request`, or got it on `flow`.
  #isHome(request: Request, flow: Flow | undefined): boolean {
    const home = this.#options.authentication?.home;
    if (home === undefined) return false;
    if (flow !== undefined && home.hasFlow(flow)) return true;
    if (this.#options.flow !== undefined) return false;
    return (
      onlyConnection(this.#endpoint.transports) !== undefined || home.hasHop(this.#hop(request))
    );
  }

  #hop(request: Request): Uri {
    return this.#options.nextHop ?? nextHop(request);
  }

  // The server may call itself by its address in what follows.
  #reached(): void {
    const { flow } = this.#sent;
    if (flow === undefined || this.#options.flow !== undefined) return;
    this.#options.authentication?.home.reached(this.#hop(this.#request), flow);
  }

  #send(): SentRequest {
    const user = this.#user;
    let retried = false;
    return this.#endpoint.send(this.#request, this.#options, {
      response: (response, transaction) => {
        this.#reached();
        // Whoever gave up gets no second try: the challenge stands as the refusal.
        if (!this.#cancelled && this.#retry(response, transaction)) retried = true;
        else {
          this.#confirmed(response);
          user.response(response, transaction);
        }
      },
      failed: (status, error) => user.failed(status, error),
      ended: () => {
        if (!retried) user.ended?.();
      },
    });
  }

  // RFC 7616 §3.5: a server may prove that it knows the password too. Most do not, so only a wrong proof says anything.
  #confirmed(response: Response): void {
    const { authentication } = this.#options;
    if (authentication === undefined || response.status < 200 || response.status > 299) return;
    const { credentials, memory } = authentication;
    if (credentials === undefined) return;
    const worth = judgeConfirmation(this.#request, response, credentials, memory);
    if (worth === 'wrong')
      this.#endpoint.log.warn('A server answered that does not know the password', {
        callId: response.callId,
      });
  }

  #retry(response: Response, transaction: string): boolean {
    const { authentication } = this.#options;
    if (response.status !== 401 && response.status !== 407) return false;
    if (authentication === undefined || !this.#isHome(this.#request, this.flow)) return false;
    const { credentials, memory, token } = authentication;
    if (token?.isAskedBy(this.#request, response) === true && this.#tokens < tokensLimit) {
      this.#tokens += 1;
      this.#renew(token, response, transaction);
      return true;
    }
    if (credentials === undefined) return false;
    const answered = answerChallenges(
      this.#request,
      response,
      credentials,
      memory,
      this.#endpoint.random,
    );
    if (answered.ok) this.#sendAgain(answered.value);
    return answered.ok;
  }

  // A token may have to be fetched; where none comes the challenge stands.
  #renew(token: AccessToken, response: Response, transaction: string): void {
    const { clock, log } = this.#endpoint;
    const renewed = new Promise<void>((resolve, reject) => {
      const late = clock.after(longestToken, () => reject(new Error('It took too long')));
      void token
        .renew(this.#request, response)
        .then(resolve, reject)
        .finally(() => late.cancel());
    });
    const stand = (): void => {
      this.#user.response(response, transaction);
      this.#user.ended?.();
    };
    const again = (): void => {
      if (this.#cancelled) stand();
      else this.#sendAgain(token.rows(this.#request));
    };
    renewed.then(
      () => this.#endpoint.run(again),
      (error: unknown) => {
        log.warn('No access token was given', { error: String(error) });
        this.#endpoint.run(stand);
      },
    );
  }

  // RFC 3261 §8.1.3.5: same Call-ID, To and From; the next CSeq; a new branch comes with the new transaction.
  #sendAgain(rows: readonly HeaderInit[]): void {
    const number = this.#options.nextCseq?.() ?? this.#request.cseq.number + 1;
    this.#request = withCredentials(this.#request, rows).with(
      setHeader('CSeq', `${number} ${this.#request.method}`),
    );
    this.#sent = this.#send();
  }
}
