// Our own certificate: read from files, and looked at before it is used, so that what is wrong is said in plain words.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { SipError } from '../message/errors.ts';
import { covers, namesOf } from './identity.ts';

/** A certificate, with those that lead to its authority, and its private key; both PEM. */
export interface TlsCertificate {
  readonly cert: string;
  readonly key: string;
  /** The end of its validity, in milliseconds since 1970. */
  readonly expires: number;
  /** True when it names `host`, a domain or an address (RFC 5922 §7.1). */
  readonly covers: (host: string) => boolean;
}

/** Where a certificate is kept. */
export interface CertificateFiles {
  /** The certificate, and after it those that lead to its authority, as PEM. */
  readonly cert: string;
  /** Its private key, as PEM. */
  readonly key: string;
}

/** Reads a certificate; rejects with SIP_CERTIFICATE when it cannot be used, or with the error of the file. */
export async function readCertificate(files: CertificateFiles): Promise<TlsCertificate> {
  const [cert, key] = await Promise.all([
    readFile(files.cert, 'utf8'),
    readFile(files.key, 'utf8'),
  ]);
  return checkedCertificate({ cert, key }, files);
}

/** The certificate, when certificate and key are whole and belong together. `names` are for the words of its errors. */
export function checkedCertificate(
  { cert, key }: { readonly cert: string; readonly key: string },
  names: CertificateFiles = { cert: 'The certificate', key: 'the key' },
): TlsCertificate {
  const first = certificateIn(cert, names.cert);
  if (!first.checkPrivateKey(keyIn(key, names.key)))
    throw wrong(`The key in ${names.key} is not that of the certificate in ${names.cert}`);
  try {
    // Whatever else OpenSSL minds, such as a key that is too short.
    createSecureContext({ cert, key });
  } catch (cause) {
    throw wrong(`${names.cert} cannot be used for TLS`, cause);
  }
  const identities = namesOf({
    subjectaltname: first.subjectAltName,
    subject: first.toLegacyObject().subject,
  });
  return {
    cert,
    key,
    expires: Date.parse(first.validTo),
    covers: (host) => covers(identities, host),
  };
}

function certificateIn(pem: string, name: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw wrong(`${name} holds no certificate in PEM form`, cause);
  }
}

function keyIn(pem: string, name: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const why = /ENCRYPTED/.test(pem)
      ? 'a key under a password, which cannot be asked for'
      : 'no private key in PEM form';
    throw wrong(`${name} holds ${why}`, cause);
  }
}

function wrong(message: string, cause?: unknown): SipError {
  return new SipError('SIP_CERTIFICATE', { message, cause });
}
