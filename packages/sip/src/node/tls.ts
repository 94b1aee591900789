// SIP over TLS (RFC 3261 §26.3.1): TCP whose far end has shown whose it is (RFC 5922) before the first byte of SIP.
import type { TlsCertificate } from './certificate.ts';
import { SecureStreams } from './secure-streams.ts';
import { NodeStreams } from './stream-transport.ts';
import type { StreamOptions, StreamTransport } from './stream-transport.ts';

/** How a TLS transport is made. */
export interface TlsOptions extends StreamOptions {
  /** Ours: a listener must have one, and a client shows it when it is asked. */
  readonly certificate?: TlsCertificate | undefined;
  /** The authorities to trust, as PEM, in place of the system's. With them clients are asked for a certificate, too. */
  readonly ca?: string | undefined;
}

/** A TLS transport with what the network edge knows beyond the port. */
export interface TlsTransport extends StreamTransport {
  /** Uses `certificate` for connections from now on; those that stand go on. */
  renew(certificate: TlsCertificate): void;
}

/**
 * A TLS listener, and the connections made through it, as a transport. A connection that we open is closed before any
 * SIP is sent unless its certificate is valid and names the domain that was asked for (RFC 5922 §7.3).
 */
export function tls(options: TlsOptions = {}): TlsTransport {
  if (options.accept !== false && options.certificate === undefined)
    throw new TypeError('tls() needs a certificate to accept connections');
  return new NodeTls(new SecureStreams(options), options);
}

class NodeTls extends NodeStreams implements TlsTransport {
  readonly #secure: SecureStreams;

  constructor(secure: SecureStreams, options: TlsOptions) {
    super(secure, options);
    this.#secure = secure;
  }

  renew(certificate: TlsCertificate): void {
    this.#secure.renew(certificate);
  }
}
