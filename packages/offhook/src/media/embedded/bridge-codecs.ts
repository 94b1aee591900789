// Which codecs of one party are offered to the other, and which of their formats are the same to a bridge.
import { codecKey, isTelephoneEvent } from '@offhook/sip/sdp';
import type { Codec, MediaDescription, RtpFormat } from '@offhook/sip/sdp';
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
export function passedCodecs(line: MediaDescription, to: 'webrtc' | 'rtp'): readonly Codec[] {
  return line
    .rtpFormats()
    .filter((format) => isPassed(format, line.media, to))
    .map(({ payloadType, name, clockRate, channels, fmtp }) => {
      return { payloadType, name, clockRate, channels, fmtp };
    });
}

/** A format as a media thread knows it. */
export function lineFormat(format: RtpFormat): LineFormat {
  const { payloadType, clockRate } = format;
  return { payloadType, clockRate, codec: codecKey(format), isEvent: isTelephoneEvent(format) };
}

function isPassed(format: RtpFormat, media: string, to: 'webrtc' | 'rtp'): boolean {
  if (browserOnly.has(format.name.toLowerCase())) return false;
  // RFC 3389 §5: comfort noise belongs to codecs of 8000 Hz; a browser's at other rates is of no use to anybody.
  if (format.name.toUpperCase() === 'CN') return format.clockRate === 8000;
  if (media !== 'audio' || to === 'rtp' || isTelephoneEvent(format)) return true;
  return browserAudio.has(codecKey(format));
}
