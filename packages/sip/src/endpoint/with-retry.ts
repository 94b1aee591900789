// A request outside a dialog that goes where it is redirected, and mends what it was refused for (RFC 3261 §8.1.3.4, §8.1.3.5).
import { asRequestUri } from '../dialog/route-set.ts';
import { removeHeader, setHeader, setUri } from '../message/edit.ts';
import type { Edit } from '../message/edit.ts';
import type { HeaderInit } from '../message/build.ts';
import { contact } from '../message/header/contact.ts';
import { unsupported } from '../message/header/unsupported.ts';
import type { Request, Response } from '../message/message.ts';
import { sameUri } from '../message/same-uri.ts';
import { isSipUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';
import type { Endpoint } from './endpoint.ts';
import type { RequestUser } from './send.ts';
import { sendWithAuth } from './with-auth.ts';
import type { AuthenticatedSend, SentWithAuth } from './with-auth.ts';

/** How a request is sent that may be redirected. */
export interface RetriedSend extends AuthenticatedSend {
  /** False to hand a 3xx to the user instead of following it. */
  readonly followsRedirects: boolean;
}

/** How many addresses one request is sent to at the most. */
const targetLimit = 10;

/** Sends `request`; a 3xx is followed and a 420 is answered once, any other response reaches `user`. */
export function sendWithRetry(
  endpoint: Endpoint,
  request: Request,
  options: RetriedSend,
  user: RequestUser,
): SentWithAuth {
  return new Retrying(endpoint, request, options, user);
}

class Retrying implements SentWithAuth {
  readonly #endpoint: Endpoint;
  readonly #options: RetriedSend;
  readonly #user: RequestUser;
  /** As it goes out next: without credentials, which are another target's. */
  #plain: Request;
  #sent: SentWithAuth | undefined;
  /** Every address that was tried; none is tried twice. */
  readonly #tried: Uri[];
  /** Where it may still go, the liked ones first. */
  #candidates: readonly Uri[] = [];
  #mended = false;
  #cancelled = false;
  #attempt = 0;

  constructor(endpoint: Endpoint, request: Request, options: RetriedSend, user: RequestUser) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#user = user;
    this.#plain = request;
    this.#tried = [request.uri];
    this.#send();
  }

  get request(): Request {
    return this.#sent?.request ?? this.#plain;
  }

  get transaction(): string | undefined {
    return this.#sent?.transaction;
  }

  get flow(): Flow | undefined {
    return this.#sent?.flow;
  }

  cancel(headers: readonly HeaderInit[] = []): void {
    this.#cancelled = true;
    this.#sent?.cancel(headers);
  }

  #send(): void {
    const user = this.#user;
    this.#attempt += 1;
    const attempt = this.#attempt;
    const sent = sendWithAuth(this.#endpoint, this.#plain, this.#options, {
      response: (response, transaction) => {
        const superseded = attempt !== this.#attempt;
        if (superseded || !this.#retry(response)) user.response(response, transaction);
      },
      failed: (status, error) => {
        if (attempt !== this.#attempt || !this.#tryNext()) user.failed(status, error);
      },
      ended: () => {
        if (attempt === this.#attempt) user.ended?.();
      },
    });
    // What failed at once has gone on already.
    if (attempt === this.#attempt) this.#sent = sent;
  }

  #retry(response: Response): boolean {
    const { status } = response;
    if (status < 300 || this.#cancelled) return false;
    if (status === 420 && !this.#mended) return this.#mend(response);
    if (status < 400 && this.#options.followsRedirects) this.#collect(response);
    // RFC 3261 §8.1.3.4: after a redirect a refusal leads to the next address; a 6xx is everybody's.
    return status < 600 && this.#tryNext();
  }

  // RFC 3261 §8.1.3.5: once more, without what the peer does not know.
  #mend(response: Response): boolean {
    const unknown = (response.get(unsupported) ?? []).map((tag) => tag.toLowerCase());
    const edits = ['Require', 'Proxy-Require', 'Supported'].flatMap((name): readonly Edit[] => {
      const tags = this.#plain.rows(name).flatMap((value) => value.split(','));
      const kept = tags
        .map((tag) => tag.trim())
        .filter((tag) => !unknown.includes(tag.toLowerCase()));
      if (kept.length === tags.length) return [];
      return [kept.length === 0 ? removeHeader(name) : setHeader(name, kept.join(', '))];
    });
    if (edits.length === 0) return false;
    this.#mended = true;
    this.#again(edits);
    return true;
  }

  // RFC 3261 §8.1.3.4: by q, the highest first; RFC 5630 §5.1.1.1: what was secure stays so.
  #collect(response: Response): void {
    const found = (response.get(contact) ?? []).flatMap((value) => {
      if (value === '*' || !isSipUri(value.uri)) return [];
      if (this.#plain.uri.scheme === 'sips' && value.uri.scheme !== 'sips') return [];
      return [{ uri: asRequestUri(value.uri), q: value.q ?? 1 }];
    });
    const sorted = found.toSorted((a, b) => b.q - a.q).map(({ uri }) => uri);
    this.#candidates = [...sorted, ...this.#candidates].slice(0, targetLimit);
  }

  #tryNext(): boolean {
    if (this.#cancelled || this.#tried.length >= targetLimit) return false;
    const fresh = this.#candidates.filter((uri) => !this.#tried.some((past) => sameUri(past, uri)));
    const [next, ...others] = fresh;
    this.#candidates = others;
    if (next === undefined) return false;
    this.#tried.push(next);
    this.#again([setUri(next)]);
    return true;
  }

  // RFC 3261 §8.1.3.4, §8.1.3.5: same Call-ID, To and From, the next CSeq; a new branch comes with the new transaction.
  #again(edits: readonly Edit[]): void {
    const { number, method } = this.request.cseq;
    const next = this.#options.nextCseq?.() ?? number + 1;
    this.#plain = this.#plain.with(...edits, setHeader('CSeq', `${next} ${method}`));
    this.#send();
  }
}
