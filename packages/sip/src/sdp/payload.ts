// Payload types and the codecs behind them: rtpmap, fmtp, and the numbers that RFC 3551 assigned for good.
import { valueOf } from './attribute-line.ts';
import { isPlainNumber } from './number.ts';

/** One payload type of a media line with its codec (RFC 8866 §6.6, §6.15). */
export interface RtpFormat {
  /** 0 to 127. */
  readonly payloadType: number;
  /** As written: `PCMU`, `telephone-event`; compared without regard to case (RFC 4855 §3). */
  readonly name: string;
  /** Hertz of the RTP timestamp. */
  readonly clockRate: number;
  readonly channels: number;
  /** The text after the payload type in its fmtp line. */
  readonly fmtp: string | undefined;
}

/** What makes two payload types the same codec. */
export interface CodecName {
  readonly name: string;
  readonly clockRate: number;
  readonly channels?: number | undefined;
}

const staticFormats: ReadonlyMap<number, CodecName> = new Map([
  [0, { name: 'PCMU', clockRate: 8000 }],
  [3, { name: 'GSM', clockRate: 8000 }],
  [4, { name: 'G723', clockRate: 8000 }],
  [5, { name: 'DVI4', clockRate: 8000 }],
  [6, { name: 'DVI4', clockRate: 16_000 }],
  [7, { name: 'LPC', clockRate: 8000 }],
  [8, { name: 'PCMA', clockRate: 8000 }],
  [9, { name: 'G722', clockRate: 8000 }],
  [10, { name: 'L16', clockRate: 44_100, channels: 2 }],
  [11, { name: 'L16', clockRate: 44_100 }],
  [12, { name: 'QCELP', clockRate: 8000 }],
  [13, { name: 'CN', clockRate: 8000 }],
  [14, { name: 'MPA', clockRate: 90_000 }],
  [15, { name: 'G728', clockRate: 8000 }],
  [16, { name: 'DVI4', clockRate: 11_025 }],
  [17, { name: 'DVI4', clockRate: 22_050 }],
  [18, { name: 'G729', clockRate: 8000 }],
  [25, { name: 'CelB', clockRate: 90_000 }],
  [26, { name: 'JPEG', clockRate: 90_000 }],
  [28, { name: 'nv', clockRate: 90_000 }],
  [31, { name: 'H261', clockRate: 90_000 }],
  [32, { name: 'MPV', clockRate: 90_000 }],
  [33, { name: 'MP2T', clockRate: 90_000 }],
  [34, { name: 'H263', clockRate: 90_000 }],
]);

/** The codec that `payloadType` means without an rtpmap (RFC 3551 §6). */
export function staticCodec(payloadType: number): CodecName | undefined {
  return staticFormats.get(payloadType);
}

/** Whether two are the same codec, which is when their keys are equal. */
export function sameCodec(a: CodecName, b: CodecName): boolean {
  return (
    a.clockRate === b.clockRate &&
    (a.channels ?? 1) === (b.channels ?? 1) &&
    (a.name === b.name || isName(a.name, b.name.toLowerCase()))
  );
}

/** Whether two formats can stand for each other: the same codec in the same profile. */
export function sameFormat(a: ProfiledCodec, b: ProfiledCodec): boolean {
  return sameCodec(a, b) && profileOf(a) === profileOf(b);
}

/** A codec with its parameters. */
export interface ProfiledCodec extends CodecName {
  readonly fmtp?: string | undefined;
}

/**
 * What of a format's parameters both sides must have alike: for H.264 the profile and how it is cut into packets, but not the
 * level (RFC 6184 §8.2.2), for VP9 and AV1 the profile. Empty for all other codecs.
 */
export function profileOf({ name, fmtp }: ProfiledCodec): string {
  const parameter = (wanted: string): string | undefined =>
    fmtp === undefined ? undefined : fmtpParameters(fmtp).get(wanted);
  if (isName(name, 'h264')) {
    const profile = (parameter('profile-level-id') ?? '420010').slice(0, 4).toLowerCase();
    return `${profile} ${parameter('packetization-mode') ?? '0'}`;
  }
  if (isName(name, 'vp9')) return parameter('profile-id') ?? '0';
  return isName(name, 'av1') ? (parameter('profile') ?? '0') : '';
}

/** A key that is equal for equal codecs. */
export function codecKey(codec: CodecName): string {
  return `${codec.name.toLowerCase()}/${codec.clockRate}/${codec.channels ?? 1}`;
}

/** Whether a format only goes along with another: keys pressed (RFC 4733) and comfort noise (RFC 3389). */
export function isCompanion(codec: CodecName): boolean {
  return isTelephoneEvent(codec) || isName(codec.name, 'cn');
}

/** Whether a format carries keys pressed and other events (RFC 4733). */
export function isTelephoneEvent(codec: CodecName): boolean {
  return isName(codec.name, 'telephone-event');
}

// `lower` is in lower case. The length tells most names apart, and costs nothing.
function isName(name: string, lower: string): boolean {
  return name.length === lower.length && (name === lower || name.toLowerCase() === lower);
}

/** The payload types among `formats` with their codecs, as the a= lines among `lines` say. What is malformed, out of range or without a codec is left out. */
export function readFormats(
  formats: readonly string[],
  lines: readonly string[],
): readonly RtpFormat[] {
  const codecs = new Map<number, CodecName>();
  const parameters = new Map<number, string>();
  for (const line of lines) {
    const rtpmap = valueOf(line, 'rtpmap');
    const fmtp = rtpmap === undefined ? valueOf(line, 'fmtp') : undefined;
    if (rtpmap !== undefined) readRtpmap(rtpmap, codecs);
    else if (fmtp !== undefined) readFmtp(fmtp, parameters);
  }
  const found: RtpFormat[] = [];
  for (const format of formats) {
    const payloadType = asPayloadType(format);
    if (payloadType === undefined || found.some((each) => each.payloadType === payloadType))
      continue;
    const codec = codecs.get(payloadType) ?? staticCodec(payloadType);
    if (codec === undefined) continue;
    const { name, clockRate, channels = 1 } = codec;
    found.push({ payloadType, name, clockRate, channels, fmtp: parameters.get(payloadType) });
  }
  return found.slice();
}

/** `text` as a payload type; undefined when it is none. */
export function asPayloadType(text: string): number | undefined {
  if (!isPlainNumber(text, 3)) return undefined;
  const value = Number(text);
  return value <= 127 ? value : undefined;
}

/** The parameters of an fmtp text such as `useinbandfec=1; stereo=0`, by their names in lower case; flags have an empty value. */
export function fmtpParameters(fmtp: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of fmtp.split(';')) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name !== '' && !parameters.has(name))
      parameters.set(name, equals < 0 ? '' : part.slice(equals + 1).trim());
  }
  return parameters;
}

/** The value of an rtpmap attribute for a codec. */
export function formatRtpmap(payloadType: number, codec: CodecName): string {
  const channels = codec.channels ?? 1;
  return `${payloadType} ${codec.name}/${codec.clockRate}${channels === 1 ? '' : `/${channels}`}`;
}

function readRtpmap(value: string, codecs: Map<number, CodecName>): void {
  const space = value.indexOf(' ');
  const payloadType = asPayloadType(value.slice(0, Math.max(space, 0)));
  if (payloadType === undefined || codecs.has(payloadType)) return;
  const parts = value
    .slice(space + 1)
    .trim()
    .split('/', 4);
  const [name = '', rate = '', channels = '1'] = parts;
  if (!/^[\w!#$%&'*+.^`{|}~-]{1,64}$/.test(name) || parts.length > 3) return;
  if (!isPlainNumber(rate, 7) || rate === '0' || !isPlainNumber(channels, 3) || channels === '0')
    return;
  codecs.set(payloadType, { name, clockRate: Number(rate), channels: Number(channels) });
}

function readFmtp(value: string, parameters: Map<number, string>): void {
  const space = value.indexOf(' ');
  if (space < 0) return;
  const payloadType = asPayloadType(value.slice(0, space));
  if (payloadType !== undefined && !parameters.has(payloadType))
    parameters.set(payloadType, value.slice(space + 1).trim());
}
