// Hosts: names, IPv4 and IPv6 addresses as they stand in URIs and Via (RFC 3261 §25.1, RFC 5118, RFC 5954).
import { ipv6Words } from '../base/ip.ts';

// What the last successful `scanHostPort` found; -1 stands for no port. An IPv6 address is made at once.
const place: { start: number; end: number; port: number; ipv6: string | undefined } = {
  start: 0,
  end: 0,
  port: -1,
  ipv6: undefined,
};

/** The host that was scanned last, in `text`; an IPv6 address stands without brackets. */
export function foundHost(text: string): string {
  return place.ipv6 ?? text.slice(place.start, place.end);
}

/** The port that was scanned last. */
export function foundPort(): number | undefined {
  return place.port < 0 ? undefined : place.port;
}

/** Where the `host`, `host:port`, `[v6]` or `[v6]:port` ends that starts at `start`; -1 when it is malformed. */
export function scanHostPort(text: string, start: number, end: number): number {
  if (text.charCodeAt(start) === 91) {
    const close = text.indexOf(']', start);
    place.ipv6 = close < 0 || close >= end ? undefined : parseIpv6(text.slice(start + 1, close));
    return place.ipv6 === undefined ? -1 : scanPort(text, close + 1, end);
  }
  const nameEnd = hostNameEnd(text, start, end);
  if (nameEnd === start) return -1;
  place.start = start;
  place.end = nameEnd;
  if (place.ipv6 !== undefined) place.ipv6 = undefined;
  return scanPort(text, nameEnd, end);
}

function scanPort(text: string, at: number, end: number): number {
  place.port = -1;
  if (at >= end || text.charCodeAt(at) !== 58) return at;
  let port = 0;
  let next = at + 1;
  for (; next < end; next += 1) {
    const digit = text.charCodeAt(next) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    port = port * 10 + digit;
  }
  if (next === at + 1 || next - at > 11 || port > 65_535) return -1;
  place.port = port;
  return next;
}

// Underscores are no part of RFC 3261's hostname, but container networks are full of them.
function hostNameEnd(text: string, start: number, end: number): number {
  let at = start;
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at);
    const letter = code | 32;
    const fits =
      (letter >= 97 && letter <= 122) ||
      (code >= 48 && code <= 57) ||
      code === 45 ||
      code === 46 ||
      code === 95;
    if (!fits) break;
  }
  return at;
}

/** `host` as it stands in a URI or Via: an IPv6 address gets its brackets. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** True for text that may be a host. */
export function isHost(host: string): boolean {
  if (host.includes(':')) return ipv6Words(host) !== undefined;
  return host.length > 0 && hostNameEnd(host, 0, host.length) === host.length;
}

/** True when both are the same host: names in any letter case, IPv6 addresses as numbers (RFC 5954 §4.2). */
export function sameHost(a: string, b: string): boolean {
  return a === b || binaryHost(a) === binaryHost(b);
}

/**
 * `host` in the one form that allow and deny lists compare: lower case, IPv6 written out, and an IPv4 address for
 * its IPv4-mapped form (RFC 5118 §4.9).
 */
export function comparableHost(host: string): string {
  const words = host.includes(':') ? ipv6Words(host) : undefined;
  if (words === undefined) return host.toLowerCase().replace(/\.$/, '');
  const [high = 0, low = 0] = words.slice(6);
  const mapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (mapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  return words.map((word) => word.toString(16)).join(':');
}

function binaryHost(host: string): string {
  const words = host.includes(':') ? ipv6Words(host) : undefined;
  return words === undefined ? host.toLowerCase() : words.join(':');
}

// RFC 5118 §4.10: the grammar of RFC 3261 yields a third colon before an IPv4 part; it is read as two.
function parseIpv6(text: string): string | undefined {
  const repaired = text.includes(':::') ? text.replace(':::', '::') : text;
  return ipv6Words(repaired) === undefined ? undefined : repaired;
}
