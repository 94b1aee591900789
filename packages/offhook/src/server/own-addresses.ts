// Which addresses of this machine lead to the system, for an address that it is bound to.
import { networkInterfaces } from 'node:os';

/** Names under which a client may know us besides our domain: every address that leads here. */
export function aliasesOf(host: string): readonly string[] {
  return [host, '127.0.0.1', '::1', 'localhost', ...(isWildcard(host) ? ownAddresses(host) : [])];
}

/** The addresses of this machine in the family of the wildcard `host`. */
export function ownAddresses(host: string): readonly string[] {
  const family = host === '::' ? 'IPv6' : 'IPv4';
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((entry) => entry.family === family && !entry.address.startsWith('fe80:'))
    .map(({ address }) => address);
}

/** Where the built-in peers send and hear sound: bound like the system, and said in a form that others reach. */
export function mediaAddress(host: string): { readonly host: string; readonly advertised: string } {
  const reachable = isWildcard(host)
    ? ownAddresses(host).find((address) => address !== loopbackOf(host))
    : host;
  return { host, advertised: reachable ?? loopbackOf(host) };
}

/** Where this machine itself reaches what is bound to `host`. */
export function loopbackOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** True for an address that means all of this machine's. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
