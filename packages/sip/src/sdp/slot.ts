// What this side can do with one media line, and the line that it makes of it.
import { connectionTo, sameConnection } from './address.ts';
import type { Attribute, Connection, MediaDescription } from './description.ts';
import type { BoundNumbers, MediaAddress } from './match.ts';
import type { Direction } from './negotiator.ts';
import { codecKey, formatRtpmap, sameCodec, staticCodec } from './payload.ts';
import type { CodecName } from './payload.ts';
import type { MediaSecurity } from './security.ts';
import type { MediaInit } from './serialize.ts';

/** A codec that this side has, and the payload type under which it offers it. */
export interface Codec extends CodecName {
  readonly payloadType: number;
  /** Text of its fmtp line, in offers and answers. */
  readonly fmtp?: string | undefined;
}

/** One stream that this side can take part in. */
export interface MediaSlot {
  /** `audio`. */
  readonly media: string;
  /** Best first. Telephone-event and comfort noise are codecs too; alone they carry no line, unless the slot has nothing else. */
  readonly codecs: readonly Codec[];
  /** Where it receives: a numeric host without brackets, and a port; port 0 takes the stream out of the session. */
  readonly local: MediaAddress;
  /** Where it receives RTCP; one above the port unless said. */
  readonly rtcpPort?: number | undefined;
  /** What the user wants; `sendonly` holds the peer. */
  readonly direction: Direction;
  /** Whether RTCP may share the port of RTP, when the other side wants it too (RFC 5761). */
  readonly rtcpMux?: boolean | undefined;
  /** Milliseconds of media that it wants in a packet. */
  readonly ptime?: number | undefined;
  /** What it does about encryption; without it the stream is plain RTP (RFC 4568). */
  readonly security?: MediaSecurity | undefined;
  /**
   * The profiles that it answers, the one that it offers first; those of RTP that fit its security unless said. AVPF is
   * answered in kind although our RTCP has the timing of AVP and no early feedback: both get along in one session (RFC 4585
   * §5).
   */
  readonly protocols?: readonly string[] | undefined;
}

/** The profiles of a slot that names none and has no security. */
export const usualProtocols: readonly string[] = ['RTP/AVP', 'RTP/AVPF'];
const secureProtocols: readonly string[] = ['RTP/SAVP', 'RTP/SAVPF'];

/** The profiles that a slot answers, the one that it offers first. */
export function protocolsOf({ protocols, security }: MediaSlot): readonly string[] {
  if (protocols !== undefined) return protocols;
  switch (security?.policy) {
    case undefined:
      return usualProtocols;
    case 'optional':
      return [...usualProtocols, ...secureProtocols];
    case 'required':
      return [...secureProtocols, ...usualProtocols];
  }
}

/** The codec that tells keys pressed (RFC 4733), for a slot; the events are the sixteen keys. */
export function telephoneEvent(payloadType = 101, clockRate = 8000): Codec {
  return { name: 'telephone-event', clockRate, payloadType, fmtp: '0-15' };
}

/** A codec with the number under which a line lists it. */
export interface NumberedCodec {
  readonly payloadType: number;
  readonly codec: Codec;
}

/**
 * The codecs under numbers that this line has not bound otherwise: the wished one, else one that it had before, else a free
 * dynamic one (RFC 3264 §8.3.2). A codec for which no number is left is left out.
 */
export function numberCodecs(
  wishes: readonly NumberedCodec[],
  bound: BoundNumbers | undefined,
): readonly NumberedCodec[] {
  const taken = new Map(bound);
  const used = new Set<number>();
  const numbered: NumberedCodec[] = [];
  for (const { payloadType, codec } of wishes) {
    const key = codecKey(codec);
    const fits = (number: number): boolean =>
      !used.has(number) && (taken.get(number) ?? key) === key;
    const before = (): number | undefined =>
      [...taken].find(([number, bind]) => bind === key && !used.has(number))?.[0];
    const number = fits(payloadType) ? payloadType : (before() ?? dynamicNumbers.find(fits));
    if (number === undefined) continue;
    used.add(number);
    taken.set(number, key);
    numbered.push({ payloadType: number, codec });
  }
  return numbered;
}

// RFC 3551 §3: the dynamic range, and when it is full the unassigned numbers; 64 to 95 look like RTCP (RFC 5761 §4).
const dynamicNumbers: readonly number[] = [...range(96, 127), ...range(35, 63)];

/** What a line of ours says besides its codecs. */
export interface SlotLine {
  readonly protocol: string;
  readonly direction: Direction;
  /** The connection of the session level, which the line need not repeat. */
  readonly session: Connection;
  /** Whether it says a=rtcp-mux. */
  readonly rtcpMux: boolean;
  /** Its a=crypto lines. */
  readonly cryptos: readonly Attribute[];
}

/** The media line of `slot` with these codecs. */
export function slotLine(
  slot: MediaSlot,
  codecs: readonly NumberedCodec[],
  line: SlotLine,
): MediaInit {
  const { local, rtcpPort, ptime } = slot;
  const connection = connectionTo(local.host);
  const attributes: Attribute[] = [];
  for (const { payloadType, codec } of codecs) {
    attributes.push({ name: 'rtpmap', value: formatRtpmap(payloadType, codec) });
    if (codec.fmtp !== undefined)
      attributes.push({ name: 'fmtp', value: `${payloadType} ${codec.fmtp}` });
  }
  if (ptime !== undefined) attributes.push({ name: 'ptime', value: String(ptime) });
  if (rtcpPort !== undefined && rtcpPort !== local.port + 1)
    attributes.push({ name: 'rtcp', value: String(rtcpPort) });
  if (line.rtcpMux) attributes.push({ name: 'rtcp-mux' });
  for (const crypto of line.cryptos) attributes.push(crypto);
  attributes.push({ name: line.direction });
  return {
    media: slot.media,
    port: local.port,
    protocol: line.protocol,
    formats: codecs.map(({ payloadType }) => String(payloadType)),
    connection: sameConnection(connection, line.session) ? undefined : connection,
    attributes,
  };
}

/** A line that is not wanted: port 0 and one format, since there must be one (RFC 3264 §6, §8.2). */
export function refusedLine(
  media: string,
  protocol: string,
  format: string | undefined,
): MediaInit {
  return { media, port: 0, protocol, formats: [format ?? '0'], attributes: [] };
}

/** The numbers that a line of ours has bound, with those that it had before. Static ones are bound by RFC 3551 already. */
export function bindNumbers(
  before: BoundNumbers | undefined,
  ours: MediaDescription,
): BoundNumbers {
  const numbers = new Map(before);
  if (ours.port === 0) return numbers;
  for (const format of ours.rtpFormats()) {
    const fixed = staticCodec(format.payloadType);
    if (fixed === undefined || !sameCodec(fixed, format))
      numbers.set(format.payloadType, codecKey(format));
  }
  return numbers;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
