// Tokens in place of passwords: the pages of the phone prove their user by them, over WebSocket alone (RFC 8898).
import type { Flow } from '@offhook/sip';
import type { Request } from '@offhook/sip/message';
import type { Tokens, TokenVerdict } from '../token/tokens.ts';
import { isFromHere } from './addresses.ts';

/** How tokens are taken. */
export interface BearerOptions {
  readonly tokens: Tokens;
  /** Where a client gets a token, an https URI; undefined where there is no HTTPS. */
  readonly authorizationServer: () => string | undefined;
}

/** Headers that carry credentials. */
export type CredentialsHeader = 'Authorization' | 'Proxy-Authorization';

/** True for a flow that may carry a token: one that nobody on the way can read (RFC 8898 §2.1.2), of those that pages have. */
export function mayBear(flow: Flow): boolean {
  return flow.protocol === 'WSS' || (flow.protocol === 'WS' && isFromHere(flow));
}

/** What the token of `request` is worth; undefined when it has none. */
export function tokenVerdict(
  request: Request,
  header: CredentialsHeader,
  { tokens, realm }: { readonly tokens: Tokens; readonly realm: string },
): TokenVerdict | undefined {
  if (!request.has(header)) return undefined;
  const text = request.rows(header).find(isBearer);
  return text === undefined ? undefined : tokens.read(text.replace(scheme, '').trim(), realm);
}

/** True for a row of credentials that is a token. */
export function isBearer(row: string): boolean {
  return scheme.test(row);
}

const scheme = /^bearer(?:[ \t]|$)/i;

/** The row of a challenge that asks for a token (RFC 8898 §4). */
export function bearerChallenge(
  realm: string,
  { authorizationServer }: BearerOptions,
  isInvalid: boolean,
): string {
  const server = authorizationServer();
  // Departs from RFC 8898 §2.2: without HTTPS, which loopback does not need, there is no address that could be said.
  const where = server === undefined ? '' : `, authz_server="${server}"`;
  return `Bearer realm="${realm}"${where}${isInvalid ? ', error="invalid_token"' : ''}`;
}
