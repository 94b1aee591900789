// The control packets of RTP as values: reports, source descriptions, goodbyes (RFC 3550 §6.4 to §6.6), and requests to a sender.

/** Packet types (RFC 3550 §12.1, RFC 4585 §6.1). */
export const rtcpType = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  goodbye: 203,
  transportFeedback: 205,
  payloadFeedback: 206,
} as const;

/** One packet of a compound. */
export type RtcpPacket =
  | SenderReport
  | ReceiverReport
  | SourceDescription
  | Goodbye
  | Nack
  | PictureLoss
  | FullIntraRequest
  | OtherRtcp;

/** What a sender says of itself and of what it hears (RFC 3550 §6.4.1). */
export interface SenderReport {
  readonly kind: 'sender-report';
  readonly ssrc: number;
  readonly ntp: NtpTime;
  /** The RTP timestamp of the same instant. */
  readonly timestamp: number;
  readonly packets: number;
  /** Octets of payload. */
  readonly octets: number;
  readonly reports: readonly ReportBlock[];
}

/** What one who does not send says of what it hears (RFC 3550 §6.4.2). */
export interface ReceiverReport {
  readonly kind: 'receiver-report';
  readonly ssrc: number;
  readonly reports: readonly ReportBlock[];
}

/** How one source is heard (RFC 3550 §6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Since the report before, in 256ths. */
  readonly fractionLost: number;
  /** Since the start; negative when duplicates came. */
  readonly lost: number;
  /** With the cycles in the upper 16 bits. */
  readonly highestSequence: number;
  /** In timestamp units. */
  readonly jitter: number;
  /** The middle 32 bits of the last sender report's NTP time; 0 when none came. */
  readonly lastReport: number;
  /** From that report to this one, in 65536ths of a second. */
  readonly delay: number;
}

/** Who the sources are; only the canonical name is read (RFC 3550 §6.5). */
export interface SourceDescription {
  readonly kind: 'source-description';
  readonly chunks: readonly { readonly ssrc: number; readonly cname: string | undefined }[];
}

/** Sources that leave (RFC 3550 §6.6). */
export interface Goodbye {
  readonly kind: 'goodbye';
  readonly ssrcs: readonly number[];
  readonly reason: string | undefined;
}

/** Packets that did not come and are asked for again (RFC 4585 §6.2.1). */
export interface Nack {
  readonly kind: 'nack';
  readonly ssrc: number;
  /** The source whose packets they are. */
  readonly media: number;
  /** Their sequence numbers. */
  readonly lost: readonly number[];
}

/** The picture is damaged, so that a whole one is wanted (RFC 4585 §6.3.1). */
export interface PictureLoss {
  readonly kind: 'picture-loss';
  readonly ssrc: number;
  /** The source whose picture it is. */
  readonly media: number;
}

/** A whole picture is demanded, as by one who comes in late (RFC 5104 §4.3.1). */
export interface FullIntraRequest {
  readonly kind: 'full-intra-request';
  readonly ssrc: number;
  /** Of whom, each with a number from 0 to 255 that a repetition repeats. */
  readonly requests: readonly { readonly media: number; readonly sequence: number }[];
}

/**
 * A packet that is not read here: APP, extended reports, and feedback between two ends about their own path, such as that
 * on bandwidth (REMB, transport-wide congestion control).
 */
export interface OtherRtcp {
  readonly kind: 'other';
  readonly type: number;
  /** The five bits that are a count, a subtype or a format, 0 to 31. */
  readonly count: number;
  readonly content: Uint8Array;
}

/** Time as NTP writes it: seconds since 1900 and 2^-32 parts of a second (RFC 3550 §4). */
export interface NtpTime {
  readonly seconds: number;
  readonly fraction: number;
}

const secondsFrom1900To1970 = 2_208_988_800;

/** NTP time of `wall` milliseconds since 1970. */
export function ntpTime(wall: number): NtpTime {
  const seconds = Math.floor(wall / 1000);
  return {
    seconds: (seconds + secondsFrom1900To1970) % 2 ** 32,
    fraction: Math.floor(((wall - seconds * 1000) / 1000) * 2 ** 32),
  };
}

/** The middle 32 bits of an NTP time, in 65536ths of a second, as report blocks carry it. */
export function ntpMiddle(time: NtpTime): number {
  return (((time.seconds & 0xffff) << 16) | (time.fraction >>> 16)) >>> 0;
}

/** Milliseconds there and back, from a report block about us that arrived at `wall` (RFC 3550 §6.4.1); undefined when it cannot tell. */
export function roundTripMilliseconds(report: ReportBlock, wall: number): number | undefined {
  if (report.lastReport === 0) return undefined;
  const units = (ntpMiddle(ntpTime(wall)) - report.lastReport - report.delay) | 0;
  return units < 0 ? undefined : (units / 65536) * 1000;
}
