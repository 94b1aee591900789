// How the records of one direction are opened under one key: sealed as a whole (AEAD), or in chained blocks with a code beside them.
import { decryptCbc, opener } from './cipher.ts';
import { joined, putU16, putU32, u8 } from './octets.ts';
import { contentType } from './tls-record.ts';
import type { Opened, TlsRecord } from './tls-record.ts';
import { authenticated, macLength, nextSecret, trafficKeys } from './tls-secrets.ts';
import type { RecordKeys } from './tls-secrets.ts';
import type { Suite } from './tls-suite.ts';

/** One key of a direction. */
export interface Protection {
  /** True when a record tells what it carries only once it is open (TLS 1.3). */
  readonly hides: boolean;
  /** Opens the record with this number; undefined when it is not sealed so. */
  open(record: TlsRecord, number: number): Opened | undefined;
  /** The key that follows, in TLS 1.3: the one of the traffic after that of the handshake, the updated one after each. */
  next(): Protection | undefined;
}

/** TLS 1.3 (RFC 8446 §5.2): the secrets that are known in turn, and after the last one those that follow from it. */
export function protection13(
  suite: Suite,
  secrets: readonly (Uint8Array | undefined)[],
): Protection | undefined {
  const [secret, ...rest] = secrets.filter((one) => one !== undefined);
  if (secret === undefined) return undefined;
  const keys = trafficKeys(suite, secret);
  const open = opener(suite.sealing, keys.key);
  return {
    hides: true,
    open(record, number) {
      const plain = open(maskedNonce(keys.iv, number), record.header, record.fragment);
      return plain === undefined ? undefined : inner(plain);
    },
    next: () => protection13(suite, rest.length > 0 ? rest : [nextSecret(suite, secret)]),
  };
}

/** TLS before 1.3 (RFC 5246 §6.2.3). */
export function protection12(suite: Suite, keys: RecordKeys, encryptThenMac: boolean): Protection {
  const open =
    suite.sealing === 'AES-CBC' ? chained(suite, keys, encryptThenMac) : sealed(suite, keys);
  return {
    hides: false,
    open(record, number) {
      const bytes = open(record, number);
      return bytes === undefined ? undefined : { type: record.type, bytes };
    },
    next: () => undefined,
  };
}

/** Octets of a block of AES. */
const blockLength = 16;

type Open12 = (record: TlsRecord, number: number) => Uint8Array | undefined;

/** RFC 5288 §3, RFC 7905 §2. */
function sealed(suite: Suite, { key, iv }: RecordKeys): Open12 {
  const open = opener(suite.sealing, key);
  // With GCM the rest of the nonce stands before the text.
  const told = suite.sealing === 'AES-GCM' ? 8 : 0;
  return (record, number) => {
    const { fragment } = record;
    const length = fragment.length - told - 16;
    if (length < 0) return undefined;
    const nonce = told > 0 ? joined([iv, fragment.subarray(0, told)]) : maskedNonce(iv, number);
    return open(nonce, described(record, number, length), fragment.subarray(told));
  };
}

/** RFC 5246 §6.2.3.2, and RFC 7366 §3 when the code is over what is encrypted. */
function chained({ mac }: Suite, { key, iv, macKey }: RecordKeys, encryptThenMac: boolean): Open12 {
  const codeLength = macLength(mac);
  const isCode = (
    record: TlsRecord,
    number: number,
    text: Uint8Array,
    code: Uint8Array,
  ): boolean => {
    const right = authenticated(
      mac,
      macKey,
      joined([described(record, number, text.length), text]),
    );
    return right.length === code.length && right.every((byte, at) => byte === code[at]);
  };
  // RFC 2246 §6.2.3.2: in TLS 1.0 each record is chained to the one before; later ones tell what theirs is chained to.
  const explicit = iv.length > 0 ? 0 : blockLength;
  const chainOf = ({ fragment, before }: TlsRecord, number: number): Uint8Array => {
    if (explicit > 0) return fragment.subarray(0, explicit);
    if (number === 0) return iv;
    const end = Math.max(0, before.length - (encryptThenMac ? codeLength : 0));
    return before.subarray(Math.max(0, end - blockLength), end);
  };
  const decrypt = (record: TlsRecord, number: number, end: number): Uint8Array | undefined => {
    const chain = chainOf(record, number);
    if (end < explicit + blockLength || end % blockLength !== 0 || chain.length < blockLength)
      return undefined;
    return unpadded(decryptCbc(key, chain, record.fragment.subarray(explicit, end)));
  };
  if (encryptThenMac)
    return (record, number) => {
      const end = Math.max(0, record.fragment.length - codeLength);
      const { fragment } = record;
      return isCode(record, number, fragment.subarray(0, end), fragment.subarray(end))
        ? decrypt(record, number, end)
        : undefined;
    };
  return (record, number) => {
    const plain = decrypt(record, number, record.fragment.length);
    if (plain === undefined || plain.length < codeLength) return undefined;
    const end = plain.length - codeLength;
    const text = plain.subarray(0, end);
    return isCode(record, number, text, plain.subarray(end)) ? text : undefined;
  };
}

/** Each octet of padding is their number without the last one. */
function unpadded(plain: Uint8Array): Uint8Array | undefined {
  const padding = u8(plain, plain.length - 1);
  const end = plain.length - 1 - padding;
  if (end < 0) return undefined;
  for (let at = end; at < plain.length; at += 1) if (u8(plain, at) !== padding) return undefined;
  return plain.subarray(0, end);
}

/** RFC 5246 §6.2.3.3: what is authenticated beside the text. */
function described({ header }: TlsRecord, number: number, length: number): Uint8Array {
  const more = new Uint8Array(13);
  putNumber(more, 0, number);
  more.set(header.subarray(0, 3), 8);
  putU16(more, 11, length);
  return more;
}

/** RFC 8446 §5.3. */
function maskedNonce(iv: Uint8Array, number: number): Uint8Array {
  const nonce = new Uint8Array(12);
  putNumber(nonce, 4, number);
  return nonce.map((byte, at) => byte ^ u8(iv, at));
}

function putNumber(bytes: Uint8Array, at: number, number: number): void {
  putU32(bytes, at, Math.floor(number / 2 ** 32));
  putU32(bytes, at + 4, number >>> 0);
}

/** RFC 8446 §5.4: behind the content stand its type and zeros. */
function inner(plain: Uint8Array): Opened {
  let end = plain.length - 1;
  while (end > 0 && plain[end] === 0) end -= 1;
  const type = plain[end] ?? contentType.alert;
  return { type, bytes: plain.subarray(0, Math.max(0, end)) };
}
