// The server's check of credentials: realm, algorithm, nonce, count and response, in constant time (RFC 3261 §22.4, RFC 7616 §3.4).
import { latin1, readable } from '../base/bytes.ts';
import { authorization } from '../message/header/authorization.ts';
import type { Credentials } from '../message/header/authentication.ts';
import { proxyAuthorization } from '../message/header/proxy-authorization.ts';
import type { Request } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';
import { confirmationOf } from './confirm.ts';
import { algorithmOf, digestLength, digestResponse, sameText } from './digest.ts';
import type { Algorithm, DigestAlgorithm, DigestInput, Qop } from './digest.ts';
import type { NonceIssuer } from './nonce.ts';
import type { ReplayWindow } from './replay.ts';
import { digestRows } from './rows.ts';

/**
 * What credentials are worth. `none`: no credentials for our realm, so challenge. `stale`: the nonce or its count is the
 * fault, so challenge with `stale=true`. `wrong`: user or password, not told which. `malformed`: answer 400.
 */
export type Verdict =
  | {
      readonly kind: 'ok';
      readonly username: string;
      /** How old the nonce is, in milliseconds. */
      readonly age: number;
      /**
       * The value of Authentication-Info for a response with this body, and with the nonce to use from now on, if that
       * is to change (RFC 7616 §3.5).
       */
      readonly confirmation: (body: Uint8Array, nextNonce?: string) => string;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'stale'; readonly reason: 'unknown nonce' | 'expired' | 'replay' }
  | { readonly kind: 'wrong'; readonly username: string }
  | { readonly kind: 'malformed'; readonly reason: string };

/** An HA1, or undefined for a user who does not exist. */
export type Ha1 = string | undefined;

/** What the check needs to know of this server. */
export interface VerifyOptions<Found extends Ha1 | Promise<Ha1> = Ha1 | Promise<Ha1>> {
  readonly realm: string;
  readonly nonces: NonceIssuer;
  readonly replay: ReplayWindow;
  /** The HA1 of a user of our realm; the name as a person writes it. */
  readonly ha1: (username: string, algorithm: DigestAlgorithm) => Found;
  /** The algorithms that we challenge with; all unless said. */
  readonly algorithms?: readonly DigestAlgorithm[] | undefined;
  /** Tells whether a digest `uri` other than the Request-URI may be served; same host or our realm unless said (RFC 8760 §2.6 item 6). */
  readonly serves?: ((digestUri: string) => boolean) | undefined;
}

/** The header that carries credentials: for a server of requests, or for a proxy. */
export type CredentialsHeader = 'Authorization' | 'Proxy-Authorization';

/** Checks the credentials of `request` for our realm; at once when `ha1` answers at once. */
export function verify(
  request: Request,
  header: CredentialsHeader,
  options: VerifyOptions<Ha1>,
): Verdict;
export function verify(
  request: Request,
  header: CredentialsHeader,
  options: VerifyOptions,
): Verdict | Promise<Verdict>;
export function verify(
  request: Request,
  header: CredentialsHeader,
  options: VerifyOptions,
): Verdict | Promise<Verdict> {
  const claim = readClaim(request, header, options);
  if ('kind' in claim) return claim;
  const reading = options.nonces.read(claim.nonce, options.realm);
  if (reading.state === 'forged') return { kind: 'stale', reason: 'unknown nonce' };
  // RFC 3261 §22.1: credentials that were good for the INVITE are good for its ACK, however late it comes.
  const copied = request.method === 'ACK' || request.method === 'CANCEL';
  if (reading.state === 'stale' && !copied) return { kind: 'stale', reason: 'expired' };

  const conclude = (known: Ha1): Verdict => {
    if (!isRight(claim, known)) return { kind: 'wrong', username: claim.username };
    const proved: Verdict = {
      kind: 'ok',
      username: claim.username,
      age: reading.age,
      confirmation: (body, nextNonce) =>
        confirmationOf(inputOf(claim, known ?? ''), body, nextNonce),
    };
    if (copied) return proved;
    const replay = options.replay.take(claim.nonce, Number.parseInt(claim.nc, 16), reading.age);
    if (replay === 'replay') return { kind: 'stale', reason: 'replay' };
    return replay === 'late' ? { kind: 'stale', reason: 'expired' } : proved;
  };
  const found = options.ha1(claim.username, claim.hash);
  return found instanceof Promise ? found.then(conclude) : conclude(found);
}

interface Claim {
  readonly username: string;
  readonly algorithm: Algorithm;
  readonly hash: DigestAlgorithm;
  readonly nonce: string;
  readonly qop: Qop;
  readonly nc: string;
  readonly cnonce: string;
  readonly uri: string;
  readonly response: string;
  readonly method: string;
  readonly body: Uint8Array;
}

function malformed(reason: string): Verdict {
  return { kind: 'malformed', reason };
}

function readClaim(
  request: Request,
  header: CredentialsHeader,
  options: VerifyOptions,
): Claim | Verdict {
  const field = header === 'Authorization' ? authorization : proxyAuthorization;
  const { values, malformed: unreadable } = digestRows(request, field);
  if (unreadable) return malformed(`${header} cannot be read`);
  const { realm, algorithms = allAlgorithms } = options;
  // RFC 3261 §22.1: Basic is not accepted; §22.3: values for other realms are not ours to judge.
  const ours = values.filter((one) => readable(one.parameters.get('realm') ?? '') === realm);
  // RFC 8760 §2.7: an empty nonce or response says that no challenge was seen yet.
  const answered = ours.filter(
    (one) => one.parameters.get('nonce') !== '' && one.parameters.get('response') !== '',
  );
  if (answered.length === 0) return { kind: 'none' };
  for (const one of answered) {
    const algorithm = algorithmOf(one.parameters.get('algorithm'));
    const hash = algorithms.find((known) => known === algorithm?.hash);
    if (algorithm === undefined || algorithm.session || hash === undefined) continue;
    return readParameters(request, one, { algorithm, hash, serves: options.serves, realm });
  }
  return malformed('No credentials with an algorithm that was offered');
}

const allAlgorithms: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256', 'MD5'];

interface Context {
  readonly algorithm: Algorithm;
  readonly hash: DigestAlgorithm;
  readonly realm: string;
  readonly serves: ((digestUri: string) => boolean) | undefined;
}

const qops: readonly Qop[] = ['auth', 'auth-int'];
const hexDigits = /^[0-9a-fA-F]+$/;

function readParameters(
  request: Request,
  credentials: Credentials,
  context: Context,
): Claim | Verdict {
  const { parameters } = credentials;
  const { algorithm, hash } = context;
  const username = readUsername(credentials);
  if (username === undefined) return malformed('username missing, doubled or not UTF-8');
  const nonce = parameters.get('nonce');
  const uri = parameters.get('uri');
  const response = parameters.get('response');
  const cnonce = parameters.get('cnonce');
  const nc = parameters.get('nc');
  if (nonce === undefined || uri === undefined || response === undefined) {
    return malformed('nonce, uri or response missing');
  }
  // We always send qop, so what comes without it was not made for our challenge (RFC 7616 §3.4, RFC 3261 §22.4).
  const qop = qops.find((known) => known === parameters.get('qop')?.toLowerCase());
  if (qop === undefined) return malformed('qop missing or not offered');
  // RFC 7616 §3.4.4: names come hashed only where a challenge has asked for that, and ours never does.
  if (parameters.get('userhash')?.toLowerCase() === 'true')
    return malformed('userhash was not offered');
  if (nc === undefined || nc.length !== 8 || !hexDigits.test(nc))
    return malformed('nc missing or not 8 hex digits');
  if (cnonce === undefined || cnonce === '') return malformed('cnonce missing');
  if (response.length !== digestLength(hash) || !hexDigits.test(response)) {
    return malformed(`response is not ${digestLength(hash)} hex digits`);
  }
  if (!servesUri(request, uri, context)) return malformed('uri is of another server');
  const method =
    request.method === 'ACK' || request.method === 'CANCEL' ? 'INVITE' : request.method;
  return {
    username,
    algorithm,
    hash,
    nonce,
    qop,
    nc,
    cnonce,
    uri,
    response: response.toLowerCase(),
    method,
    body: request.body,
  };
}

function readUsername({ parameters }: Credentials): string | undefined {
  const plain = parameters.get('username');
  const extended = parameters.get('username*');
  // RFC 7616 §3.4: both at once is an error.
  if ((plain === undefined) === (extended === undefined)) return undefined;
  if (plain !== undefined) return readable(plain);
  const parts = /^UTF-8'[^']*'(.*)$/i.exec(extended ?? '');
  if (parts?.[1] === undefined) return undefined;
  const encoded = parts[1];
  const bytes: number[] = [];
  for (let at = 0; at < encoded.length; at += 1) {
    if (encoded.charAt(at) !== '%') {
      bytes.push(encoded.charCodeAt(at) & 255);
      continue;
    }
    const pair = encoded.slice(at + 1, at + 3);
    if (pair.length !== 2 || !hexDigits.test(pair)) return undefined;
    bytes.push(Number.parseInt(pair, 16));
    at += 2;
  }
  return readable(latin1(Uint8Array.from(bytes)));
}

function servesUri(request: Request, digestUri: string, { serves, realm }: Context): boolean {
  if (serves !== undefined) return serves(digestUri);
  const parsed = parseUri(digestUri);
  if (!parsed.ok) return false;
  const host = hostOf(parsed.value);
  return host === undefined || host === hostOf(request.uri) || host === realm.toLowerCase();
}

function hostOf(uri: Request['uri']): string | undefined {
  return 'host' in uri ? uri.host.toLowerCase() : undefined;
}

function isRight(claim: Claim, known: Ha1): boolean {
  // An unknown user is checked against a hash that is nobody's, so that it costs the same as a wrong password.
  const ha1 = known ?? '0'.repeat(digestLength(claim.hash));
  const expected = digestResponse({ ...inputOf(claim, ha1), method: claim.method });
  return sameText(expected, claim.response) && known !== undefined;
}

function inputOf(claim: Claim, ha1: string): Omit<DigestInput, 'method'> {
  const { algorithm, nonce, uri, qop, nc, cnonce, body } = claim;
  return { algorithm, ha1, nonce, uri, protection: { qop, nc, cnonce, body } };
}
