// SIP over WebSocket, the client's side, for Node.js (RFC 7118): one connection, to one URL, that is made anew when it is gone.
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { canonicalHost } from '../transport/address.ts';
import type { Address, Flow, FlowListener } from '../transport/port.ts';
import type { Resolver } from '../transport/resolver.ts';
import { UnreachableFlow } from '../transport/unreachable.ts';
import { Connections } from './connections.ts';
import { connectionLimits } from './guard.ts';
import type { ConnectionLimits } from './guard.ts';
import { identityProblem } from './identity.ts';
import { lookupWith, nodeResolver } from './resolver.ts';
import { localOf, remoteOf } from './stream-flow.ts';
import { secureSettings } from './secure-streams.ts';
import { newCounters } from './stream-transport.ts';
import type { ConnectionCounters } from './stream-transport.ts';
import { pingTimes, WebSocketFlow, webSocketLimits } from './web-socket-flow.ts';
import type { PingTimes } from './web-socket-flow.ts';
import type { WebSocketTransport } from './web-socket-server.ts';

/** How a WebSocket client is made. */
export interface WebSocketClientOptions {
  /** `wss://edge.example.com`, `ws://127.0.0.1:8088/sip`. */
  readonly url: string;
  readonly origin?: string | undefined;
  /** Further headers of the handshake, such as Authorization. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The authorities to trust, as PEM, in place of the system's; for `wss:`. */
  readonly ca?: string | undefined;
  readonly resolver?: Resolver | undefined;
  readonly limits?: Partial<ConnectionLimits> | undefined;
  readonly ping?: Partial<PingTimes> | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * A transport that reaches one server. Whatever address `flowTo` is given, the flow is the connection to the URL, since
 * a WebSocket client has no other way out.
 */
export function webSocketClient(options: WebSocketClientOptions): WebSocketTransport {
  return new NodeWebSocketClient(options);
}

class NodeWebSocketClient implements WebSocketTransport {
  readonly protocol: 'WS' | 'WSS';
  readonly local = undefined;
  readonly counters: ConnectionCounters = newCounters();
  readonly #options: WebSocketClientOptions;
  readonly #url: URL;
  readonly #limits: ConnectionLimits;
  readonly #clock: Clock;
  readonly #resolver: Resolver;
  readonly #connections: Connections<WebSocketFlow>;
  #flow: WebSocketFlow | undefined;
  #listener: FlowListener | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WebSocketClientOptions) {
    this.#url = new URL(options.url);
    if (this.#url.protocol !== 'ws:' && this.#url.protocol !== 'wss:') {
      throw new TypeError(`webSocketClient() takes a ws: or wss: URL, not ${options.url}`);
    }
    this.protocol = this.#url.protocol === 'wss:' ? 'WSS' : 'WS';
    this.#options = options;
    this.#limits = { ...connectionLimits, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#resolver = options.resolver ?? nodeResolver();
    this.#connections = new Connections(this.#limits, () => true);
  }

  get connections(): number {
    return this.#connections.size;
  }

  listen(listener: FlowListener): Promise<void> {
    if (this.#listener !== undefined) throw new TypeError('This transport listens already');
    this.#listener = listener;
    return Promise.resolve();
  }

  flowTo(_remote: Address): Flow {
    if (this.#flow?.open === true) return this.#flow;
    if (this.#listener === undefined || this.#closing !== undefined) {
      const nowhere = { protocol: this.protocol, local: unknown, remote: this.#remote() };
      return new UnreachableFlow(nowhere, new Error('The WebSocket transport is not open'));
    }
    this.#flow = this.#open();
    return this.#flow;
  }

  close(): Promise<void> {
    this.#closing ??= this.#connections.close();
    return this.#closing;
  }

  // A WebSocket is named as HTTPS has it (RFC 7118 §4); Node.js 22 looks for an IPv6 address among the names. What is
  // handed on to node:tls is an `object` here, since ws has another type for it.
  #judge(): object {
    const host = canonicalHost(this.#url.hostname);
    const judge: ConnectionOptions = {
      checkServerIdentity: (name, certificate) =>
        isIP(host) === 0
          ? checkServerIdentity(name, certificate)
          : identityProblem(certificate, host),
    };
    return judge;
  }

  #open(): WebSocketFlow {
    this.counters.opened += 1;
    const { origin, headers, ca } = this.#options;
    // ws hands what it does not know to node:http, which takes `lookup`.
    const options: ClientOptions & { readonly lookup: LookupFunction } = {
      ...webSocketLimits,
      ...secureSettings,
      ...(ca === undefined ? {} : { ca }),
      ...this.#judge(),
      handshakeTimeout: this.#limits.connect,
      lookup: lookupWith(this.#resolver),
      ...(origin === undefined ? {} : { origin }),
      ...(headers === undefined ? {} : { headers }),
    };
    const socket = new WebSocket(this.#url, ['sip'], options);
    const remote = this.#remote();
    const id = `${this.protocol.toLowerCase()} #${this.counters.opened} ${this.#url.host}`;
    const flow = new WebSocketFlow(
      { socket, accepted: false, id, local: unknown, remote },
      {
        protocol: this.protocol,
        clock: this.#clock,
        limits: this.#limits,
        ping: { ...pingTimes, ...this.#options.ping },
        trusted: () => true,
        listener: () => (this.#closing === undefined ? this.#listener : undefined),
        gone: (gone) => this.#connections.remove(gone),
      },
    );
    socket.once('upgrade', (response) =>
      flow.reached(localOf(response.socket), remoteOf(response.socket) ?? remote),
    );
    this.#connections.add(flow);
    return flow;
  }

  /** Where the URL points; a name until the connection is there. */
  #remote(): Address {
    const { hostname, port } = this.#url;
    return {
      host: canonicalHost(hostname),
      port: port === '' ? (this.protocol === 'WSS' ? 443 : 80) : Number(port),
    };
  }
}

const unknown: Address = { host: '0.0.0.0', port: 0 };
