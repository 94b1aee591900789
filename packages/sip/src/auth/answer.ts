// The client's half: answers the challenges of a 401 or 407, and stops when that leads nowhere (RFC 3261 §22, RFC 8760 §2.4).
import { writable } from '../base/bytes.ts';
import type { Secret } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { HeaderInit } from '../message/build.ts';
import { appendHeader, removeHeader } from '../message/edit.ts';
import type { Challenge } from '../message/header/authentication.ts';
import { authorization } from '../message/header/authorization.ts';
import { proxyAuthenticate } from '../message/header/proxy-authenticate.ts';
import { proxyAuthorization } from '../message/header/proxy-authorization.ts';
import { wwwAuthenticate } from '../message/header/www-authenticate.ts';
import type { Request, Response } from '../message/message.ts';
import { quote } from '../message/scan.ts';
import { formatUri } from '../message/uri.ts';
import { algorithmOf, digestResponse } from './digest.ts';
import { ha1ForChallenge } from './ha1.ts';
import type { CredentialsHeader, NonceMemory, Session } from './memory.ts';
import { digestRows } from './rows.ts';

/** Who we are for a realm; without `realm` the credentials answer whatever realm asks. */
export interface AccountCredentials {
  readonly username: string;
  readonly password: Secret | string;
  /** The only realm that gets these credentials. Name it wherever the next hop is not certain to be its server. */
  readonly realm?: string | undefined;
}

/** Why a challenge was not answered. */
export interface Unanswered {
  readonly reason:
    | 'not a challenge' // neither 401 nor 407 with a challenge for the request
    | 'unknown realm' // only realms that these credentials are not for
    | 'unknown algorithm' // nothing that we understand, Basic among it
    | 'refused' // the same credentials were refused: asking again would not help
    | 'too many tries'; // each answer only brought a new nonce
}

/** How many challenges in a row of one realm are answered for one request. */
export const triesLimit = 2;

/** How many realms may ask along the way of one request; one that invents a new realm each time ends here. */
export const realmsLimit = 3;

/**
 * The rows of Authorization and Proxy-Authorization for the retry of `request`, all that it needs, those for realms that
 * did not ask this time among them; put them in with `withCredentials`. The retry keeps Call-ID and tags, and has
 * CSeq + 1 and a new branch (RFC 3261 §8.1.3.5). Whether the next hop may see these credentials is the caller's to know.
 */
export function answerChallenges(
  request: Request,
  response: Response,
  credentials: AccountCredentials,
  memory: NonceMemory,
  random: Random,
): Result<readonly HeaderInit[], Unanswered> {
  const challenges = readChallenges(response);
  if (challenges.length === 0) return fail({ reason: 'not a challenge' });
  const ours = challenges.filter(({ realm }) => isOurs(realm, credentials));
  if (ours.length === 0) return fail({ reason: 'unknown realm' });
  const carried = carriedResponses(request);
  const asked = new Map<string, { session: Session; tries: number }>();
  for (const { header, realm, challenge } of ours) {
    const name = `${header}\n${realm}`;
    // RFC 8760 §2.4: the topmost challenge of a realm that we understand; the others are left alone.
    if (asked.has(name)) continue;
    const read = readChallenge(header, realm, challenge);
    if (read === undefined) continue;
    const former = carried.get(name);
    const tries = former === undefined ? 0 : memory.triesOf(former);
    // What was sent unasked may have carried a nonce that is forgotten, which not every server calls stale.
    const unasked = former !== undefined && tries === 0;
    const refused = former !== undefined && !unasked && !isStale(challenge);
    const endless = former === undefined && carried.size >= realmsLimit;
    if (refused || endless || tries >= triesLimit) {
      memory.delete(header, realm);
      return fail({ reason: refused ? 'refused' : 'too many tries' });
    }
    const known = memory.get(header, realm);
    const count = known?.nonce === read.nonce ? known.count : 0;
    const methods = new Set(known?.methods).add(request.method);
    asked.set(name, { session: { ...read, count, methods }, tries: tries + 1 });
  }
  if (asked.size === 0) return fail({ reason: 'unknown algorithm' });
  for (const { session } of asked.values()) memory.set(session);
  const rows: HeaderInit[] = [];
  for (const session of memory.sessions()) {
    const name = `${session.header}\n${session.realm}`;
    const tries = asked.get(name)?.tries;
    // Realms that let the request through before are answered anew too: their count has to rise.
    if (tries === undefined && !carried.has(name)) continue;
    const made = answer(request, session, credentials, random);
    if (tries !== undefined) memory.noteTry(made.response, tries);
    rows.push(made.row);
  }
  return ok(rows);
}

/** Rows for a request of a method that was challenged before, by the challenges in force, before anybody asks (RFC 3261 §22.2, §22.3). */
export function anticipate(
  request: Request,
  credentials: AccountCredentials,
  memory: NonceMemory,
  random: Random,
): readonly HeaderInit[] {
  const sessions = memory
    .sessions()
    .filter(({ realm, methods }) => methods.has(request.method) && isOurs(realm, credentials));
  return sessions.map((session) => answer(request, session, credentials, random).row);
}

/** `request` with these rows in place of all credentials that it had. */
export function withCredentials(request: Request, rows: readonly HeaderInit[]): Request {
  return request.with(
    removeHeader('Authorization'),
    removeHeader('Proxy-Authorization'),
    ...rows.map(([name, value]) => appendHeader(name, value)),
  );
}

interface Asked {
  readonly header: CredentialsHeader;
  readonly realm: string;
  readonly challenge: Challenge;
}

function readChallenges(response: Response): readonly Asked[] {
  if (response.status !== 401 && response.status !== 407) return [];
  // A forking proxy gathers challenges of both kinds into one response (RFC 3261 §16.7 item 7).
  const found: Asked[] = [];
  const take = (header: CredentialsHeader, challenges: readonly Challenge[]): void => {
    for (const challenge of challenges) {
      const realm = challenge.parameters.get('realm');
      if (realm !== undefined) found.push({ header, realm, challenge });
    }
  };
  take('Authorization', digestRows(response, wwwAuthenticate).values);
  take('Proxy-Authorization', digestRows(response, proxyAuthenticate).values);
  return found;
}

function isOurs(wireRealm: string, { realm }: AccountCredentials): boolean {
  return realm === undefined || writable(realm) === wireRealm;
}

function isStale({ parameters }: Challenge): boolean {
  return parameters.get('stale')?.toLowerCase() === 'true';
}

function carriedResponses(request: Request): ReadonlyMap<string, string> {
  const responses = new Map<string, string>();
  const lists = [
    ['Authorization', digestRows(request, authorization).values],
    ['Proxy-Authorization', digestRows(request, proxyAuthorization).values],
  ] as const;
  for (const [header, list] of lists) {
    for (const { parameters } of list) {
      const realm = parameters.get('realm');
      const response = parameters.get('response');
      // An empty response announces a user before any challenge came (RFC 8760 §2.7); it was no try.
      if (realm === undefined || response === undefined || response === '') continue;
      responses.set(`${header}\n${realm}`, response);
    }
  }
  return responses;
}

function readChallenge(
  header: CredentialsHeader,
  realm: string,
  { parameters }: Challenge,
): Omit<Session, 'count' | 'methods'> | undefined {
  const algorithmText = parameters.get('algorithm');
  const algorithm = algorithmOf(algorithmText);
  const nonce = parameters.get('nonce');
  if (algorithm === undefined || nonce === undefined) return undefined;
  const offered = parameters.get('qop');
  const qops = offered
    ?.toLowerCase()
    .split(',')
    .map((one) => one.trim());
  const qop = qops?.includes('auth') ? 'auth' : qops?.includes('auth-int') ? 'auth-int' : undefined;
  if (qops !== undefined && qop === undefined) return undefined;
  // RFC 3261 §22.4 item 8: a session key needs a cnonce, and a cnonce needs qop.
  if (algorithm.session && qop === undefined) return undefined;
  const opaque = parameters.get('opaque');
  if (/[\r\n\0]/.test(`${realm}${nonce}${opaque ?? ''}`)) return undefined;
  return { header, realm, nonce, opaque, algorithmText, algorithm, qop };
}

function answer(
  request: Request,
  session: Session,
  { username, password }: AccountCredentials,
  random: Random,
): { readonly row: HeaderInit; readonly response: string } {
  session.count += 1;
  const { algorithm, realm, nonce, qop, opaque, algorithmText } = session;
  const nc = session.count.toString(16).padStart(8, '0');
  const cnonce = random.token(128);
  const uri = formatUri(request.uri);
  const secret = typeof password === 'string' ? password : password.reveal();
  const response = digestResponse({
    algorithm,
    ha1: ha1ForChallenge(algorithm.hash, username, realm, secret),
    nonce,
    method: request.method,
    uri,
    protection: qop === undefined ? undefined : { qop, nc, cnonce, body: request.body },
  });
  const parts = [
    `username=${quote(writable(username))}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response="${response}"`,
  ];
  // RFC 7616 §3.4: algorithm, qop and nc stand without quotes; opaque goes back as it came.
  if (algorithmText !== undefined) parts.push(`algorithm=${algorithmText}`);
  if (opaque !== undefined) parts.push(`opaque=${quote(opaque)}`);
  if (qop !== undefined) parts.push(`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`);
  return { row: [session.header, `Digest ${parts.join(', ')}`], response };
}
