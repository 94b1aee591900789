// What somebody typed or pasted, as an address that can be called; and an address as people read it.
import { readable, writable } from '@offhook/sip';
import { escapeUser, formatUri, isSipUri, isTelUri, parseUri, userOf } from '@offhook/sip/message';
import type { NameAddress, Uri } from '@offhook/sip/message';

/** No address is longer. */
const longest = 256;

/**
 * The SIP address that `text` means in `domain`: a SIP or tel URI, `name@host`, a number with whatever separates its digits,
 * or one word, which is a name of the domain. Undefined when it means none.
 */
export function addressOf(text: string, domain: string): string | undefined {
  const typed = westernDigits(text).trim();
  if (typed === '' || typed.length > longest) return undefined;
  const bare = /^[^<>]*<([^<>]+)>\s*$/.exec(typed)?.[1] ?? typed;
  if (/^sips?:/i.test(bare)) return sipAddress(bare);
  const number = numberIn(/^tel:/i.test(bare) ? bare.slice(4).replace(/;.*$/s, '') : bare);
  if (number !== undefined) return `sip:${escapeUser(number)}@${domain}`;
  if (bare.includes('@')) return sipAddress(`sip:${bare}`);
  if (/[\s:/@]/u.test(bare)) return undefined;
  return sipAddress(`sip:${escapeUser(writable(bare))}@${domain}`);
}

/** The digits of a telephone number, `+` before them where it stands there; undefined when `text` is none. */
export function numberIn(text: string): string | undefined {
  // What separates digits in print: blanks of all widths, hyphens and dashes, dots, slashes, brackets, and marks of direction.
  const tidy = westernDigits(text).replaceAll(
    /[\s\u00a0\u2000-\u200f\u2010-\u2015\u202a-\u202f\u2060\u2066-\u2069().\-/]+/gu,
    '',
  );
  return /^\+?[0-9*#]{1,64}$/.test(tidy) ? tidy : undefined;
}

/** An address as people read it: the user alone where the domain is ours. */
export function shown(address: string, domain: string): string {
  const parsed = parseUri(address);
  if (!parsed.ok) return address;
  return shownUri(parsed.value, domain);
}

/** The address of a URI without what a flow or a tag added: user and host. */
export function plainAddress(uri: Uri): string {
  if (isTelUri(uri)) return `tel:${uri.number}`;
  if (!isSipUri(uri)) return formatUri(uri);
  const host = uri.host.includes(':') ? `[${uri.host}]` : uri.host;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const user = uri.user === undefined ? '' : `${uri.user}@`;
  return `sip:${user}${host.toLowerCase()}${port}`;
}

/** The name that a party gives itself; undefined when it gives none. */
export function claimedName({ displayName }: NameAddress): string | undefined {
  const name = displayName === undefined ? '' : readable(displayName).trim().slice(0, longest);
  return name === '' ? undefined : name;
}

function shownUri(uri: Uri, domain: string): string {
  if (isTelUri(uri)) return uri.number;
  if (!isSipUri(uri)) return formatUri(uri);
  const user = uri.user === undefined ? '' : readable(userOf(uri));
  if (user === '') return uri.host;
  const isOurs = uri.host.toLowerCase() === domain.toLowerCase() || numberIn(user) !== undefined;
  return isOurs ? user : `${user}@${uri.host}`;
}

function sipAddress(text: string): string | undefined {
  const parsed = parseUri(writable(text));
  if (!parsed.ok || !isSipUri(parsed.value)) return undefined;
  return formatUri({ ...parsed.value, headers: undefined });
}

// Arabic-Indic and Persian digits mean the same keys.
function westernDigits(text: string): string {
  return text.replaceAll(/[\u0660-\u0669\u06f0-\u06f9]/gu, (digit) =>
    String((digit.codePointAt(0) ?? 0) & 15),
  );
}
