// Challenges and credentials, the shape of the four headers of authentication (RFC 3261 §20.7, RFC 7616 §3).
import { parameterLimit } from '../limits.ts';
import type { Parameters } from '../parameters.ts';
import { isToken, plainValueEnd, quote, quotedEnd, skipBlank, tokenEnd, unquote } from '../scan.ts';

/** What a server asks for. Values stand without their quotes. */
export interface Challenge {
  /** As written: `Digest`. */
  readonly scheme: string;
  readonly parameters: Parameters;
}

/** What a client answers. Values stand without their quotes. */
export interface Credentials {
  /** As written: `Digest`. */
  readonly scheme: string;
  readonly parameters: Parameters;
}

/** Reads one row; undefined when malformed or when a parameter is doubled. */
export function readAuthentication(text: string): Challenge | undefined {
  const schemeEnd = tokenEnd(text, 0);
  let at = skipBlank(text, schemeEnd);
  if (schemeEnd === 0 || (at === schemeEnd && at < text.length)) return undefined;
  const found = new Map<string, string>();
  while (at < text.length) {
    const nameEnd = tokenEnd(text, at);
    const name = text.slice(at, nameEnd).toLowerCase();
    const equals = skipBlank(text, nameEnd);
    if (name === '' || text.charCodeAt(equals) !== 61 || found.has(name)) return undefined;
    const start = skipBlank(text, equals + 1);
    const quoted = text.charCodeAt(start) === 34;
    const end = quoted ? quotedEnd(text, start) : plainValueEnd(text, start);
    if (end <= start || found.size === parameterLimit) return undefined;
    found.set(name, unquote(text.slice(start, end)));
    at = skipBlank(text, end);
    if (at === text.length) break;
    if (text.charCodeAt(at) !== 44) return undefined;
    at = skipBlank(text, at + 1);
    if (at === text.length) return undefined;
  }
  return { scheme: text.slice(0, schemeEnd), parameters: found };
}

/** One challenge as text; all values are quoted but those of `algorithm` and `stale` (RFC 7616 §3.3). */
export function formatChallenge(challenge: Challenge): string {
  return format(challenge, challengePlain);
}

/** Credentials as text; all values are quoted but those of `algorithm`, `qop` and `nc` (RFC 7616 §3.4). */
export function formatCredentials(credentials: Credentials): string {
  return format(credentials, credentialsPlain);
}

const challengePlain: readonly string[] = ['algorithm', 'stale'];
const credentialsPlain: readonly string[] = ['algorithm', 'qop', 'nc'];

function format(value: Challenge | Credentials, plain: readonly string[]): string {
  if (!isToken(value.scheme)) throw new TypeError(`${JSON.stringify(value.scheme)} is no scheme`);
  const parts = [...value.parameters].map(([name, text = '']) =>
    plain.includes(name) && isToken(text) ? `${name}=${text}` : `${name}=${quote(text)}`,
  );
  return `${value.scheme} ${parts.join(', ')}`;
}
