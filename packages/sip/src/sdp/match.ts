// What two descriptions agree on, line by line: which codec under which number goes where (RFC 3264 §6.1, §7).
import { hostOf, isUnspecified, obstacleTo } from './address.ts';
import type { Connection, MediaDescription, SessionDescription } from './description.ts';
import { directionOf, meet, receives, sends } from './direction.ts';
import type { AgreedStream, Direction } from './negotiator.ts';
import { isCompanion, isTelephoneEvent, sameCodec, sameFormat } from './payload.ts';
import type { RtpFormat } from './payload.ts';
import { agreedCrypto, cryptosOf, isSecure } from './security.ts';
import type { AgreedCrypto } from './security.ts';

/** An address of media or of RTCP; `host` is numeric (IPv6 without brackets) or, from a peer, a name. */
export interface MediaAddress {
  readonly host: string;
  readonly port: number;
}

/** The payload types of keys pressed (RFC 4733). */
export interface TelephoneEvents {
  /** The peer's number, at the clock rate of the codec if there is one; undefined when the peer takes none. */
  readonly send: RtpFormat | undefined;
  /** Our numbers; empty when we asked for none. */
  readonly receive: readonly RtpFormat[];
}

/** One media line as agreed, with all that a media engine needs. */
export interface NegotiatedStream extends AgreedStream {
  /** The place of its m= line, from 0. */
  readonly line: number;
  /** Which of the slots given to `createOffer` or `createAnswer` has this line; undefined when refused. */
  readonly slot: number | undefined;
  /** Such as `RTP/AVP`. */
  readonly protocol: string;
  /** What to send: the most preferred common codec, under the peer's payload type; undefined when refused. */
  readonly send: RtpFormat | undefined;
  /** All that may be sent, best first, under the peer's payload types. */
  readonly sendFormats: readonly RtpFormat[];
  /** All that may arrive, under our payload types. */
  readonly receiveFormats: readonly RtpFormat[];
  readonly telephoneEvents: TelephoneEvents;
  /** The keys of SRTP; undefined for plain RTP. */
  readonly crypto: AgreedCrypto | undefined;
  /** Milliseconds of media that the peer wants in a packet, no more than it takes; undefined when it did not say so sensibly. */
  readonly ptime: number | undefined;
  /** True when RTCP goes to the ports of RTP (RFC 5761). */
  readonly rtcpMux: boolean;
  readonly localRtcp: MediaAddress | undefined;
  /** Undefined when no RTCP may be sent, as to 0.0.0.0. */
  readonly remoteRtcp: MediaAddress | undefined;
}

/** Payload types of one media line and the codecs to which our descriptions bound them; this never changes in a session (RFC 3264 §8.3.2). */
export type BoundNumbers = ReadonlyMap<number, string>;

/** What is in force after an answer. */
export interface Agreement {
  readonly local: SessionDescription;
  readonly remote: SessionDescription;
  /** One for each m= line, in their order. */
  readonly streams: readonly NegotiatedStream[];
  /** For each m= line; for the next offer or answer. */
  readonly bound: readonly BoundNumbers[];
}

/** The streams of two descriptions that answer each other; lines that only one of them has are left out. */
export function agreeStreams(
  local: SessionDescription,
  remote: SessionDescription,
  slots: readonly (number | undefined)[] = [],
): readonly NegotiatedStream[] {
  const streams: NegotiatedStream[] = [];
  for (const [line, ours] of local.media.entries()) {
    const theirs = remote.media[line];
    if (theirs !== undefined) streams.push(agreeLine(ours, theirs, line, slots[line]));
  }
  return streams;
}

/** The formats that both lines have: those of `from`, under its numbers and in its order. */
export function commonFormats(
  from: MediaDescription,
  other: MediaDescription,
): readonly RtpFormat[] {
  const others = other.rtpFormats();
  return from.rtpFormats().filter((format) => others.some((each) => sameFormat(each, format)));
}

/** The first of `common` that can carry a stream: no companion such as telephone-event, unless `ours` has nothing else. */
export function leadFormat(
  common: readonly RtpFormat[],
  ours: MediaDescription,
): RtpFormat | undefined {
  const alone = ours.rtpFormats().every(isCompanion);
  return common.find((format) => alone || !isCompanion(format));
}

/** What a refused or removed line stands for. */
export function refusedStream(media: string, protocol: string, line: number): NegotiatedStream {
  return {
    line,
    slot: undefined,
    media,
    protocol,
    codec: undefined,
    direction: 'inactive',
    local: undefined,
    remote: undefined,
    send: undefined,
    sendFormats: [],
    receiveFormats: [],
    telephoneEvents: { send: undefined, receive: [] },
    crypto: undefined,
    ptime: undefined,
    rtcpMux: false,
    localRtcp: undefined,
    remoteRtcp: undefined,
  };
}

function agreeLine(
  ours: MediaDescription,
  theirs: MediaDescription,
  line: number,
  slot: number | undefined,
): NegotiatedStream {
  const { media, protocol } = ours;
  const refused = (): NegotiatedStream => refusedStream(media, protocol, line);
  const sendFormats = commonFormats(theirs, ours);
  const send = leadFormat(sendFormats, ours);
  if (ours.port === 0 || theirs.port === 0 || send === undefined) return refused();
  if (media !== theirs.media || protocol !== theirs.protocol) return refused();
  const obstacle = usesIce(theirs)
    ? undefined
    : obstacleTo(theirs.connection, ours.connection?.address ?? '');
  if (obstacle !== undefined || theirs.connection === undefined) return refused();
  const crypto = agreedCrypto(ours, theirs);
  if (crypto === undefined && wantsCrypto(ours, theirs)) return refused();

  const held = !usesIce(theirs) && isUnspecified(theirs.connection);
  const receiveFormats = commonFormats(ours, theirs);
  const events = sendFormats.filter(isTelephoneEvent);
  const remote = held ? undefined : placeOf(theirs.connection, theirs.port);
  const local = placeOf(ours.connection, ours.port);
  const rtcpMux = sharesPort(ours) && sharesPort(theirs);
  return {
    line,
    slot,
    media,
    protocol,
    codec: nameOf(send, ours),
    direction: directionInForce(meet(ours.direction, theirs.direction), remote !== undefined),
    local,
    remote,
    send,
    sendFormats,
    receiveFormats,
    telephoneEvents: {
      send: events.find((event) => event.clockRate === send.clockRate) ?? events[0],
      receive: receiveFormats.filter(isTelephoneEvent),
    },
    crypto,
    ptime: ptimeOf(theirs),
    rtcpMux,
    localRtcp: rtcpMux ? local : rtcpOf(ours),
    remoteRtcp: held || rtcpMux ? remote : rtcpOf(theirs),
  };
}

/** True when two lines that answer each other need a key in common: their profile says so, or both give keys. */
export function wantsCrypto(ours: MediaDescription, theirs: MediaDescription): boolean {
  if (isSecure(ours.protocol)) return true;
  return cryptosOf(ours).length > 0 && cryptosOf(theirs).length > 0;
}

// RFC 3264 §8.4: an address of 0.0.0.0 takes away the sending, whatever the direction says.
function directionInForce(agreed: Direction, reachable: boolean): Direction {
  return directionOf(sends(agreed) && reachable, receives(agreed));
}

/**
 * True for a line whose way is found by ICE and proved by DTLS (RFC 5764 §8): the address in its c= line is only the first guess,
 * and unspecified as long as there is none (RFC 8839 §4.2.1, RFC 8840 §4.1).
 */
export function usesIce(media: MediaDescription): boolean {
  return media.protocol.startsWith('UDP/TLS/RTP/');
}

/** True for a line whose RTCP may share the port of RTP (RFC 5761 §5.1.1). */
export function sharesPort(media: MediaDescription): boolean {
  return media.attribute('rtcp-mux') !== undefined;
}

// RFC 3551 §4.5: twenty milliseconds unless said, and no more than the peer takes.
function ptimeOf({ ptime, maxPtime }: MediaDescription): number | undefined {
  return maxPtime === undefined ? ptime : Math.min(ptime ?? 20, maxPtime);
}

function nameOf(format: RtpFormat, ours: MediaDescription): string {
  return ours.rtpFormats().find((each) => sameCodec(each, format))?.name ?? format.name;
}

function placeOf(connection: Connection | undefined, port: number): MediaAddress | undefined {
  const host = connection === undefined ? undefined : hostOf(connection);
  return host === undefined ? undefined : { host, port };
}

/** Where a line wants its RTCP: as its a=rtcp says (RFC 3605), else one port above the media (RFC 3264 §5.1). */
export function rtcpOf(media: MediaDescription): MediaAddress | undefined {
  const value = media.attribute('rtcp');
  if (value === undefined) return nextPort(media);
  const [port = '', netType, addressType, address] = value.trim().split(' ', 4);
  const said = /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535;
  if (!said) return nextPort(media);
  const elsewhere = netType !== undefined && addressType !== undefined && address !== undefined;
  return placeOf(elsewhere ? { netType, addressType, address } : media.connection, Number(port));
}

function nextPort({ connection, port }: MediaDescription): MediaAddress | undefined {
  return port < 65_535 ? placeOf(connection, port + 1) : undefined;
}
