// Which codecs of one party are offered to the other, and which of their formats are the same to a bridge.
import {
  codecKey,
  isCompanion,
  isTelephoneEvent,
  profileOf,
  sameCodec,
  telephoneEvent,
} from '@offhook/sip/sdp';
import type { Codec, CodecName, MediaDescription, RtpFormat } from '@offhook/sip/sdp';
import { codecs } from '../codec/codec.ts';
import type { AudioCodec } from '../codec/codec.ts';
import type { LineFormat } from './leg-agreement.ts';

/** What a browser can make use of; the rest of a telephone's codecs is not offered to it. */
const browserAudio: ReadonlySet<string> = new Set([
  'opus/48000/2',
  'g722/8000/1',
  'pcmu/8000/1',
  'pcma/8000/1',
]);
/** What only browsers know, or what needs their feedback and headers. */
const browserOnly: ReadonlySet<string> = new Set(['red', 'ulpfec', 'flexfec-03', 'rtx']);

/** The codecs of a line as they are offered to a party of this kind, under the same numbers and in the same order. */
function passedCodecs(line: MediaDescription, to: 'webrtc' | 'rtp'): readonly Codec[] {
  return line
    .rtpFormats()
    .filter((format) => isPassed(format, line.media, to))
    .map(({ payloadType, name, clockRate, channels, fmtp }) => {
      return { payloadType, name, clockRate, channels, fmtp };
    });
}

/**
 * The codecs of an offer as they are offered on: those that can be passed on, and behind them those that they can be made
 * into, where there is one.
 */
export function offeredCodecs(line: MediaDescription, to: 'webrtc' | 'rtp'): readonly Codec[] {
  const passed = passedCodecs(line, to);
  if (line.media !== 'audio' || !passed.some(isKnown)) return passed;
  const more = codecs.filter((codec) => !passed.some((each) => sameCodec(each, codec)));
  const all: readonly Codec[] = [...passed, ...more.map(offeredCodec)];
  return [...all, ...keysFor(all)];
}

/** The codecs of `offer` that can be made into those that the other party took, for the answer to it. */
export function transcodableCodecs(offer: MediaDescription): readonly Codec[] {
  return passedCodecs(offer, 'webrtc').filter((codec) => isKnown(codec) || isTelephoneEvent(codec));
}

/** True when the offer has one of the codecs that the other party took. */
export function hasShared(offer: MediaDescription, taken: readonly RtpFormat[]): boolean {
  return offer
    .rtpFormats()
    .some((format) => !isCompanion(format) && taken.some((each) => sameCodec(each, format)));
}

/** A format as a media thread knows it. */
export function lineFormat(format: RtpFormat): LineFormat {
  const { payloadType, clockRate } = format;
  const codec = `${codecKey(format)} ${profileOf(format)}`.trimEnd();
  return { payloadType, clockRate, codec, isEvent: isTelephoneEvent(format) };
}

// RFC 4733 §2.1: keys at the clock rate of each codec, where the other side sends any.
function keysFor(all: readonly Codec[]): readonly Codec[] {
  const rates = all.filter(isTelephoneEvent).map(({ clockRate }) => clockRate);
  if (rates.length === 0) return [];
  const missing = (rate: number): boolean =>
    !rates.includes(rate) && all.some((codec) => isKnown(codec) && codec.clockRate === rate);
  return [
    ...(missing(8000) ? [telephoneEvent()] : []),
    ...(missing(48_000) ? [telephoneEvent(110, 48_000)] : []),
  ];
}

function offeredCodec({ name, payloadType, clockRate, channels, fmtp }: AudioCodec): Codec {
  return { name, payloadType, clockRate, channels, fmtp };
}

function isKnown(codec: CodecName): boolean {
  return codecs.some((each) => sameCodec(each, codec));
}

function isPassed(format: RtpFormat, media: string, to: 'webrtc' | 'rtp'): boolean {
  if (browserOnly.has(format.name.toLowerCase())) return false;
  // RFC 3389 §5: comfort noise belongs to codecs of 8000 Hz; a browser's at other rates is of no use to anybody.
  if (format.name.toUpperCase() === 'CN') return format.clockRate === 8000;
  if (media !== 'audio' || to === 'rtp' || isTelephoneEvent(format)) return true;
  return browserAudio.has(codecKey(format));
}
