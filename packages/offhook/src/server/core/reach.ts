// Where a packet may go that somebody else has named the address of (server-side request forgery).
import { isIPv4 } from 'node:net';
import type { Address } from '@offhook/sip';
import { comparableHost } from '@offhook/sip/message';

/** What kind of place a numeric host is. To `nowhere` nothing is sent. */
export type Place = 'loopback' | 'link-local' | 'private' | 'public' | 'nowhere';

/**
 * True when a request from `source` may be sent to `target`: to public addresses, and else only to the kind of place that
 * it came from itself. Who is outside reaches no service of this machine or of its network through us.
 */
export function mayReach(target: Address, source: Address): boolean {
  const place = placeOf(target.host);
  if (place === 'nowhere' || target.port === 0) return false;
  return place === 'public' || place === placeOf(source.host);
}

/** The place of a numeric host, in whatever form it is written. */
export function placeOf(host: string): Place {
  // The address in an IPv4-mapped one is what counts; `comparableHost` writes it so, and IPv6 with all its eight words.
  const canonical = comparableHost(host.split('%')[0] ?? host);
  if (isIPv4(canonical)) return placeOfIpv4(canonical.split('.').map(Number));
  return placeOfIpv6(canonical);
}

function placeOfIpv4([a = 0, b = 0, c = 0, d = 0]: readonly number[]): Place {
  if (a === 127) return 'loopback';
  // The address at which clouds hand out their keys.
  if (a === 169 && b === 254 && c === 169 && d === 254) return 'nowhere';
  if (a === 169 && b === 254) return 'link-local';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'private';
  if ((a === 100 && b >= 64 && b < 128) || (a === 198 && (b === 18 || b === 19))) return 'private';
  return a === 0 || a >= 224 ? 'nowhere' : 'public';
}

function placeOfIpv6(host: string): Place {
  if (host === '0:0:0:0:0:0:0:1') return 'loopback';
  const first = Number.parseInt(host.split(':')[0] ?? '', 16);
  // Global unicast; in NAT64 and 6to4 an IPv4 address is hidden that nobody has asked about.
  if (first >= 0x2000 && first < 0x4000) return first === 0x2002 ? 'nowhere' : 'public';
  if ((first & 0xffc0) === 0xfe80) return 'link-local';
  return (first & 0xfe00) === 0xfc00 ? 'private' : 'nowhere';
}
