// Who sent a request, and by which way, as far as that can be told without its words.
import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import { isLoopback } from '../core/addresses.ts';

/** The other end of a request. */
export interface Peer {
  readonly address: string;
  /** By HTTPS. */
  readonly isSecure: boolean;
  /** From the very address that it was sent to, so that it never left this machine: a program here that asks a server bound to one address. */
  readonly isOwn: boolean;
  /** Nobody between: HTTP/1.1 without a trace of a proxy. */
  readonly isDirect: boolean;
}

/** The other end of `incoming`; with `isProxied` what a proxy on this machine says of it. */
export function peerOf(
  { socket, headers, httpVersion }: IncomingMessage,
  isProxied: boolean,
): Peer {
  const address = socket.remoteAddress ?? '';
  const isSecure = 'encrypted' in socket && socket.encrypted === true;
  const isForwarded = traces.some((name) => headers[name] !== undefined);
  if (!isProxied || !isLoopback(address)) {
    const isOwn = address !== '' && address === socket.localAddress;
    return { address, isSecure, isOwn, isDirect: httpVersion === '1.1' && !isForwarded };
  }
  // The last value is the one that the proxy itself has written; those before are anybody's.
  const forwarded = last(headers['x-forwarded-for']);
  return {
    address: isIP(forwarded) === 0 ? address : forwarded,
    isSecure: isSecure || last(headers['x-forwarded-proto']) === 'https',
    isOwn: false,
    isDirect: false,
  };
}

const traces = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

function last(value: string | readonly string[] | undefined): string {
  return (
    String(value ?? '')
      .split(',')
      .at(-1)
      ?.trim()
      .toLowerCase() ?? ''
  );
}

/** True when nobody on the way can read the request or its response. */
export function isPrivate({ address, isSecure, isOwn }: Peer): boolean {
  return isSecure || isOwn || isLoopback(address);
}

/** True when the person is at this machine: the browser is here, and it asked for this machine by a name that nobody else's can be. */
export function isAtThisMachine({ address, isDirect }: Peer, url: URL): boolean {
  return isDirect && isLoopback(address) && isLoopbackName(url.hostname);
}

function isLoopbackName(name: string): boolean {
  const address = name.replace(/^\[|\]$/g, '');
  return name === 'localhost' || (isIP(address) !== 0 && isLoopback(address));
}

/** `names` as they stand in a Host header. */
export function hostsOf(names: readonly string[]): readonly string[] {
  return names.map((name) => (isIPv6(name) ? `[${name}]` : name.toLowerCase()));
}
