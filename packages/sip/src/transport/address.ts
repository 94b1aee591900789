// Numeric hosts: telling them from names, comparing them as bits, and writing them.
import { ipv4Bytes, ipv6Words, isDotted } from '../base/ip.ts';
import type { Address, Protocol } from './port.ts';

/** The port of a protocol when none is said (RFC 3261 §19.1.2, RFC 7118 §5.5). */
export function defaultPort(protocol: Protocol): number {
  switch (protocol) {
    case 'UDP':
    case 'TCP':
      return 5060;
    case 'TLS':
      return 5061;
    case 'WS':
      return 80;
    case 'WSS':
      return 443;
  }
}

/** The protocol of a Via or of a transport parameter, in any letter case; undefined when it is none of ours. */
export function protocolOf(text: string): Protocol | undefined {
  const upper = text.toUpperCase();
  switch (upper) {
    case 'UDP':
    case 'TCP':
    case 'TLS':
    case 'WS':
    case 'WSS':
      return upper;
    default:
      return undefined;
  }
}

/** True for dotted IPv4. */
export function isIpv4(host: string): boolean {
  return isDotted(host);
}

/** True for IPv6 without brackets; a zone (`%eth0`) may follow. */
export function isIpv6(host: string): boolean {
  return host.includes(':') && ipv6Groups(host) !== undefined;
}

/** True for an address, false for a name. */
export function isNumeric(host: string): boolean {
  return isIpv4(host) || isIpv6(host);
}

/**
 * One text for each host: names in lower case, IPv6 in the form of RFC 5952, IPv4-mapped IPv6 as the IPv4 address,
 * no brackets (RFC 5118 §4.1 to §4.9, RFC 5954 §4).
 */
export function canonicalHost(host: string): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (!bare.includes(':')) return bare.toLowerCase();
  const groups = ipv6Groups(bare);
  if (groups === undefined) return bare.toLowerCase();
  const zone = bare.indexOf('%');
  return ipv6Text(groups) + (zone < 0 ? '' : bare.slice(zone));
}

/** True when two texts name the same host; addresses are compared as bits. */
export function sameHost(a: string, b: string): boolean {
  return a === b || canonicalHost(a) === canonicalHost(b);
}

/** A host as it stands in a URI or a Via: IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** `127.0.0.1:5060`, `[::1]:5060`. */
export function formatAddress(address: Address): string {
  return `${bracketed(address.host)}:${address.port}`;
}

/** The readable id of a flow: `udp 127.0.0.1:5060 127.0.0.1:5070`. */
export function flowId(protocol: Protocol, local: Address, remote: Address): string {
  return `${protocol.toLowerCase()} ${formatAddress(local)} ${formatAddress(remote)}`;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  const canonical = canonicalHost(host);
  return canonical === '::1' || (isIpv4(canonical) && canonical.startsWith('127.'));
}

/** True for an address that means "all of this machine's". */
export function isWildcard(host: string): boolean {
  const canonical = canonicalHost(host);
  return canonical === '::' || canonical === '0.0.0.0';
}

/** True for multicast and for the broadcast address, to which no response goes (RFC 4475 §3.3.10). */
export function isMulticastOrBroadcast(host: string): boolean {
  const canonical = canonicalHost(host);
  if (canonical.includes(':')) return canonical.startsWith('ff');
  const bytes = ipv4Bytes(canonical);
  if (bytes === undefined) return false;
  const [first = 0] = bytes;
  return (first >= 224 && first <= 239) || bytes.every((byte) => byte === 255);
}

// A zone (`%eth0`) may follow.
function ipv6Groups(text: string): readonly number[] | undefined {
  const zone = text.indexOf('%');
  return ipv6Words(zone < 0 ? text : text.slice(0, zone));
}

function ipv6Text(groups: readonly number[]): string {
  const [g0, g1, g2, g3, g4, g5, g6 = 0, g7 = 0] = groups;
  if (g0 === 0 && g1 === 0 && g2 === 0 && g3 === 0 && g4 === 0 && g5 === 0xffff) {
    return `${g6 >> 8}.${g6 & 255}.${g7 >> 8}.${g7 & 255}`;
  }
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]): string =>
    part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

function longestZeroRun(groups: readonly number[]): {
  readonly start: number;
  readonly length: number;
} {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let at = 0; at <= groups.length; at += 1) {
    if (groups[at] === 0) continue;
    if (at - start > best.length) best = { start, length: at - start };
    start = at + 1;
  }
  return best;
}
