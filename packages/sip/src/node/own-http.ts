// An HTTP or HTTPS server for WebSockets, and for pages beside them: connections counted from the first packet, short times for
// all that a client does, and an end that waits for nobody.
import { createServer as createHttp } from 'node:http';
import type {
  IncomingMessage,
  RequestListener,
  Server as HttpServer,
  ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Server as HttpsServer } from 'node:https';
import { createServer, isIP } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { Address } from '../transport/port.ts';
import { Admission } from './admission.ts';
import { awaitHello } from './client-hello.ts';
import type { TlsCertificate } from './certificate.ts';
import { remoteOf } from './stream-flow.ts';
import { secureSettings } from './secure-streams.ts';

/** What an own HTTP server needs of its transport. */
export interface OwnHttpOptions {
  /** With one it is an HTTPS server. */
  readonly certificate: TlsCertificate | undefined;
  readonly clock: Clock;
  /** How long a handshake may take, TLS and WebSocket together, in milliseconds; and a client to say its next request. */
  readonly handshake: number;
  /** How long a request and its response may take, in milliseconds. */
  readonly exchange: number;
  /** Answers requests that are no handshakes; each with 426 unless said. */
  readonly requests: RequestListener | undefined;
  /** The place of a new connection from `host`, given back by the result; undefined when there is none left. */
  readonly reserve: (host: string, abort: () => void) => (() => void) | undefined;
  readonly unready: () => void;
  readonly acceptFailed: (error: Error) => void;
}

/** A listener whose sockets are WebSockets soon, or ask for something, or are gone. */
export class OwnHttp {
  /** Emits `upgrade`. */
  readonly http: HttpServer | HttpsServer;
  readonly #options: OwnHttpOptions;
  readonly #secure: HttpsServer | undefined;
  readonly #listener: Server;
  readonly #admissions = new Map<string, Admission>();

  constructor(options: OwnHttpOptions) {
    this.#options = options;
    const { certificate, requests = upgradeRequired } = options;
    const answer: RequestListener = (request, response) => {
      this.#serving(request, response);
      requests(request, response);
    };
    this.#secure = certificate === undefined ? undefined : newHttps(certificate, answer);
    this.http = this.#secure ?? createHttp(slowest, answer);
    this.#listener = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Uses `certificate` for connections from now on. */
  renew({ cert, key }: TlsCertificate): void {
    this.#secure?.setSecureContext({ ...secureSettings, cert, key });
  }

  /** Resolves with the address once it is bound. */
  listen({ host, port }: Address): Promise<Address> {
    const listener = this.#listener;
    return new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen({ host, port, ipv6Only: isIP(host) === 6, exclusive: true }, () => {
        listener.off('error', reject);
        listener.on('error', this.#options.acceptFailed);
        const bound = listener.address();
        if (bound === null || typeof bound === 'string')
          reject(new TypeError('The listener has no address'));
        else resolve({ host: bound.address, port: bound.port });
      });
    });
  }

  /** The handshake of this request is done, and its socket is counted as a connection from now on. */
  admitted({ socket }: IncomingMessage): void {
    this.#admissions.get(endsOf(socket))?.finish();
  }

  /** Accepts no more; resolves when the sockets are gone, which their owner ends. */
  close(): Promise<void> {
    if (!this.#listener.listening) return Promise.resolve();
    return new Promise((resolve) => this.#listener.close(() => resolve()));
  }

  // A socket that is kept for the next request has as long for it as it had for the first.
  #serving({ socket }: IncomingMessage, response: ServerResponse): void {
    const admission = this.#admissions.get(endsOf(socket));
    const { exchange, handshake } = this.#options;
    admission?.extend(exchange);
    response.once('close', () => admission?.extend(handshake));
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {});
    const remote = remoteOf(socket);
    const release =
      remote === undefined ? undefined : this.#options.reserve(remote.host, () => socket.destroy());
    if (release === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const name = endsOf(socket);
    const { clock, handshake, unready } = this.#options;
    const admission = new Admission(socket, {
      clock,
      milliseconds: handshake,
      release: () => {
        this.#admissions.delete(name);
        release();
      },
      failed: unready,
    });
    this.#admissions.set(name, admission);
    const begin = (): void => {
      this.http.emit('connection', socket);
    };
    if (this.#secure === undefined) begin();
    else awaitHello(socket, begin);
  }
}

// Node.js closes what is slower; ours is the shorter time, on our clock.
const slowest = { headersTimeout: 10_000, requestTimeout: 10_000, noDelay: true };

const upgradeRequired: RequestListener = (_request, response) => {
  response.writeHead(426, { connection: 'close', upgrade: 'websocket', 'content-length': 0 }).end();
};

function newHttps({ cert, key }: TlsCertificate, answer: RequestListener): HttpsServer {
  const server = createHttps({ ...slowest, ...secureSettings, cert, key }, answer);
  // The socket of a failed handshake is destroyed; its admission counts it.
  server.on('tlsClientError', () => {});
  return server;
}

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
