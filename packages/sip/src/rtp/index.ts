// The door `@offhook/sip/rtp`: RTP and RTCP as syntax, without sockets, clocks or codecs.
export {
  formatHeaderExtensions,
  mapHeaderExtensions,
  parseHeaderExtensions,
} from './header-extension.ts';
export type { HeaderExtension } from './header-extension.ts';
export { formatRtp, isRtcp, parseRtp, rtpHeaderLength, RtpView, writeRtpHeader } from './packet.ts';
export type { RtpExtension, RtpPacket, RtpPacketInit } from './packet.ts';
export { ntpMiddle, ntpTime, roundTripMilliseconds, rtcpType } from './rtcp/packet.ts';
export type {
  FullIntraRequest,
  Goodbye,
  Nack,
  NtpTime,
  OtherRtcp,
  PictureLoss,
  ReceiverReport,
  ReportBlock,
  RtcpPacket,
  SenderReport,
  SourceDescription,
} from './rtcp/packet.ts';
export { parseRtcp } from './rtcp/parse.ts';
export { translateRtcp } from './rtcp/translate.ts';
export type { RtcpCrossing } from './rtcp/translate.ts';
export { formatRtcp } from './rtcp/write.ts';
export { sequenceDistance, SequenceTracker, timestampDistance } from './sequence.ts';
export type { SequenceStep } from './sequence.ts';
export { ReceptionStatistics } from './statistics.ts';
export {
  dtmfDigit,
  dtmfEvent,
  parseEventList,
  parseTelephoneEvent,
  writeTelephoneEvent,
} from './telephone-event.ts';
export type { TelephoneEvent } from './telephone-event.ts';
