// Which addresses mean this server, which mean this machine, and what counts as one source.
import { isIP, isIPv6 } from 'node:net';
import type { Flow } from '@offhook/sip';
import { isSipUri, parseUri, sameHost } from '@offhook/sip/message';
import type { Uri } from '@offhook/sip/message';
import type { DomainOf } from '../location/aor.ts';
import type { Binding } from '../location/store.ts';

/** True when `uri` names this server: a domain of ours without a port, or with a port that we listen on. */
export function isOurs(uri: Uri, domainOf: DomainOf, ports: ReadonlySet<number>): boolean {
  if (!isSipUri(uri)) return false;
  return domainOf(uri.host) !== undefined && (uri.port === undefined || ports.has(uri.port));
}

/** True for a numeric host of this very machine's loopback, from which nobody else can send. */
export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1' || host.startsWith('::ffff:127.');
}

/** True for a flow whose far end is on this machine, which nobody elsewhere can pretend. */
export function isFromHere({ local, remote }: Flow): boolean {
  return isLoopback(remote.host) || remote.host === local.host;
}

/** What a stranger has one of: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function sourceOf(host: string): string {
  if (!host.includes(':') || !isIPv6(host)) return host;
  const [before = '', after] = host.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  return groups.slice(0, 4).join(':');
}

/**
 * True when a UDP contact is reached where its REGISTER came from rather than at its own address: a phone behind a NAT
 * says an address that leads elsewhere or nowhere (RFC 3581, RFC 5626 §5.3). A host given by name is taken at its word.
 */
export function isBehindNat({ contact, connection, source, path }: Binding): boolean {
  // What came by other proxies goes back by them (RFC 3327 §5.4).
  if (connection || source.protocol !== 'UDP' || path.length > 0) return false;
  const parsed = parseUri(contact);
  if (!parsed.ok || !isSipUri(parsed.value)) return false;
  const { host } = parsed.value;
  if (host.toLowerCase().endsWith('.invalid')) return true;
  return isIP(host) !== 0 && !sameHost(host, source.host);
}
