// Private keys as files have them: PEM (RFC 7468) around PKCS #8 (RFC 5208) or PKCS #1 (RFC 8017 appendix A.1.2).
import { bytesToHex } from '@noble/hashes/utils.js';
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { u8 } from './octets.ts';
import { longestRsaKey, numberOf, RsaPrivateKey } from './rsa-key.ts';

/** A key, or why there is none, in words. */
export type ReadPrivateKey = Result<RsaPrivateKey, string>;

const damaged = 'its private key is cut or damaged';
const encrypted =
  'its private key is encrypted: take its passphrase off with openssl pkey -in FILE -out plain.key, and delete that file afterwards';
const notRsa =
  'its private key is no RSA key, and only those tell what connections agreed on: take a key log (SSLKEYLOGFILE)';

/** A key of 8192 bits has 6,500 characters. */
const textLimit = 16_384;

/** Finds the private keys among lines of text. */
export class PemLines {
  #label: string | undefined;
  #text = '';
  #isEncrypted = false;

  /** Takes the next line; gives the key that ends with it. True when it is of a key that goes on. */
  line(line: string): ReadPrivateKey | boolean {
    const [, edge, label] = /^-----(BEGIN|END) ([A-Z ]{0,20}PRIVATE KEY)-----\s*$/.exec(line) ?? [];
    if (edge === 'BEGIN') {
      this.#clear(label);
      return true;
    }
    if (this.#label === undefined) return false;
    if (edge === 'END') {
      const read = this.#isEncrypted ? fail(encrypted) : readKey(this.#label, this.#text);
      this.#clear();
      return read;
    }
    // RFC 1421: before the key may stand how it is encrypted.
    if (/^[A-Za-z-]+: /.test(line)) this.#isEncrypted ||= line.includes('ENCRYPTED');
    else this.#text += line.trim();
    const isOf = /^[A-Za-z0-9+/=]*$/.test(line.trim()) || /^[A-Za-z-]+: /.test(line);
    if (isOf && this.#text.length <= textLimit) return true;
    this.#clear();
    return fail(damaged);
  }

  #clear(label?: string): void {
    this.#label = label;
    this.#text = '';
    this.#isEncrypted = false;
  }
}

/** RFC 8017 appendix A.1, as it stands in DER. */
const rsaEncryption = '2a864886f70d010101';
const tag = { integer: 2, octets: 4, name: 6, sequence: 0x30 } as const;

function readKey(label: string, text: string): ReadPrivateKey {
  const bytes = fromBase64(text);
  if (label === 'ENCRYPTED PRIVATE KEY') return fail(encrypted);
  if (label === 'RSA PRIVATE KEY') return rsaKey(bytes);
  if (label !== 'PRIVATE KEY') return fail(notRsa);
  const [version, algorithm, key] = within(bytes) ?? [];
  if (version?.tag !== tag.integer || algorithm === undefined || key?.tag !== tag.octets)
    return fail(damaged);
  const [name] = values(algorithm.content) ?? [];
  if (name?.tag !== tag.name) return fail(damaged);
  return bytesToHex(name.content) === rsaEncryption ? rsaKey(key.content) : fail(notRsa);
}

/** RFC 8017 appendix A.1.2. */
function rsaKey(bytes: Uint8Array): ReadPrivateKey {
  const parts = within(bytes) ?? [];
  if (parts.length < 9 || parts.slice(0, 9).some((part) => part.tag !== tag.integer))
    return fail(damaged);
  // A zero before the highest bit says that the number is not negative.
  if (parts.some(({ content }) => content.length > longestRsaKey / 8 + 1))
    return fail(`its private key is longer than ${longestRsaKey} bits`);
  const numbers = parts.map(({ content }) => numberOf(content));
  const [, modulus = 0n, publicExponent = 0n, , p = 0n, q = 0n, ...rest] = numbers;
  const [one = 0n, other = 0n, coefficient = 0n] = rest;
  const key = RsaPrivateKey.of({
    ...{ modulus, publicExponent, coefficient },
    ...{ primes: [p, q], exponents: [one, other] },
  });
  return key === undefined ? fail(damaged) : ok(key);
}

/** One value of DER (X.690 §8.1). */
interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** What a sequence holds; undefined when it is none, or cut. */
function within(bytes: Uint8Array): readonly DerValue[] | undefined {
  const [first] = values(bytes) ?? [];
  return first?.tag === tag.sequence ? values(first.content) : undefined;
}

/** Values one after another; undefined when one is cut. */
function values(bytes: Uint8Array): readonly DerValue[] | undefined {
  const found: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = u8(bytes, at + 1);
    let start = at + 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      length = Number(numberOf(bytes.subarray(start, start + octets)));
      start += octets;
    }
    if (start + length > bytes.length) return undefined;
    found.push({ tag: u8(bytes, at), content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648; takes nothing but its digits, and what fills them up. */
function fromBase64(text: string): Uint8Array {
  const plain = text.replaceAll('=', '');
  const bytes = new Uint8Array(Math.floor((plain.length * 3) / 4));
  let bits = 0;
  for (let at = 0; at < plain.length; at += 1) {
    bits = ((bits << 6) | digits.indexOf(plain.charAt(at))) & 0xff_ffff;
    const place = at % 4;
    if (place > 0) bytes[Math.floor((at * 3) / 4)] = bits >>> (6 - 2 * place);
  }
  return bytes;
}
