// What the web server knows of a request beside its words: who sent it, by which way, and whether a stranger's page had it sent.
import { isIP, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../core/addresses.ts';

/** Whose requests are served. */
export interface Site {
  /** Names and addresses under which browsers may know us; on every port. */
  readonly hosts: readonly string[];
  /** Other sites whose pages may reach us, as `https://shop.example`. */
  readonly origins: readonly string[];
}

/** The other end of a request. */
export interface Peer {
  readonly address: string;
  /** By HTTPS. */
  readonly isSecure: boolean;
  /** Nobody between: HTTP/1.1 without a trace of a proxy. */
  readonly isDirect: boolean;
}

/** The other end of `incoming`. */
export function peerOf({ socket, headers, httpVersion }: IncomingMessage): Peer {
  const isForwarded = traces.some((name) => headers[name] !== undefined);
  return {
    address: socket.remoteAddress ?? '',
    isSecure: 'encrypted' in socket && socket.encrypted === true,
    isDirect: httpVersion === '1.1' && !isForwarded,
  };
}

const traces = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

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
