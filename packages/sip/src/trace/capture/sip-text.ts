// Tells SIP from everything else by its start line (RFC 3261 §7), whatever the port.
import { latin1Bytes } from '../../base/bytes.ts';
import { mayBeginMessage } from '../../transport/framing.ts';

/** A longer start line is none. */
export const startLineLimit = 8192;

const LF = 10;
const CR = 13;
const space = 32;

/** Where the start line begins in what stands from `start` to `end`: behind empty lines, which are keep-alives (RFC 3261 §7.5). */
export function behindEmptyLines(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF)) at += 1;
  return at;
}

/**
 * Whether a request line or a status line begins at `start`: `yes`, `no`, or `cut` when the bytes end before that can be known.
 * Any version will do: a wrong one is a finding, and no reason not to look.
 */
export function startLineAt(bytes: Uint8Array, start: number, end: number): 'yes' | 'no' | 'cut' {
  // Of a status line; in a Via a slash follows.
  if (isVersion(bytes, start, end) && bytes[start + 7] !== 0x2f) return 'yes';
  const stop = Math.min(end, start + startLineLimit);
  let at = start;
  while (at < stop && mayBeginMessage(bytes[at])) at += 1;
  if (at === stop) return at === end && at - start < 64 ? 'cut' : 'no';
  if (at === start || bytes[at] !== space) return 'no';
  for (; at < stop && bytes[at] !== LF; at += 1) {
    if (bytes[at] === space && isVersion(bytes, at + 1, stop)) return 'yes';
  }
  return at === end ? 'cut' : 'no';
}

/** `SIP/` and a digit, in any letter case. */
function isVersion(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 5 > end) return false;
  const digit = bytes[at + 4] ?? 0;
  return (
    bytes[at + 3] === 0x2f &&
    digit >= 0x30 &&
    digit <= 0x39 &&
    isLetter(bytes[at], 0x73) &&
    isLetter(bytes[at + 1], 0x69) &&
    isLetter(bytes[at + 2], 0x70)
  );
}

function isLetter(byte: number | undefined, lowerCase: number): boolean {
  return byte !== undefined && (byte | 0x20) === lowerCase;
}

/** Whether what was cut before the version was a request all the same: a method in capitals, then a URI that calls. */
export function isCutRequest(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] !== space) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x41 || byte > 0x5a) return false;
    at += 1;
  }
  return at > start && isScheme(bytes, at + 1, end);
}

function isScheme(bytes: Uint8Array, at: number, end: number): boolean {
  return schemes.some(
    (scheme) =>
      at + scheme.length <= end &&
      // Letters in any case; the colon has that bit already.
      scheme.every((letter, index) => ((bytes[at + index] ?? 0) | 0x20) === letter),
  );
}

const schemes: readonly Uint8Array[] = ['sip:', 'sips:', 'tel:'].map(latin1Bytes);
