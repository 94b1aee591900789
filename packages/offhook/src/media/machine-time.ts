// The machine's time and chance, for the media threads only; all that can be tested on virtual time is given numbers instead.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';

/** Milliseconds on a clock that never jumps. */
export function monotonicNow(): number {
  return performance.now();
}

/** Milliseconds since 1970 when that clock was 0. */
export const monotonicEpoch: number = performance.timeOrigin;

/** An unpredictable number of `bits` bits, at most 32. */
export function randomNumber(bits: number): number {
  return randomBytes(4).readUInt32BE() >>> (32 - bits);
}

/** An unpredictable number from 0 up to, but without, 1. */
export function randomFraction(): number {
  return randomNumber(32) / 2 ** 32;
}

/** `length` unpredictable octets in hexadecimal. */
export function randomHex(length: number): string {
  return randomBytes(length).toString('hex');
}
