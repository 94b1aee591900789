// TLS as the system serves it: its certificate found, what the ports need of it, and its renewal while it runs.
import type { Clock, Logger } from '@offhook/sip';
import type { CertificateFiles } from '@offhook/sip/node';
import { CertificateWatch, findCertificate } from './certificate.ts';
import type { CertificateWish, ServingCertificate } from './certificate.ts';
import { aliasesOf, isWildcard, ownAddresses } from './own-addresses.ts';
import type { Ports, Renew, SecureWish } from './ports.ts';

/** How TLS and WSS are served. */
export interface TlsWish {
  /** The port after that of SIP unless said; 0 for any. */
  readonly port: number | undefined;
  /** For HTTPS and WebSocket over TLS: the port after that of WebSocket unless said; 0 for any. */
  readonly httpsPort: number | undefined;
  /** The operator's certificate; without it the system makes one for itself. */
  readonly files: CertificateFiles | undefined;
  /** The authorities to trust, as PEM, in place of the system's. */
  readonly ca: string | undefined;
}

/** Where it can be reached by TLS, or why it cannot. */
export type ListeningTls =
  | {
      readonly kind: 'given' | 'self-signed';
      readonly port: number;
      readonly httpsPort: number;
      readonly certificateFile: string;
    }
  | { readonly kind: 'none'; readonly reason: string };

/** What TLS needs to know of the system. */
export interface TlsServiceOptions {
  readonly tls?: TlsWish;
  readonly host: string;
  readonly domain: string;
  readonly folder: string;
  readonly log: Logger;
}

/** The system's TLS, from its start to its end; one that is off where there is no certificate. */
export class TlsService {
  readonly #options: TlsServiceOptions;
  readonly #wish: CertificateWish;
  readonly #found: ServingCertificate;
  #watch: CertificateWatch | undefined;

  /** Finds the certificate, or makes it. Rejects when a given one cannot be used. */
  static async open(options: TlsServiceOptions, clock: Clock): Promise<TlsService> {
    const { tls, folder, host, domain, log } = options;
    const names = [domain.toLowerCase(), ...aliasesOf(host)].filter((name) => !isWildcard(name));
    const wish = { files: tls?.files, folder, names, clock, log };
    const found: ServingCertificate =
      tls === undefined
        ? { kind: 'none', reason: 'it was not asked for' }
        : await findCertificate(wish);
    return new TlsService(options, wish, found);
  }

  private constructor(
    options: TlsServiceOptions,
    wish: CertificateWish,
    found: ServingCertificate,
  ) {
    this.#options = options;
    this.#wish = wish;
    this.#found = found;
  }

  /** What the ports of TLS and WSS need; undefined when there are none. */
  get secure(): SecureWish | undefined {
    if (this.#found.kind === 'none') return undefined;
    const { tls } = this.#options;
    const { certificate } = this.#found;
    const advertisedHost = this.#advertisedHost(certificate.covers);
    return {
      tlsPort: tls?.port,
      httpsPort: tls?.httpsPort,
      certificate,
      ca: tls?.ca,
      advertisedHost,
    };
  }

  /** True when browsers trust the certificate, as far as can be told: the operator gave it. */
  get isTrusted(): boolean {
    return this.#found.kind === 'given';
  }

  /** Hands each new certificate to `renewed` from now on. */
  start(renewed: Renew): void {
    if (this.#found.kind === 'none') return;
    this.#watch = new CertificateWatch({ wish: this.#wish, serving: this.#found, renewed });
  }

  /** Where TLS is, now that the ports are bound. */
  listening({ tlsPort, httpsPort }: Ports): ListeningTls {
    const found = this.#found;
    if (found.kind === 'none') return found;
    return { kind: found.kind, port: tlsPort, httpsPort, certificateFile: found.files.cert };
  }

  /** Reads the certificate's files again. */
  async renew(): Promise<void> {
    await this.#watch?.renew();
  }

  close(): void {
    this.#watch?.close();
  }

  // RFC 5922 §7.5: what we write into Record-Route must be a name that our certificate has.
  #advertisedHost(covers: (host: string) => boolean): string | undefined {
    const { host, domain, log } = this.#options;
    const addresses = isWildcard(host) ? ownAddresses(host) : [host];
    if (addresses.every(covers)) return undefined;
    if (covers(domain)) return domain;
    log.warn(`The TLS certificate names neither ${domain} nor our address: clients may refuse it`);
    return undefined;
  }
}
