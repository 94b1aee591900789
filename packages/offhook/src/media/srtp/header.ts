// The parts of RTP's header that SRTP needs; behind it everything is encrypted, the padding's length too (RFC 3711 §3.1).

/** Where the payload of an RTP packet of `length` octets starts; -1 when its header is longer than that. */
export function payloadStart(bytes: Uint8Array, length: number): number {
  if (length < 12 || (bytes[0] ?? 0) >> 6 !== 2) return -1;
  let start = 12 + 4 * ((bytes[0] ?? 0) & 15);
  if (((bytes[0] ?? 0) & 16) !== 0) {
    if (start + 4 > length) return -1;
    start += 4 + 4 * word16(bytes, start + 2);
  }
  return start > length ? -1 : start;
}

/** Two octets at `at`. */
export function word16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Four octets at `at`. */
export function word32(bytes: Uint8Array, at: number): number {
  return ((word16(bytes, at) << 16) | word16(bytes, at + 2)) >>> 0;
}

/** Writes four octets at `at`. */
export function putWord32(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = (word >>> 16) & 255;
  bytes[at + 2] = (word >>> 8) & 255;
  bytes[at + 3] = word & 255;
}
