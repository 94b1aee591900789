// SIP over TCP on node:net (RFC 3261 §18): one listening socket, and connections that both sides use.
import { connect, createServer, isIP } from 'node:net';
import type { Server, Socket } from 'node:net';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import type { Logger } from '../base/log.ts';
import { canonicalHost, isWildcard } from '../transport/address.ts';
import type { Address, Flow, FlowListener, Transport } from '../transport/port.ts';
import { UnreachableFlow } from '../transport/unreachable.ts';
import { Connections, trustLoopback } from './connections.ts';
import { connectionLimits } from './guard.ts';
import type { ConnectionLimits } from './guard.ts';
import { localHost } from './local-address.ts';
import { remoteOf, StreamFlow } from './stream-flow.ts';

/** How a TCP transport is made. */
export interface TcpOptions {
  /** A numeric address of this machine; all IPv4 addresses unless said. An IPv6 socket carries IPv6 only. */
  readonly host?: string | undefined;
  /** 0, or nothing, for any free port. */
  readonly port?: number | undefined;
  /** False for a client that only opens connections. */
  readonly accept?: boolean | undefined;
  /** The host that goes into Via when it is not the bound one. */
  readonly advertisedHost?: string | undefined;
  readonly limits?: Partial<ConnectionLimits> | undefined;
  /** Addresses that the limits per source and of idleness spare; loopback unless said. */
  readonly trusted?: ((host: string) => boolean) | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
}

/** What a TCP or WebSocket transport counted. */
export interface ConnectionCounters {
  accepted: number;
  opened: number;
  /** Connections closed at once because a limit was reached. */
  refused: number;
  acceptErrors: number;
}

/** A TCP transport with what the network edge knows beyond the port. */
export interface TcpTransport extends Transport {
  readonly counters: Readonly<ConnectionCounters>;
  /** Connections that are open or being opened. */
  readonly connections: number;
}

/** A TCP listener, and the connections made through it, as a transport. */
export function tcp(options: TcpOptions = {}): TcpTransport {
  return new NodeTcp(options);
}

/** Probing starts after this silence; Node.js then probes each second and gives up after ten: a dead peer is known within 40 s. */
const keepAliveDelay = 30_000;

class NodeTcp implements TcpTransport {
  readonly protocol = 'TCP';
  readonly counters: ConnectionCounters = { accepted: 0, opened: 0, refused: 0, acceptErrors: 0 };
  readonly #options: TcpOptions;
  readonly #host: string;
  readonly #limits: ConnectionLimits;
  readonly #trusted: (host: string) => boolean;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #connections: Connections<StreamFlow>;
  #server: Server | undefined;
  #listener: FlowListener | undefined;
  #local: Address | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: TcpOptions) {
    const {
      host = '0.0.0.0',
      trusted = trustLoopback,
      clock = systemClock,
      log = silentLogger,
    } = options;
    if (isIP(host) === 0) throw new TypeError(`tcp() binds to a numeric address, not to ${host}`);
    this.#options = options;
    this.#host = host;
    this.#limits = { ...connectionLimits, ...options.limits };
    this.#trusted = trusted;
    this.#clock = clock;
    this.#log = log;
    this.#connections = new Connections(this.#limits, trusted);
  }

  get local(): Address | undefined {
    return this.#local;
  }

  get connections(): number {
    return this.#connections.size;
  }

  listen(listener: FlowListener): Promise<void> {
    if (this.#listener !== undefined) throw new TypeError('This transport listens already');
    this.#listener = listener;
    return this.#options.accept === false ? Promise.resolve() : this.#bind();
  }

  flowTo(remote: Address): Flow {
    const known = this.#connections.find(remote);
    if (known?.open === true) return known;
    return this.#open({ host: canonicalHost(remote.host), port: remote.port });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #bind(): Promise<void> {
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
    });
    this.#server = server;
    server.on('connection', (socket) => this.#accept(socket));
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => {
        this.#server = undefined;
        this.#listener = undefined;
        reject(error);
      };
      server.once('error', refuse);
      server.listen(
        {
          host: this.#host,
          port: this.#options.port ?? 0,
          ipv6Only: isIP(this.#host) === 6,
          exclusive: true,
          backlog: 1024,
        },
        () => {
          server.off('error', refuse);
          server.on('error', (error) => this.#acceptFailed(error));
          this.#local = this.#boundAddress(server);
          resolve();
        },
      );
    });
  }

  #boundAddress(server: Server): Address {
    const bound = server.address();
    if (bound === null || typeof bound === 'string')
      throw new TypeError('The TCP listener has no address');
    return { host: this.#options.advertisedHost ?? localHost(bound.address), port: bound.port };
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {});
    const remote = remoteOf(socket);
    if (
      remote === undefined ||
      this.#closing !== undefined ||
      !this.#connections.mayAccept(remote.host)
    ) {
      this.counters.refused += 1;
      socket.resetAndDestroy();
      return;
    }
    this.counters.accepted += 1;
    const flow = this.#flow(socket, true, remote);
    this.#connections.add(flow);
    flow.begin();
  }

  /** Mostly EMFILE: Node.js drops that one connection and goes on, and so do we; the others are unharmed. */
  #acceptFailed(error: Error): void {
    this.counters.acceptErrors += 1;
    const { acceptErrors } = this.counters;
    if (acceptErrors === 1 || acceptErrors % 1000 === 0) {
      this.#log.error('A connection could not be accepted', {
        error: String(error),
        times: acceptErrors,
      });
    }
  }

  #open(remote: Address): Flow {
    const local = this.#local ?? { host: this.#host, port: 0 };
    const refusal = this.#refusal(remote);
    if (refusal !== undefined)
      return new UnreachableFlow({ protocol: 'TCP', local, remote }, refusal);
    this.counters.opened += 1;
    const socket = connect({
      host: remote.host,
      port: remote.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
      autoSelectFamily: false,
      ...(isWildcard(this.#host) ? {} : { localAddress: this.#host }),
    });
    const flow = this.#flow(socket, false, remote);
    this.#connections.add(flow);
    return flow;
  }

  #refusal({ host, port }: Address): Error | undefined {
    if (this.#listener === undefined || this.#closing !== undefined)
      return new Error('The TCP transport is not open');
    if (isIP(host) === 0) return new Error(`${host} is not a numeric address`);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      return new Error(`${port} is not a port`);
    if (this.#connections.size >= this.#limits.total)
      return new Error('There are too many connections');
    return undefined;
  }

  #flow(socket: Socket, accepted: boolean, remote: Address): StreamFlow {
    const number = this.counters.opened;
    return new StreamFlow(
      { socket, accepted, remote, number },
      {
        protocol: 'TCP',
        clock: this.#clock,
        limits: this.#limits,
        trusted: this.#trusted,
        listener: () => (this.#closing === undefined ? this.#listener : undefined),
        gone: (gone) => this.#connections.remove(gone),
      },
    );
  }

  async #close(): Promise<void> {
    const server = this.#server;
    const stopped =
      server === undefined
        ? Promise.resolve()
        : new Promise<void>((resolve) => server.close(() => resolve()));
    await this.#connections.close();
    await stopped;
    this.#listener = undefined;
  }
}
