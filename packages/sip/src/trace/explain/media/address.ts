// Addresses as the network sees them: which ones another network cannot reach.
import { ipv4Bytes, ipv6Words } from '../../../base/ip.ts';

/** True for an address that means nothing outside its own network (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 §2.4). */
export function isPrivate(host: string): boolean {
  const [a = 0, b = 0] = ipv4Bytes(host) ?? [];
  if (ipv4Bytes(host) !== undefined) {
    if (a === 10 || a === 127 || (a === 192 && b === 168) || (a === 169 && b === 254)) return true;
    return (a === 172 && b >= 16 && b < 32) || (a === 100 && b >= 64 && b < 128);
  }
  const words = ipv6Words(host);
  if (words === undefined) return false;
  const [first = 0] = words;
  const isLoopback = words.slice(0, 7).every((word) => word === 0) && words[7] === 1;
  return isLoopback || (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80;
}

/** Whether two private addresses may be in one network: in IPv4 of the same block of RFC 1918, in IPv6 of the same /64. */
export function isNeighbour(one: string, other: string): boolean {
  const [a, b] = [ipv4Bytes(one), ipv4Bytes(other)];
  if (a !== undefined && b !== undefined) return a[0] === b[0];
  const [c, d] = [ipv6Words(one), ipv6Words(other)];
  return c !== undefined && d !== undefined && c.slice(0, 4).every((word, at) => word === d[at]);
}

/** Whether an address of media stands for none: hold as RFC 2543 did it, or a name that only ICE resolves. */
export function isNoPlace(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host.endsWith('.local');
}
