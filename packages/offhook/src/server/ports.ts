// The sockets of the system: UDP and TCP on one port, TLS, WebSocket and WSS with the pages on others; the next port where one is in use.
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { Clock, Endpoint, Logger, Transport } from '@offhook/sip';
import { tcp, tls, udp, webSocketServer } from '@offhook/sip/node';
import type { TlsCertificate } from '@offhook/sip/node';
import type { Site } from './web/guard.ts';

/** Which ports are wanted. */
export interface PortWish {
  readonly host: string;
  /** For UDP and TCP; 0 for any that is free for both. */
  readonly sipPort: number;
  /** For WebSocket; 0 for any. */
  readonly httpPort: number;
  /** What TLS and WSS need; without it there are none. */
  readonly secure: SecureWish | undefined;
  /** How many ports after a taken one are tried; 20 unless said. */
  readonly otherPorts?: number | undefined;
  /** The pages beside the WebSockets, and whom they and these serve. */
  readonly web: WebPorts;
  readonly log: Logger;
  readonly clock: Clock;
}

/** What the ports of WebSockets do besides. */
export interface WebPorts {
  readonly site: Site;
  readonly requests: RequestListener;
}

/** What TLS and WSS are made of. */
export interface SecureWish {
  /** The one after that of SIP unless said. */
  readonly tlsPort: number | undefined;
  /** The one after that of WebSocket unless said. */
  readonly httpsPort: number | undefined;
  readonly certificate: TlsCertificate;
  /** The authorities to trust, in place of the system's. */
  readonly ca: string | undefined;
  /** Stands in Via and Record-Route where the certificate does not name our address (RFC 5922 §7.5). */
  readonly advertisedHost: string | undefined;
}

/** The ports that were got; those of TLS and WSS mean nothing without a certificate. */
export interface Ports {
  readonly sipPort: number;
  readonly httpPort: number;
  readonly tlsPort: number;
  readonly httpsPort: number;
}

/** Uses `certificate` for TLS and WSS from now on. */
export type Renew = (certificate: TlsCertificate) => void;

/** A started endpoint and its ports. */
export interface Bound<Made> extends Ports {
  readonly made: Made;
  readonly renew: Renew;
}

/** Starts what `make` makes of the transports; anew on other ports as long as one is in use. */
export async function bindPorts<Made extends { readonly endpoint: Endpoint }>(
  wish: PortWish,
  make: (transports: readonly Transport[]) => Made,
): Promise<Bound<Made>> {
  let wanted = await firstPorts(wish);
  for (let left = wish.otherPorts ?? 20; ; left -= 1) {
    const { transports, renew } = socketsOn(wanted, wish);
    const made = make(transports);
    try {
      await made.endpoint.start();
      return { made, renew, ...wanted };
    } catch (error) {
      const port = portInUse(error);
      if (port === undefined || left <= 0) throw error;
      wish.log.info('A port is in use', { port });
      wanted = await nextPorts(wanted, port, wish);
    }
  }
}

function socketsOn(
  { sipPort, httpPort, tlsPort, httpsPort }: Ports,
  { host, log, clock, secure, web }: PortWish,
): { readonly transports: readonly Transport[]; readonly renew: Renew } {
  const pages = { ...web.site, requests: web.requests };
  const plain = [
    udp({ host, port: sipPort, log, clock }),
    tcp({ host, port: sipPort, log, clock }),
    webSocketServer({ host, port: httpPort, log, clock, ...pages }),
  ];
  if (secure === undefined) return { transports: plain, renew: () => undefined };
  const { certificate, ca, advertisedHost } = secure;
  const common = { host, log, clock, certificate, advertisedHost };
  const secured = [
    tls({ ...common, port: tlsPort, ca }),
    webSocketServer({ ...common, port: httpsPort, ...pages }),
  ];
  return {
    transports: [...plain, ...secured],
    renew: (renewed) => {
      for (const transport of secured) transport.renew(renewed);
    },
  };
}

async function firstPorts({ host, sipPort, httpPort, secure }: PortWish): Promise<Ports> {
  const sip = sipPort === 0 ? await freePort(host) : sipPort;
  const http = httpPort === 0 ? await freePort(host) : httpPort;
  return withSecure({ sipPort: sip, httpPort: http }, { host, secure });
}

async function withSecure(
  { sipPort, httpPort }: Pick<Ports, 'sipPort' | 'httpPort'>,
  { host, secure }: Pick<PortWish, 'host' | 'secure'>,
): Promise<Ports> {
  const { tlsPort = after(sipPort), httpsPort = after(httpPort) } = secure ?? {};
  return {
    sipPort,
    httpPort,
    tlsPort: tlsPort === 0 ? await freePort(host) : tlsPort,
    httpsPort: httpsPort === 0 ? await freePort(host) : httpsPort,
  };
}

// Only the one that is in use moves; but the port after another's follows it, unless it was asked for.
async function nextPorts(ports: Ports, inUse: number, wish: PortWish): Promise<Ports> {
  const { host, secure } = wish;
  const next = async (wanted: number | undefined): Promise<number> =>
    wanted === 0 ? await freePort(host) : after(inUse);
  switch (inUse) {
    case ports.sipPort:
      return withSecure({ ...ports, sipPort: await next(wish.sipPort) }, wish);
    case ports.httpPort:
      return withSecure({ ...ports, httpPort: await next(wish.httpPort) }, wish);
    case ports.tlsPort:
      return { ...ports, tlsPort: await next(secure?.tlsPort) };
    default:
      return { ...ports, httpsPort: await next(secure?.httpsPort) };
  }
}

function after(port: number): number {
  return port >= 65_535 ? 1024 : port + 1;
}

function portInUse(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('port' in error)) return undefined;
  return error.code === 'EADDRINUSE' && typeof error.port === 'number' ? error.port : undefined;
}

// UDP and TCP need the same port: one that is free for TCP is tried for both.
function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(bound === null || typeof bound === 'string' ? 0 : bound.port));
    });
  });
}
