// SIP over WebSocket, the server's side (RFC 7118), on an HTTP server of its own or on one that it shares.
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import type { Logger } from '../base/log.ts';
import { flowId } from '../transport/address.ts';
import type { Address, Flow, FlowListener, Transport } from '../transport/port.ts';
import { UnreachableFlow } from '../transport/unreachable.ts';
import { noteAcceptError } from './accept-errors.ts';
import type { TlsCertificate } from './certificate.ts';
import { Connections, trustLoopback } from './connections.ts';
import { connectionLimits } from './guard.ts';
import type { ConnectionLimits } from './guard.ts';
import { judgeHandshake } from './handshake.ts';
import type { HandshakeRules } from './handshake.ts';
import { localHost } from './local-address.ts';
import { OwnHttp } from './own-http.ts';
import { localOf, remoteOf } from './stream-flow.ts';
import { newCounters } from './stream-transport.ts';
import type { ConnectionCounters } from './stream-transport.ts';
import { pingTimes, WebSocketFlow, webSocketLimits } from './web-socket-flow.ts';
import type { PingTimes } from './web-socket-flow.ts';

/** How a WebSocket server is made. */
export interface WebSocketServerOptions extends Partial<HandshakeRules> {
  /** An HTTP or HTTPS server to share; this transport takes its upgrades on `path` and leaves the rest alone. */
  readonly server?: Server | HttpsServer | undefined;
  /** For a server of its own: a numeric address, all IPv4 addresses unless said. */
  readonly host?: string | undefined;
  /** For a server of its own: 0, or nothing, for any free port. */
  readonly port?: number | undefined;
  /** For a server of its own: makes it WSS. */
  readonly certificate?: TlsCertificate | undefined;
  /** For a server of its own: what answers requests that are no handshakes; each gets 426 unless said. */
  readonly requests?: RequestListener | undefined;
  /** The path of the handshake; any unless said. */
  readonly path?: string | undefined;
  readonly advertisedHost?: string | undefined;
  readonly limits?: Partial<ConnectionLimits> | undefined;
  readonly ping?: Partial<PingTimes> | undefined;
  /** Addresses that the limits per source and of idleness spare; loopback unless said. */
  readonly trusted?: ((host: string) => boolean) | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
}

/** A WebSocket transport with what the network edge knows beyond the port. */
export interface WebSocketTransport extends Transport {
  readonly counters: Readonly<ConnectionCounters>;
  /** Connections that are open or being opened. */
  readonly connections: number;
}

/** A WebSocket server as a transport. */
export interface WebSocketServerTransport extends WebSocketTransport {
  /** Uses `certificate` for connections to a server of its own from now on; those that stand go on. */
  renew(certificate: TlsCertificate): void;
}

/** Accepts WebSockets with subprotocol `sip`. `secure` says that browsers come by https, here or at a proxy in front. */
export function webSocketServer(options: WebSocketServerOptions = {}): WebSocketServerTransport {
  return new NodeWebSocketServer(options);
}

class NodeWebSocketServer implements WebSocketServerTransport {
  readonly protocol: 'WS' | 'WSS';
  readonly counters: ConnectionCounters = newCounters();
  readonly #options: WebSocketServerOptions;
  readonly #host: string;
  readonly #limits: ConnectionLimits;
  readonly #ping: PingTimes;
  readonly #trusted: (host: string) => boolean;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #connections: Connections<WebSocketFlow>;
  readonly #sockets = new WebSocketServer({
    ...webSocketLimits,
    noServer: true,
    clientTracking: false,
    handleProtocols: (offered) => (offered.has('sip') ? 'sip' : false),
  });
  readonly #own: OwnHttp | undefined;
  readonly #server: Server | HttpsServer | undefined;
  readonly #isSecure: boolean;
  readonly #upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void =>
    this.#take(request, stream, head);
  #listener: FlowListener | undefined;
  #local: Address | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WebSocketServerOptions) {
    const {
      host = '0.0.0.0',
      certificate,
      secure = certificate !== undefined,
      trusted = trustLoopback,
      clock = systemClock,
    } = options;
    if (isIP(host) === 0)
      throw new TypeError(`webSocketServer() binds to a numeric address, not to ${host}`);
    if (options.server !== undefined && certificate !== undefined)
      throw new TypeError('The certificate of a shared server is its own matter');
    this.protocol = secure ? 'WSS' : 'WS';
    this.#isSecure = secure;
    this.#options = options;
    this.#host = host;
    this.#limits = { ...connectionLimits, ...options.limits };
    this.#ping = { ...pingTimes, ...options.ping };
    this.#trusted = trusted;
    this.#clock = clock;
    this.#log = options.log ?? silentLogger;
    this.#connections = new Connections(this.#limits, trusted);
    const own = options.server === undefined ? this.#newOwn(certificate) : undefined;
    this.#own = own;
    this.#server = own?.http ?? options.server;
  }

  get local(): Address | undefined {
    return this.#local;
  }

  get connections(): number {
    return this.#connections.size;
  }

  async listen(listener: FlowListener): Promise<void> {
    if (this.#listener !== undefined) throw new TypeError('This transport listens already');
    this.#listener = listener;
    try {
      this.#local = await this.#bind();
    } catch (error) {
      this.#listener = undefined;
      throw error;
    }
    this.#server?.on('upgrade', this.#upgrade);
  }

  /** Only a client opens a WebSocket, so the flow is an existing one or none. */
  flowTo(remote: Address): Flow {
    const known = this.#connections.find(remote, ({ open }) => open);
    if (known !== undefined) return known;
    const local = this.#local ?? { host: this.#host, port: 0 };
    return new UnreachableFlow(
      { protocol: this.protocol, local, remote },
      new Error('The WebSocket client is not connected'),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  renew(certificate: TlsCertificate): void {
    this.#own?.renew(certificate);
  }

  #newOwn(certificate: TlsCertificate | undefined): OwnHttp {
    return new OwnHttp({
      certificate,
      clock: this.#clock,
      handshake: this.#limits.handshake,
      exchange: this.#limits.exchange,
      requests: this.#options.requests,
      reserve: (host, abort) => {
        if (this.#closing === undefined && this.#connections.mayAccept(host))
          return this.#connections.reserve(host, abort);
        this.counters.refused += 1;
        return undefined;
      },
      unready: () => {
        this.counters.unready += 1;
      },
      acceptFailed: (error) => noteAcceptError(this.counters, this.#log, error),
    });
  }

  async #bind(): Promise<Address> {
    const { server, port = 0, advertisedHost } = this.#options;
    const bound = await (server === undefined
      ? this.#own?.listen({ host: this.#host, port })
      : boundAddress(server));
    if (bound === undefined) throw new TypeError('The HTTP server has no address');
    return { host: advertisedHost ?? localHost(bound.host), port: bound.port };
  }

  #take(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { path, origins, withoutOrigin, hosts } = this.#options;
    if (path !== undefined && pathOf(request.url) !== path) {
      if (this.#own !== undefined) refuse(stream, 404, 'Not Found');
      return;
    }
    const remote = remoteOf(request.socket);
    const rules = { secure: this.#isSecure, origins, withoutOrigin, hosts };
    const refusal = judgeHandshake(request, rules);
    if (refusal !== undefined) {
      this.counters.refused += 1;
      refuse(stream, refusal.status, refusal.reason);
    } else if (remote === undefined || !this.#mayTake(remote.host)) {
      this.counters.refused += 1;
      refuse(stream, 503, 'Service Unavailable');
    } else {
      this.#sockets.handleUpgrade(request, stream, head, (socket) => {
        this.#own?.admitted(request);
        this.#accept(socket, request.socket, remote);
      });
    }
  }

  // A server of its own has counted the connection already.
  #mayTake(host: string): boolean {
    return this.#own !== undefined || this.#connections.mayAccept(host);
  }

  #accept(socket: WebSocket, stream: Socket, remote: Address): void {
    this.counters.accepted += 1;
    const local = localOf(stream);
    const id = flowId(this.protocol, local, remote);
    const flow = new WebSocketFlow(
      { socket, accepted: true, id, local, remote },
      {
        protocol: this.protocol,
        clock: this.#clock,
        limits: this.#limits,
        ping: this.#ping,
        trusted: this.#trusted,
        listener: () => (this.#closing === undefined ? this.#listener : undefined),
        gone: (gone) => this.#connections.remove(gone),
      },
    );
    this.#connections.add(flow);
    flow.begin();
  }

  async #close(): Promise<void> {
    this.#server?.off('upgrade', this.#upgrade);
    const stopped = this.#own?.close();
    await this.#connections.close();
    await stopped;
    this.#listener = undefined;
  }
}

/** The address of a shared server, once its owner has bound it. */
async function boundAddress(server: Server | HttpsServer): Promise<Address | undefined> {
  if (!server.listening) await once(server, 'listening');
  const bound = server.address();
  return bound === null || typeof bound === 'string'
    ? undefined
    : { host: bound.address, port: bound.port };
}

function refuse(stream: Duplex, status: number, reason: string): void {
  stream.on('error', () => {});
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function pathOf(url: string | undefined): string {
  return (url ?? '/').split('?')[0] ?? '/';
}
