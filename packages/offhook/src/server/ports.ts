// The sockets of the system: UDP and TCP on one port, WebSocket on another, the next port where one is in use.
import { createServer } from 'node:net';
import type { Clock, Endpoint, Logger, Transport } from '@offhook/sip';
import { tcp, udp, webSocketServer } from '@offhook/sip/node';

/** Which ports are wanted. */
export interface PortWish {
  readonly host: string;
  /** For UDP and TCP; 0 for any that is free for both. */
  readonly sipPort: number;
  /** For WebSocket; 0 for any. */
  readonly httpPort: number;
  /** How many ports after a taken one are tried; 20 unless said. */
  readonly otherPorts?: number | undefined;
  readonly log: Logger;
  readonly clock: Clock;
}

/** A started endpoint and the ports that it got. */
export interface Bound<Made> {
  readonly made: Made;
  readonly sipPort: number;
  readonly httpPort: number;
}

/** Starts what `make` makes of the transports; anew on other ports as long as one is in use. */
export async function bindPorts<Made extends { readonly endpoint: Endpoint }>(
  wish: PortWish,
  make: (transports: readonly Transport[]) => Made,
): Promise<Bound<Made>> {
  const { host, log, clock, otherPorts = 20 } = wish;
  let { httpPort } = wish;
  let sipPort = wish.sipPort === 0 ? await freePort(host) : wish.sipPort;
  for (let left = otherPorts; ; left -= 1) {
    const transports = [
      udp({ host, port: sipPort, log, clock }),
      tcp({ host, port: sipPort, log, clock }),
      webSocketServer({ host, port: httpPort, log, clock }),
    ];
    const made = make(transports);
    try {
      await made.endpoint.start();
      return { made, sipPort, httpPort: transports[2]?.local?.port ?? httpPort };
    } catch (error) {
      const port = portInUse(error);
      if (port === undefined || left <= 0) throw error;
      log.info('A port is in use', { port });
      if (port === httpPort) httpPort = after(port);
      else sipPort = wish.sipPort === 0 ? await freePort(host) : after(port);
    }
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
