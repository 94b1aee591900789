// RSA as a server undoes it with its private key (RFC 8017 §5.1.2, §7.2.2), in whole numbers of any size: at once, and wherever the reader runs.
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { latin1 } from '../../base/bytes.ts';
import { u8 } from './octets.ts';

/** What a private key file holds, as it names them (RFC 8017 §3.2): two primes, their product, and what each undoes with. */
export interface RsaNumbers {
  readonly modulus: bigint;
  /** The one that everybody may know. */
  readonly publicExponent: bigint;
  readonly primes: readonly [bigint, bigint];
  readonly exponents: readonly [bigint, bigint];
  readonly coefficient: bigint;
}

/** Longer keys would take minutes. */
export const longestRsaKey = 8192;

/** The private key of a server; its numbers cannot be had from it. */
export class RsaPrivateKey {
  /** How long undoing once takes, in that of a key of 1024 bits. */
  readonly work: number;
  readonly #numbers: RsaNumbers;
  /** Octets of the modulus, and of all that is encrypted. */
  readonly #length: number;
  /** The modulus as it stands in certificates. */
  readonly #mark: string;

  private constructor(numbers: RsaNumbers, length: number) {
    this.#numbers = numbers;
    this.#length = length;
    this.#mark = latin1(octetsOf(numbers.modulus, length));
    this.work = Math.max(1, (length / 128) ** 3);
  }

  /** The key of these numbers; undefined when they do not fit each other. */
  static of(numbers: RsaNumbers): RsaPrivateKey | undefined {
    const { modulus, publicExponent, primes, exponents, coefficient } = numbers;
    const [p, q] = primes;
    const isRight =
      p > 2n &&
      q > 2n &&
      modulus === p * q &&
      exponents.every((exponent, at) => {
        const order = (primes[at] ?? 0n) - 1n;
        return exponent < order && (exponent * publicExponent) % order === 1n;
      }) &&
      (coefficient * q) % p === 1n;
    return isRight
      ? new RsaPrivateKey(numbers, Math.ceil(modulus.toString(16).length / 2))
      : undefined;
  }

  /** True when this certificate, or chain of them, is of this key. */
  isIn(certificate: Uint8Array): boolean {
    return latin1(certificate).includes(this.#mark);
  }

  /** RFC 8017 §7.2.2: what was encrypted for this key; undefined when that is not so. */
  decrypt(encrypted: Uint8Array): Uint8Array | undefined {
    const { modulus, primes, exponents, coefficient } = this.#numbers;
    const value = numberOf(encrypted);
    if (encrypted.length !== this.#length || value >= modulus) return undefined;
    const [p, q] = primes;
    // RFC 8017 §5.1.2, with a prime at a time.
    const one = power(value % p, exponents[0], p);
    const other = power(value % q, exponents[1], q);
    const difference = (((one - other) % p) + p) % p;
    const plain = octetsOf(other + q * ((difference * coefficient) % p), this.#length);
    const end = plain.indexOf(0, 2);
    const isPadded = u8(plain, 0) === 0 && u8(plain, 1) === 2 && end >= 10;
    return isPadded ? plain.subarray(end + 1) : undefined;
  }
}

/** The number that octets stand for, the highest first. */
export function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x0${bytesToHex(bytes)}`);
}

function octetsOf(value: bigint, length: number): Uint8Array {
  return hexToBytes(value.toString(16).padStart(2 * length, '0'));
}

/** `base` to the power of `exponent`, what remains of it by `modulus`: four bits of the exponent at a time. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n];
  for (let last = 1n; powers.length < 16;) {
    last = (last * base) % modulus;
    powers.push(last);
  }
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    for (let bit = 0; bit < 4; bit += 1) result = (result * result) % modulus;
    result = (result * (powers[Number.parseInt(digit, 16)] ?? 1n)) % modulus;
  }
  return result;
}
