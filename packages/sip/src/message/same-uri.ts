// When two URIs are the same (RFC 3261 §19.1.4, RFC 3966 §4).
import { sameHost } from './host.ts';
import type { Parameters } from './parameters.ts';
import { isSipUri, isTelUri, plainEscapes, unescapeUri } from './uri.ts';
import type { SipUri, TelUri, Uri } from './uri.ts';

/** True when both name the same resource by the rules of their scheme; other schemes compare as text. */
export function sameUri(a: Uri, b: Uri): boolean {
  if (a === b) return true;
  if (isSipUri(a)) return isSipUri(b) && sameSipUri(a, b);
  if (isTelUri(a)) return isTelUri(b) && sameTelUri(a, b);
  if (isSipUri(b) || isTelUri(b) || a.scheme !== b.scheme) return false;
  return a.text.slice(a.scheme.length) === b.text.slice(b.scheme.length);
}

function sameSipUri(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    a.port === b.port &&
    sameHost(a.host, b.host) &&
    sameEscaped(a.user, b.user) &&
    sameEscaped(a.password, b.password) &&
    sameSipParameters(a.parameters, b.parameters) &&
    sameHeaders(a.headers, b.headers)
  );
}

function sameEscaped(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && plainEscapes(a) === plainEscapes(b);
}

// These never match a URI without them; other parameters count only where both URIs have them.
const telling = ['user', 'ttl', 'method', 'maddr', 'transport'] as const;

function sameSipParameters(a: Parameters, b: Parameters): boolean {
  if (a.size === 0 && b.size === 0) return true;
  if (telling.some((name) => a.has(name) !== b.has(name))) return false;
  for (const [name, value] of a) {
    if (b.has(name) && !sameValue(value, b.get(name))) return false;
  }
  return true;
}

function sameValue(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return plainEscapes(a).toLowerCase() === plainEscapes(b).toLowerCase();
}

function sameHeaders(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const left = headerParts(a);
  const right = headerParts(b);
  return left.length === right.length && left.every((part, index) => part === right[index]);
}

function headerParts(text: string): string[] {
  const parts = text.split('&').map((part) => {
    const equals = part.indexOf('=');
    const nameEnd = equals < 0 ? part.length : equals;
    return unescapeUri(part.slice(0, nameEnd)).toLowerCase() + unescapeUri(part.slice(nameEnd));
  });
  return parts.sort();
}

function sameTelUri(a: TelUri, b: TelUri): boolean {
  if (digits(a.number) !== digits(b.number) || a.parameters.size !== b.parameters.size)
    return false;
  for (const [name, value] of a.parameters) {
    if (!b.parameters.has(name)) return false;
    const other = b.parameters.get(name);
    const numeric = name === 'ext' || name === 'phone-context';
    const same = numeric ? digits(value ?? '') === digits(other ?? '') : sameValue(value, other);
    if (!same) return false;
  }
  return true;
}

// RFC 3966 §5.1.1: visual separators carry no meaning.
function digits(number: string): string {
  return number.replace(/[-.()]/g, '').toLowerCase();
}
