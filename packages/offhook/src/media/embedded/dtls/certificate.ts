// A certificate of our own that nobody signed but itself, and the peer's, known by its fingerprint (RFC 8122 §5, RFC 5280 §4.1).
import {
  createHash,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  X509Certificate,
  constants,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { alertOf, DtlsFault, joined } from './wire.ts';

/** A certificate of ours with its key. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly key: KeyObject;
  /** SHA-256 of it, in upper case with colons. */
  readonly fingerprint: string;
}

/** A hash of a certificate, as a description tells it. */
export interface CertificateHash {
  /** `sha-256`, `sha-384` or `sha-512`. */
  readonly hash: string;
  /** In upper case with colons. */
  readonly value: string;
}

const day = 86_400_000;

/** Makes a certificate of ECDSA on P-256 that is good for a year around `now`, in milliseconds since 1970. */
export function newCertificate(now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serial = randomBytes(16);
  // RFC 5280 §4.1.2.2: positive.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const name = der(0x30, der(0x31, der(0x30, oid(0x55, 4, 3), der(0x0c, text('offhook')))));
  const contents = der(
    0x30,
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, serial),
    signatureAlgorithm,
    name,
    der(0x30, time(now - day), time(now + 365 * day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', contents, privateKey);
  const whole = der(0x30, contents, signatureAlgorithm, der(0x03, Uint8Array.of(0), signature));
  return { der: whole, key: privateKey, fingerprint: hashOf(whole, 'sha-256') };
}

/** The key in the peer's certificate; fails unless one of the description's hashes is its own (RFC 5763 §5). */
export function provenKey(certificate: Uint8Array, known: readonly CertificateHash[]): KeyObject {
  const isKnown = known.some(({ hash, value }) => hashOf(certificate, hash) === value);
  if (!isKnown)
    throw new DtlsFault(
      alertOf.badCertificate,
      'The certificate of the peer is not the one of its description',
    );
  try {
    return new X509Certificate(certificate).publicKey;
  } catch (error) {
    throw new DtlsFault(
      alertOf.badCertificate,
      `The certificate of the peer is none: ${String(error)}`,
    );
  }
}

/** Whether `signature` over `content` was made by the holder of `key` in this way (RFC 5246 §4.7, RFC 8446 §4.2.3). */
export function isSignedBy(
  key: KeyObject,
  scheme: number,
  content: Uint8Array,
  signature: Uint8Array,
): boolean {
  const type = key.asymmetricKeyType;
  switch (scheme) {
    case 0x0403:
      return type === 'ec' && verify('sha256', content, key, signature);
    case 0x0503:
      return type === 'ec' && verify('sha384', content, key, signature);
    case 0x0401:
      return type === 'rsa' && verify('sha256', content, key, signature);
    case 0x0804: {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
      return type === 'rsa' && verify('sha256', content, { key, padding, saltLength }, signature);
    }
    default:
      return false;
  }
}

/** Of hashes that can be relied upon; SHA-1 and MD5 are none. */
const strongHashes: ReadonlyMap<string, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
]);

/** Whether certificates may be known by this hash. */
export function isStrongHash(hash: string): boolean {
  return strongHashes.has(hash);
}

function hashOf(certificate: Uint8Array, hash: string): string {
  const algorithm = strongHashes.get(hash);
  if (algorithm === undefined) return '';
  const hex = createHash(algorithm).update(certificate).digest('hex').toUpperCase();
  return hex.replaceAll(/(..)(?=.)/g, '$1:');
}

// RFC 5758 §3.2: ecdsa-with-SHA256.
const signatureAlgorithm = der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));

function oid(...parts: readonly number[]): Uint8Array {
  return der(0x06, Uint8Array.from(parts));
}

function text(value: string): Uint8Array {
  return Buffer.from(value, 'utf8');
}

const utc = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'UTC',
  dateStyle: 'short',
  timeStyle: 'medium',
});

// RFC 5280 §4.1.2.5: until 2049 with two digits of the year.
function time(milliseconds: number): Uint8Array {
  const digits = utc.format(milliseconds).replaceAll(/\D/g, '');
  return der(0x17, text(`${digits.slice(2)}Z`));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(parts);
  const { length } = body;
  const head =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return joined([Uint8Array.of(tag, ...head), body]);
}
