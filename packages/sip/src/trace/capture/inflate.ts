// DEFLATE (RFC 1951) undone, into no more octets than are allowed: what is captured may be made to fill the memory.
import { Inflate } from 'fflate';
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { joined, u16, u16Little, u32, u8 } from './octets.ts';

/** Why octets cannot be made out. */
export type InflateProblem = 'damaged' | 'too long';

/** So many octets are undone before what came of them is counted: at most a megabyte. */
const step = 1024;

/** What ends octets that end between two blocks (RFC 1951 §3.2.6): an empty last block. */
const lastBlock = Uint8Array.of(3, 0);

/**
 * Undoes DEFLATE until its last block, or to where the octets end between two blocks; no more than `limit` octets come out. What was
 * said `before` may be copied from.
 */
export function inflate(
  bytes: Uint8Array,
  limit: number,
  before: Uint8Array = new Uint8Array(0),
): Result<Uint8Array, InflateProblem> {
  // An empty block without compression ends what a WebSocket sends (RFC 7692 §7.2.1).
  const isFlushed = bytes.length === 0 || u32(bytes, bytes.length - 4) === 0xffff;
  const whole = isFlushed ? joined([bytes, lastBlock]) : bytes;
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflation = new Inflate({ dictionary: before }, (part) => {
    parts.push(part);
    length += part.length;
  });
  try {
    for (let at = 0; at < whole.length && length <= limit; at += step)
      inflation.push(whole.slice(at, at + step), at + step >= whole.length);
  } catch {
    return fail('damaged');
  }
  return length > limit ? fail('too long') : ok(joined(parts));
}

/** Undoes what stands behind a header of zlib (RFC 1950) or gzip (RFC 1952), or behind none. */
export function unpack(bytes: Uint8Array, limit: number): Result<Uint8Array, InflateProblem> {
  if (u16(bytes, 0) === 0x1f8b) return inflate(bytes.subarray(gzipHead(bytes)), limit);
  const isZlib = (u8(bytes, 0) & 15) === 8 && u16(bytes, 0) % 31 === 0;
  return inflate(isZlib ? bytes.subarray(2) : bytes, limit);
}

/** RFC 1952 §2.3: some fields are there when their flags are. */
function gzipHead(bytes: Uint8Array): number {
  const flags = u8(bytes, 3);
  let at = 10;
  if (flags & 4) at += 2 + u16Little(bytes, at);
  for (const flag of [8, 16]) if (flags & flag) at = bytes.indexOf(0, at) + 1 || bytes.length;
  return flags & 2 ? at + 2 : at;
}
