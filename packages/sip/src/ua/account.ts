// Who a user agent is.
import { AccessToken } from '../auth/bearer.ts';
import type { TokenSource } from '../auth/bearer.ts';
import { NonceMemory } from '../auth/memory.ts';
import type { Secret } from '../base/log.ts';
import { Home } from '../endpoint/home.ts';
import type { Authentication } from '../endpoint/with-auth.ts';
import { SipError } from '../message/errors.ts';
import { parseUri } from '../message/uri.ts';
import type { SipUri, Uri } from '../message/uri.ts';

/** The identity of a user agent, and how it proves it. */
export interface Account {
  /** Address of record: `sip:alice@example.com`. */
  readonly aor: string;
  readonly displayName?: string | undefined;
  /** The name for digest; the user part of the AOR unless said. */
  readonly username?: string | undefined;
  readonly password?: Secret | string | undefined;
  /**
   * In place of a password, or beside one: gives an access token when the server asks for one, and a new one when the last
   * is not taken any more (RFC 8898). It goes to the account's server, which may hand it on: no more than a short life
   * protects it there.
   */
  readonly token?: TokenSource | undefined;
  /** The only realm that gets an answer; any unless said. Only the account's server gets one: `server`, the domain of the AOR, or who these name. */
  readonly realm?: string | undefined;
}

/** The SIP URI in `text`; throws SIP_PARSE_URI when it is none. */
export function sipUriOf(text: string): SipUri {
  const parsed = parseUri(text);
  if (parsed.ok && 'host' in parsed.value) return parsed.value;
  throw new SipError('SIP_PARSE_URI', { message: `Not a SIP address: ${text}` });
}

/** How the account proves itself, and to which next hops; undefined when it cannot. */
export function authenticationOf(
  account: Account,
  user: string,
  servers: readonly (Uri | undefined)[],
): Authentication | undefined {
  const { aor, username = user, password, realm, token } = account;
  if (password === undefined && token === undefined) return undefined;
  return {
    credentials: password === undefined ? undefined : { username, password, realm },
    memory: new NonceMemory(),
    token: token === undefined ? undefined : new AccessToken(token),
    home: new Home([sipUriOf(aor), ...servers.filter((server) => server !== undefined)]),
  };
}
