// One RTP packet: its header read and written, with contributing sources, extension and padding (RFC 3550 §5.1, §5.3.1).

/** Octets of the header without contributing sources and extension. */
export const rtpHeaderLength: number = 12;

/** An RTP packet; the payload is a view into the bytes it was read from. */
export interface RtpPacket {
  readonly marker: boolean;
  /** 0 to 127. */
  readonly payloadType: number;
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, in units of the payload's clock rate. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** Contributing sources, at most 15. */
  readonly csrcs: readonly number[];
  readonly extension: RtpExtension | undefined;
  readonly payload: Uint8Array;
  /** Octets of padding behind the payload, the count itself among them; 0 when there is none. */
  readonly padding: number;
}

/** The header extension as it stands, without a look inside (RFC 3550 §5.3.1). */
export interface RtpExtension {
  /** 16 bits that the profile defines. */
  readonly profile: number;
  /** A multiple of four octets. */
  readonly content: Uint8Array;
}

/** What a packet to be written needs; the rest has the usual default. */
export interface RtpPacketInit {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
  readonly marker?: boolean | undefined;
  readonly csrcs?: readonly number[] | undefined;
  readonly extension?: RtpExtension | undefined;
  /** Octets of padding to add, 1 to 255. */
  readonly padding?: number | undefined;
}

/** A header read in place: one object serves packet after packet, so that a media path allocates nothing. */
export class RtpView {
  marker = false;
  payloadType = 0;
  sequence = 0;
  timestamp = 0;
  ssrc = 0;
  csrcCount = 0;
  /** Where the extension's content starts and ends; equal when there is none. */
  extensionStart = 0;
  extensionEnd = 0;
  payloadStart = 0;
  payloadEnd = 0;
  padding = 0;

  /** Reads the header of `bytes`; false when it is no RTP packet or a length in it lies (RFC 3550 appendix A.1). */
  read(bytes: Uint8Array): boolean {
    const length = bytes.length;
    const first = octet(bytes, 0);
    if (length < rtpHeaderLength || first >> 6 !== 2) return false;
    this.csrcCount = first & 15;
    let at = rtpHeaderLength + 4 * this.csrcCount;
    if (at > length) return false;
    this.extensionStart = at;
    this.extensionEnd = at;
    if ((first & 16) !== 0) {
      if (at + 4 > length) return false;
      this.extensionStart = at + 4;
      at += 4 + 4 * word16(bytes, at + 2);
      this.extensionEnd = at;
      if (at > length) return false;
    }
    this.padding = (first & 32) === 0 ? 0 : octet(bytes, length - 1);
    if ((first & 32) !== 0 && (this.padding === 0 || at + this.padding > length)) return false;
    const second = octet(bytes, 1);
    this.marker = second >= 128;
    this.payloadType = second & 127;
    this.sequence = word16(bytes, 2);
    this.timestamp = word32(bytes, 4);
    this.ssrc = word32(bytes, 8);
    this.payloadStart = at;
    this.payloadEnd = length - this.padding;
    return true;
  }
}

/** The packet in `bytes`; undefined when it is none or a length in it lies (RFC 3550 §5.1, appendix A.1). */
export function parseRtp(bytes: Uint8Array): RtpPacket | undefined {
  const view = new RtpView();
  if (!view.read(bytes)) return undefined;
  const csrcs: number[] = [];
  for (let index = 0; index < view.csrcCount; index += 1) {
    csrcs.push(word32(bytes, rtpHeaderLength + 4 * index));
  }
  const extended = (octet(bytes, 0) & 16) !== 0;
  return {
    marker: view.marker,
    payloadType: view.payloadType,
    sequence: view.sequence,
    timestamp: view.timestamp,
    ssrc: view.ssrc,
    csrcs,
    extension: extended
      ? {
          profile: word16(bytes, view.extensionStart - 4),
          content: bytes.subarray(view.extensionStart, view.extensionEnd),
        }
      : undefined,
    payload: bytes.subarray(view.payloadStart, view.payloadEnd),
    padding: view.padding,
  };
}

/** A packet as bytes; throws a RangeError on what the header cannot say (RFC 3550 §5.1). */
export function formatRtp(packet: RtpPacketInit): Uint8Array {
  const csrcs = packet.csrcs ?? [];
  const { extension, payload } = packet;
  const padding = packet.padding ?? 0;
  if (csrcs.length > 15)
    throw new RangeError('An RTP packet names at most 15 contributing sources');
  if (padding < 0 || padding > 255) throw new RangeError('RTP padding is 0 to 255 octets long');
  if (packet.payloadType < 0 || packet.payloadType > 127)
    throw new RangeError('An RTP payload type is 0 to 127');
  const extensionLength = extension?.content.length ?? 0;
  if (extensionLength % 4 !== 0 || extensionLength > 4 * 0xffff) {
    throw new RangeError('An RTP header extension is a multiple of four octets, at most 262140');
  }
  const headLength =
    rtpHeaderLength + 4 * csrcs.length + (extension === undefined ? 0 : 4 + extensionLength);
  const bytes = new Uint8Array(headLength + payload.length + padding);
  writeRtpHeader(
    bytes,
    packet.payloadType,
    packet.marker === true,
    packet.sequence,
    packet.timestamp,
    packet.ssrc,
  );
  bytes[0] = 128 | (padding > 0 ? 32 : 0) | (extension === undefined ? 0 : 16) | csrcs.length;
  let at = rtpHeaderLength;
  for (const csrc of csrcs) {
    putWord32(bytes, at, csrc);
    at += 4;
  }
  if (extension !== undefined) {
    putWord16(bytes, at, extension.profile);
    putWord16(bytes, at + 2, extensionLength / 4);
    bytes.set(extension.content, at + 4);
  }
  bytes.set(payload, headLength);
  if (padding > 0) bytes[bytes.length - 1] = padding;
  return bytes;
}

/** Writes the twelve octets of a plain header at the start of `bytes`, without allocating (RFC 3550 §5.1). */
export function writeRtpHeader(
  bytes: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[0] = 128;
  bytes[1] = (marker ? 128 : 0) | (payloadType & 127);
  putWord16(bytes, 2, sequence);
  putWord32(bytes, 4, timestamp);
  putWord32(bytes, 8, ssrc);
}

/** True when a packet that may be RTP or RTCP is RTCP, by its second octet (RFC 5761 §4). */
export function isRtcp(bytes: Uint8Array): boolean {
  const second = octet(bytes, 1);
  return octet(bytes, 0) >> 6 === 2 && second >= 192 && second <= 223;
}

function octet(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function word16(bytes: Uint8Array, at: number): number {
  return (octet(bytes, at) << 8) | octet(bytes, at + 1);
}

function word32(bytes: Uint8Array, at: number): number {
  return ((word16(bytes, at) << 16) | word16(bytes, at + 2)) >>> 0;
}

function putWord16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value >>> 8) & 255;
  bytes[at + 1] = value & 255;
}

function putWord32(bytes: Uint8Array, at: number, value: number): void {
  putWord16(bytes, at, value >>> 16);
  putWord16(bytes, at + 2, value);
}
