// What a UDP datagram is: SIP by its start line, media by its first octet (RFC 7983 §7), or nothing of ours.
import type { CaptureOutput, Carried, DatagramFamily } from './output.ts';
import { u16, u32, u8 } from './octets.ts';
import { behindEmptyLines, isCutRequest, startLineAt } from './sip-text.ts';

/** In each STUN message (RFC 8489 §5). */
export const magicCookie = 0x2112a442;

/** A datagram is at hand: the octets from `start` to `end` of the `length` that were on the wire. */
export function readDatagram(
  output: CaptureOutput,
  way: Carried,
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
): 'sip' | DatagramFamily | undefined {
  const first = u8(bytes, start);
  if (first >= 0x80) {
    const family = mediaFamily(bytes, start, end);
    if (family !== undefined) output.datagram(family, way, bytes.subarray(start, end), length);
    return family;
  }
  if (isSip(bytes, start, end, end - start < length)) {
    output.message(way, bytes, behindEmptyLines(bytes, start, end), end);
    if (end - start < length) {
      output.problem(
        'cut',
        `Of a message of ${length} octets the first ${end - start} were captured.`,
        way,
      );
    }
    return 'sip';
  }
  const family = controlFamily(bytes, start, end, length);
  const inner =
    family === 'channel' || family === 'stun' ? relayed(family, bytes, start, end) : undefined;
  if (inner !== undefined) {
    output.datagram(inner.family, way, bytes.subarray(inner.start, inner.end), inner.length);
    return inner.family;
  }
  if (family === undefined || family === 'channel') return undefined;
  output.datagram(family, way, bytes.subarray(start, end), length);
  return family;
}

/** A part of a datagram, of `length` octets on the wire. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/** What a relay passes on as a client's or to it: in a channel (RFC 8656 §12.4), or in an indication (§11). */
function relayed(
  carrier: 'channel' | 'stun',
  bytes: Uint8Array,
  start: number,
  end: number,
): (Place & { readonly family: 'rtp' | 'rtcp' | 'dtls' }) | undefined {
  const place =
    carrier === 'channel'
      ? placeAt(start + 4, u16(bytes, start + 2), end)
      : contentOfIndication(bytes, start, end);
  if (place === undefined) return undefined;
  const control = controlFamily(bytes, place.start, place.end, place.length);
  const family = control === 'dtls' ? control : mediaFamily(bytes, place.start, place.end);
  return family === undefined ? undefined : { ...place, family };
}

function placeAt(start: number, length: number, end: number): Place {
  return { start, end: Math.min(start + length, end), length };
}

/** Where the DATA attribute of a Send or Data indication stands. */
function contentOfIndication(bytes: Uint8Array, start: number, end: number): Place | undefined {
  const type = u16(bytes, start);
  if (type !== 0x0016 && type !== 0x0017) return undefined;
  for (let at = start + 20; at + 4 <= end;) {
    const length = u16(bytes, at + 2);
    if (u16(bytes, at) === 0x0013) return placeAt(at + 4, length, end);
    at += 4 + ((length + 3) & ~3);
  }
  return undefined;
}

/** True when a SIP message stands from `start` to `end`; `cut` when it was longer on the wire. */
export function isSip(bytes: Uint8Array, start: number, end: number, cut: boolean): boolean {
  const at = behindEmptyLines(bytes, start, end);
  if (at === end) return false;
  const line = startLineAt(bytes, at, end);
  return line === 'yes' || (line === 'cut' && cut && isCutRequest(bytes, at, end));
}

/** RTP or RTCP of version 2 (RFC 3550 §5.1, RFC 5761 §4). */
function mediaFamily(bytes: Uint8Array, start: number, end: number): 'rtp' | 'rtcp' | undefined {
  if (end - start < 8 || u8(bytes, start) >> 6 !== 2) return undefined;
  const type = u8(bytes, start + 1);
  if (type >= 192 && type <= 223) return 'rtcp';
  return end - start >= 12 + (u8(bytes, start) & 15) * 4 ? 'rtp' : undefined;
}

function controlFamily(
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
): 'stun' | 'dtls' | 'channel' | undefined {
  const first = u8(bytes, start);
  const announced = u16(bytes, start + 2);
  if (first < 4) {
    const whole = announced % 4 === 0 && announced + 20 <= length && end - start >= 20;
    return whole && (u32(bytes, start + 4) === magicCookie || announced + 20 === length)
      ? 'stun'
      : undefined;
  }
  // RFC 9147 §4: a content type, then a version whose first octet is that of DTLS.
  if (first >= 20 && first < 64)
    return u8(bytes, start + 1) === 0xfe && end - start >= 13 ? 'dtls' : undefined;
  if (first >= 64 && first < 80) {
    const padding = length - 4 - announced;
    return end - start > 4 && padding >= 0 && padding < 4 ? 'channel' : undefined;
  }
  return undefined;
}
