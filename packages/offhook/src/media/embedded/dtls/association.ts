// One DTLS association (RFC 5764), for now by werift's client and server below its peer connection.
import { createHash } from 'node:crypto';
import {
  DtlsClient,
  DtlsServer,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCDtlsTransport,
} from 'werift';
import type { RTCCertificate } from 'werift';

/** A certificate of ours with its key. */
export interface Certificate {
  readonly made: RTCCertificate;
  /** SHA-256 of it, in upper case with colons. */
  readonly fingerprint: string;
}

/** Keys for SRTP; each is the master key with the salt behind it. */
export interface DtlsKeys {
  readonly suite: string;
  readonly send: Uint8Array;
  readonly receive: Uint8Array;
}

/** What an association needs from around it. */
export interface DtlsOptions {
  readonly role: 'client' | 'server';
  readonly certificate: Certificate;
  /** Those of the peer's certificates, as its description says. */
  readonly fingerprints: readonly { readonly hash: string; readonly value: string }[];
  readonly send: (bytes: Uint8Array) => void;
  readonly connected: (keys: DtlsKeys) => void;
  readonly failed: (reason: string) => void;
}

/** Makes a certificate that nobody signed but itself. */
export async function newCertificate(): Promise<Certificate> {
  const made = await RTCDtlsTransport.SetupCertificate();
  const found = made.getFingerprints().find(({ algorithm }) => algorithm === 'sha-256');
  return { made, fingerprint: found?.value.toUpperCase() ?? '' };
}

/** One association; it begins with `start`. */
export class DtlsAssociation {
  readonly #options: DtlsOptions;
  readonly #socket: DtlsClient | DtlsServer;
  #started = false;

  constructor(options: DtlsOptions) {
    this.#options = options;
    const { certPem, privateKey, signatureHash } = options.certificate.made;
    const settings = {
      cert: certPem,
      key: privateKey,
      signatureHash,
      certificateRequest: true,
      srtpProfiles: [ProtectionProfileAes128CmHmacSha1_80],
      extendedMasterSecret: true,
      transport: {
        type: 'ice',
        address: { address: '', family: '', port: 0 },
        closed: false,
        onData: () => undefined,
        send: async (bytes: Buffer) => options.send(bytes),
        close: async () => undefined,
      },
    };
    this.#socket = options.role === 'client' ? new DtlsClient(settings) : new DtlsServer(settings);
    this.#socket.onConnect.once(() => this.#connected());
  }

  /** Begins, once there is a way to the peer. */
  start(): void {
    if (this.#started || !(this.#socket instanceof DtlsClient)) return;
    this.#started = true;
    this.#socket.connect().catch((error: unknown) => this.#options.failed(String(error)));
  }

  /** Takes a datagram of the peer. */
  received(bytes: Uint8Array): void {
    this.#socket.transport.socket.onData(Buffer.from(bytes), ['', 0]);
  }

  // RFC 5763 §5: no key is used before the certificate was found in the description.
  #connected(): void {
    const certificate = this.#socket.remoteCertificate;
    const isKnown = this.#options.fingerprints.some(
      ({ hash, value }) => certificate !== undefined && hashOf(certificate, hash) === value,
    );
    if (!isKnown) {
      this.#options.failed('The certificate is not the one of the description');
      return;
    }
    const { localKey, localSalt, remoteKey, remoteSalt } = this.#socket.extractSessionKeys(16, 14);
    this.#options.connected({
      suite: 'AES_CM_128_HMAC_SHA1_80',
      send: Buffer.concat([localKey, localSalt]),
      receive: Buffer.concat([remoteKey, remoteSalt]),
    });
  }
}

function hashOf(certificate: Uint8Array, hash: string): string {
  const hex = createHash(hash.replace('-', '')).update(certificate).digest('hex').toUpperCase();
  return hex.replaceAll(/(..)(?=.)/g, '$1:');
}
