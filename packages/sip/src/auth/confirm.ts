// Authentication-Info: the server's proof in turn that it knows the password, and the nonce to go on with (RFC 7616 §3.5).
import { authenticationInfo } from '../message/header/authentication-info.ts';
import { authorization } from '../message/header/authorization.ts';
import type { Request, Response } from '../message/message.ts';
import type { AccountCredentials } from './answer.ts';
import { algorithmOf, digestConfirmation, sameText } from './digest.ts';
import type { DigestInput } from './digest.ts';
import { ha1ForChallenge } from './ha1.ts';
import type { NonceMemory } from './memory.ts';
import { digestRows } from './rows.ts';

/** The value of Authentication-Info for a response with `body` to what `input` proved. */
export function confirmationOf(
  input: Omit<DigestInput, 'method'>,
  body: Uint8Array,
  nextNonce?: string,
): string {
  const { protection } = input;
  if (protection === undefined) throw new TypeError('Without qop there is nothing to confirm');
  const { qop, nc, cnonce } = protection;
  const rspauth = digestConfirmation({ ...input, protection: { ...protection, body } });
  const next = nextNonce === undefined ? '' : `, nextnonce="${nextNonce}"`;
  return `qop=${qop}, rspauth="${rspauth}", cnonce="${cnonce}", nc=${nc}${next}`;
}

/**
 * What the Authentication-Info of a 2xx is worth: `wrong` when whoever answered does not know the password. A right one
 * puts its `nextnonce` in force; `none` when nothing was said or nothing can be told from it.
 */
export function judgeConfirmation(
  request: Request,
  response: Response,
  { username, password }: AccountCredentials,
  memory: NonceMemory,
): 'right' | 'wrong' | 'none' {
  const info = response.get(authenticationInfo);
  const rspauth = info?.get('rspauth');
  if (info === undefined || rspauth === undefined) return 'none';
  // A server tells one realm's worth, without its name: the one whose cnonce it repeats.
  const sent = digestRows(request, authorization).values.find(
    ({ parameters }) =>
      parameters.get('cnonce') === info.get('cnonce') && parameters.get('nc') === info.get('nc'),
  )?.parameters;
  const realm = sent?.get('realm');
  const algorithm = algorithmOf(sent?.get('algorithm'));
  const qop = sent?.get('qop');
  const [nonce, uri, nc, cnonce] = ['nonce', 'uri', 'nc', 'cnonce'].map((name) => sent?.get(name));
  if (realm === undefined || algorithm === undefined || (qop !== 'auth' && qop !== 'auth-int'))
    return 'none';
  if (nonce === undefined || uri === undefined || nc === undefined || cnonce === undefined)
    return 'none';
  const secret = typeof password === 'string' ? password : password.reveal();
  const expected = digestConfirmation({
    algorithm,
    ha1: ha1ForChallenge(algorithm.hash, username, realm, secret),
    nonce,
    uri,
    protection: { qop, nc, cnonce, body: response.body },
  });
  if (!sameText(expected, rspauth.toLowerCase())) return 'wrong';
  const session = memory.get('Authorization', realm);
  const next = info.get('nextnonce');
  if (session !== undefined && next !== undefined && !/[\r\n\0]/.test(next))
    memory.set({ ...session, nonce: next, count: 0 });
  return 'right';
}
