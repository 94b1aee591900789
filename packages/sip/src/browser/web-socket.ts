// SIP over WebSocket in a page (RFC 7118): one connection, to one URL, that is made anew when it is gone and something is to be sent.
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import type { Address, Flow, FlowListener, Transport } from '../transport/port.ts';
import { UnreachableFlow } from '../transport/unreachable.ts';
import { PageFlow, unknownAddress } from './web-socket-flow.ts';

/** How a page reaches its server. */
export interface WebSocketOptions {
  /** `wss://edge.example.com`, `ws://127.0.0.1:8080/`. */
  readonly url: string;
  /** How long a connection may take to open, in milliseconds; 5 seconds unless said. */
  readonly connectMilliseconds?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * The transport of a page. Whatever address `flowTo` is given, the flow is the connection to the URL, since a page has no
 * other way out. Throws a TypeError when the URL is none of `ws:` or `wss:`.
 *
 * @example
 * const ua = new UserAgent({ account, transports: [webSocket('wss://example.com')], media: webRtc(), outbound: {} });
 */
export function webSocket(options: WebSocketOptions | string): PageTransport {
  return new PageTransport(typeof options === 'string' ? { url: options } : options);
}

/** A WebSocket of a page as a way for messages. */
export class PageTransport implements Transport {
  readonly protocol: 'WS' | 'WSS';
  /** A page cannot be connected to. */
  readonly local = undefined;
  readonly #url: URL;
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  #flow: PageFlow | undefined;
  #listener: FlowListener | undefined;
  #opened = 0;
  #closed = false;

  /** Made by `webSocket(…)`. */
  constructor(options: WebSocketOptions) {
    this.#url = new URL(options.url);
    if (this.#url.protocol !== 'ws:' && this.#url.protocol !== 'wss:')
      throw new TypeError(`webSocket() takes a ws: or wss: URL, not ${options.url}`);
    this.protocol = this.#url.protocol === 'wss:' ? 'WSS' : 'WS';
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  listen(listener: FlowListener): Promise<void> {
    if (this.#listener !== undefined) throw new TypeError('This transport listens already');
    this.#listener = listener;
    return Promise.resolve();
  }

  flowTo(_remote: Address): Flow {
    if (this.#flow?.open === true) return this.#flow;
    if (this.#listener === undefined || this.#closed)
      return this.#unreachable(new Error('The WebSocket transport is not open'));
    const socket = this.#connect();
    if (socket instanceof Error) return this.#unreachable(socket);
    this.#opened += 1;
    this.#flow = new PageFlow({
      socket,
      id: `${this.protocol.toLowerCase()} #${this.#opened} ${this.#url.host}`,
      protocol: this.protocol,
      remote: this.#remote,
      clock: this.#clock,
      connectMilliseconds: this.#options.connectMilliseconds ?? 5_000,
      listener: () => (this.#closed ? undefined : this.#listener),
    });
    return this.#flow;
  }

  drop(): void {
    this.#flow?.drop();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#flow?.close();
    return this.#flow?.gone ?? Promise.resolve();
  }

  // A page of https: may not open ws: to anywhere but this machine, and some browsers throw.
  #connect(): WebSocket | Error {
    try {
      return new WebSocket(this.#url, 'sip');
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #unreachable(reason: Error): Flow {
    const { protocol } = this;
    return new UnreachableFlow({ protocol, local: unknownAddress, remote: this.#remote }, reason);
  }

  // A name: pages are not told addresses.
  get #remote(): Address {
    const { hostname, port } = this.#url;
    const usual = this.protocol === 'WSS' ? 443 : 80;
    const host = hostname.replace(/^\[|\]$/g, '');
    return { host, port: port === '' ? usual : Number(port) };
  }
}
