// How sockets become TLS connections: what is demanded of the far end, and what is known of it afterwards (RFC 5922 §7.3, §7.4).
import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { PeerCertificate, SecureContextOptions, Server, TLSSocket } from 'node:tls';
import type { Remote } from '../transport/port.ts';
import type { TlsCertificate } from './certificate.ts';
import { awaitHello } from './client-hello.ts';
import { covers, identityProblem, namesOf } from './identity.ts';
import type { CertificateNames } from './identity.ts';
import type { ReadySocket, StreamKind } from './stream-transport.ts';

/** What every TLS connection of ours is held to: 1.2 or later, forward secrecy, ciphers that authenticate what they hide. */
export const secureSettings: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers:
    'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20',
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
};

/** What they are made with. */
export interface SecureOptions {
  readonly certificate?: TlsCertificate | undefined;
  readonly ca?: string | undefined;
  readonly accept?: boolean | undefined;
}

/** Streams with TLS on them. */
export class SecureStreams implements StreamKind {
  readonly protocol = 'TLS';
  readonly #ca: string | undefined;
  #certificate: TlsCertificate | undefined;
  readonly #server: Server | undefined;
  readonly #welcomed = new Map<string, (socket: TLSSocket) => void>();

  constructor({ certificate, ca, accept }: SecureOptions) {
    this.#ca = ca;
    this.#certificate = certificate;
    this.#server = accept === false ? undefined : this.#newServer();
  }

  /** Uses `certificate` for connections from now on. */
  renew(certificate: TlsCertificate): void {
    this.#certificate = certificate;
    this.#server?.setSecureContext(this.#settings());
  }

  welcome(socket: Socket, ready: (ready: ReadySocket) => void): void {
    const name = endsOf(socket);
    this.#welcomed.set(name, (secure) =>
      ready({ socket: secure, credentials: new ClientCredentials(secure) }),
    );
    socket.once('close', () => this.#welcomed.delete(name));
    awaitHello(socket, () => this.#server?.emit('connection', socket));
  }

  connect(to: TcpNetConnectOpts, { host, domain = host }: Remote): ReadySocket {
    const socket = connect({
      ...to,
      ...this.#settings(),
      // RFC 5922 §7.8: asks a server of several domains for the right certificate. An address may not stand there.
      servername: isIP(domain) === 0 ? domain : '',
      checkServerIdentity: (_name, certificate) => judged(certificate, domain),
    });
    return { socket, credentials: new ServerCredentials(socket, domain) };
  }

  #newServer(): Server {
    // RFC 5923 §9.2: a client is asked for its certificate; without a good one it is not authenticated, and nothing else.
    // Only where authorities were named: phones would ask their users for a certificate that none has.
    const server = createServer({
      ...this.#settings(),
      requestCert: this.#ca !== undefined,
      rejectUnauthorized: false,
    });
    server.on('secureConnection', (socket) => {
      const name = endsOf(socket);
      const ready = this.#welcomed.get(name);
      this.#welcomed.delete(name);
      if (ready === undefined) socket.destroy();
      else ready(socket);
    });
    return server;
  }

  #settings(): SecureContextOptions {
    return {
      ...secureSettings,
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
      ...(this.#certificate === undefined
        ? {}
        : { cert: this.#certificate.cert, key: this.#certificate.key }),
    };
  }
}

/** A server that has shown its certificate, or will before anything is sent to it. */
class ServerCredentials {
  readonly proved = false;
  readonly #socket: TLSSocket;
  readonly #wanted: string;
  #names: CertificateNames | undefined;

  constructor(socket: TLSSocket, wanted: string) {
    this.#socket = socket;
    this.#wanted = wanted;
    socket.once('secureConnect', () => {
      this.#names = namesOf(this.#socket.getPeerCertificate());
    });
  }

  covers(domain: string): boolean {
    return domain === this.#wanted || (this.#names !== undefined && covers(this.#names, domain));
  }
}

/** A client that may have shown a certificate. */
class ClientCredentials {
  readonly #names: CertificateNames;

  constructor(socket: TLSSocket) {
    // A resumed session counts as authorized though it shows no certificate: only names prove anything.
    this.#names = socket.authorized ? namesOf(socket.getPeerCertificate()) : nobody;
  }

  get proved(): boolean {
    return this.#names.domains.length > 0 || this.#names.addresses.length > 0;
  }

  covers(domain: string): boolean {
    return covers(this.#names, domain);
  }
}

const nobody: CertificateNames = { domains: [], addresses: [] };

// Node.js does not catch what this callback throws: a fault of ours would end the process instead of the connection.
function judged(certificate: PeerCertificate, domain: string): Error | undefined {
  try {
    return identityProblem(certificate, domain);
  } catch (cause) {
    return new Error('The certificate of the peer cannot be judged', { cause });
  }
}

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
