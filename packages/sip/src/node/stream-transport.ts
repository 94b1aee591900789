// SIP over a stream (RFC 3261 §18): one listening socket, and connections that both sides use. TCP and TLS differ in how a socket gets ready.
import { createServer, isIP } from 'node:net';
import type { Server, Socket, TcpNetConnectOpts } from 'node:net';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import type { Logger } from '../base/log.ts';
import { canonicalHost, isWildcard } from '../transport/address.ts';
import type { Address, Flow, FlowListener, Remote, Transport } from '../transport/port.ts';
import { UnreachableFlow } from '../transport/unreachable.ts';
import { noteAcceptError } from './accept-errors.ts';
import { Admission } from './admission.ts';
import { Connections, trustLoopback } from './connections.ts';
import { connectionLimits } from './guard.ts';
import type { ConnectionLimits } from './guard.ts';
import { localHost } from './local-address.ts';
import { Unacknowledged } from './unacknowledged.ts';
import { remoteOf, StreamFlow } from './stream-flow.ts';
import type { Credentials } from './stream-flow.ts';

/** How a transport over streams is made. */
export interface StreamOptions {
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

/** What a transport with connections counted. */
export interface ConnectionCounters {
  accepted: number;
  opened: number;
  /** Connections closed at once because a limit was reached. */
  refused: number;
  /** Connections that did not finish their handshake, in time or at all. */
  unready: number;
  acceptErrors: number;
}

/** Counters that stand at zero. */
export function newCounters(): ConnectionCounters {
  return { accepted: 0, opened: 0, refused: 0, unready: 0, acceptErrors: 0 };
}

/** A transport over streams with what the network edge knows beyond the port. */
export interface StreamTransport extends Transport {
  readonly counters: Readonly<ConnectionCounters>;
  /** Connections that are open, being opened or being accepted. */
  readonly connections: number;
}

/** A socket that carries messages, or will once it is connected. */
export interface ReadySocket {
  readonly socket: Socket;
  /** Absent where nothing is proved, as with TCP: an address is all that is asked for. */
  readonly credentials?: Credentials | undefined;
}

/** How the sockets of one protocol get ready. */
export interface StreamKind {
  readonly protocol: 'TCP' | 'TLS';
  /** Makes an accepted socket ready, then or later. */
  welcome(socket: Socket, ready: (ready: ReadySocket) => void): void;
  connect(to: TcpNetConnectOpts, remote: Remote): ReadySocket;
}

/** Probing starts after this silence; Node.js then probes each second and gives up after ten: a dead peer is known within 40 s. */
const keepAlive = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 } as const;

/** A listener, and the connections made through it, as a transport of `kind`. */
export class NodeStreams implements StreamTransport {
  readonly protocol: 'TCP' | 'TLS';
  readonly counters: ConnectionCounters = newCounters();
  readonly #kind: StreamKind;
  readonly #options: StreamOptions;
  readonly #host: string;
  readonly #limits: ConnectionLimits;
  readonly #trusted: (host: string) => boolean;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #connections: Connections<StreamFlow>;
  readonly #watch: Unacknowledged;
  #server: Server | undefined;
  #listener: FlowListener | undefined;
  #local: Address | undefined;
  #closing: Promise<void> | undefined;

  constructor(kind: StreamKind, options: StreamOptions) {
    const {
      host = '0.0.0.0',
      trusted = trustLoopback,
      clock = systemClock,
      log = silentLogger,
    } = options;
    if (isIP(host) === 0)
      throw new TypeError(
        `${kind.protocol.toLowerCase()}() binds to a numeric address, not to ${host}`,
      );
    this.protocol = kind.protocol;
    this.#kind = kind;
    this.#options = options;
    this.#host = host;
    this.#limits = { ...connectionLimits, ...options.limits };
    this.#trusted = trusted;
    this.#clock = clock;
    this.#log = log;
    this.#connections = new Connections(this.#limits, trusted);
    this.#watch = new Unacknowledged({ clock, limit: this.#limits.unacknowledged });
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

  flowTo({ host, port, domain }: Remote): Flow {
    const remote = { host: canonicalHost(host), port };
    const known = this.#connections.find(
      remote,
      (flow) => flow.open && mayCarry(flow, { ...remote, domain }),
    );
    return known ?? this.#open({ ...remote, domain });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #bind(): Promise<void> {
    const server = createServer(keepAlive);
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
          // The others are unharmed. Without descriptors there is not even this: libuv closes what comes, and says nothing.
          server.on('error', (error) => noteAcceptError(this.counters, this.#log, error));
          this.#local = this.#boundAddress(server);
          resolve();
        },
      );
    });
  }

  #boundAddress(server: Server): Address {
    const bound = server.address();
    if (bound === null || typeof bound === 'string')
      throw new TypeError(`The ${this.protocol} listener has no address`);
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
    const admission = new Admission(socket, {
      clock: this.#clock,
      milliseconds: this.#limits.handshake,
      release: this.#connections.reserve(remote.host, () => socket.destroy()),
      failed: () => {
        this.counters.unready += 1;
      },
    });
    this.#kind.welcome(socket, (ready) => {
      if (admission.finish()) this.#accepted(ready, remote);
      else ready.socket.destroy();
    });
  }

  #accepted(ready: ReadySocket, remote: Address): void {
    this.counters.accepted += 1;
    const flow = this.#flow(ready, true, remote);
    this.#connections.add(flow);
    flow.begin();
  }

  #open(remote: Remote): Flow {
    const { protocol } = this;
    const local = this.#local ?? { host: this.#host, port: 0 };
    const refusal = this.#refusal(remote);
    if (refusal !== undefined) return new UnreachableFlow({ protocol, local, remote }, refusal);
    this.counters.opened += 1;
    const ready = this.#kind.connect(
      {
        ...keepAlive,
        host: remote.host,
        port: remote.port,
        autoSelectFamily: false,
        ...(isWildcard(this.#host) ? {} : { localAddress: this.#host }),
      },
      remote,
    );
    const flow = this.#flow(ready, false, remote);
    this.#connections.add(flow);
    return flow;
  }

  #refusal({ host, port }: Address): Error | undefined {
    if (this.#listener === undefined || this.#closing !== undefined)
      return new Error(`The ${this.protocol} transport is not open`);
    if (isIP(host) === 0) return new Error(`${host} is not a numeric address`);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      return new Error(`${port} is not a port`);
    if (this.#connections.size >= this.#limits.total)
      return new Error('There are too many connections');
    return undefined;
  }

  #flow(
    { socket, credentials }: ReadySocket,
    accepted: boolean,
    { host, port }: Address,
  ): StreamFlow {
    const number = this.counters.opened;
    return new StreamFlow(
      { socket, accepted, remote: { host, port }, number, credentials },
      {
        protocol: this.protocol,
        clock: this.#clock,
        limits: this.#limits,
        trusted: this.#trusted,
        listener: () => (this.#closing === undefined ? this.#listener : undefined),
        gone: (gone) => this.#connections.remove(gone),
        watch: this.#watch,
        aliased: (flow, aliasPort) => this.#connections.alias(flow, { host, port: aliasPort }),
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

// An address asks for whoever is there, and so for the connection that leads to this very port; a name, and a port that
// the connection serves by alias only, ask for who has proved to be it (RFC 5923 §8.2).
function mayCarry(flow: StreamFlow, { host, port, domain }: Remote): boolean {
  if (domain === undefined && flow.remote.port === port) return true;
  return flow.covers(domain ?? host);
}
