// The door `@offhook/sip/rtp`: RTP and RTCP as syntax, without sockets, clocks or codecs.
export { formatRtp, isRtcp, parseRtp, rtpHeaderLength, RtpView, writeRtpHeader } from './packet.ts';
export type { RtpExtension, RtpPacket, RtpPacketInit } from './packet.ts';
export { ntpMiddle, ntpTime, roundTripMilliseconds, rtcpType } from './rtcp/packet.ts';
export type {
  Goodbye,
  NtpTime,
  OtherRtcp,
  ReceiverReport,
  ReportBlock,
  RtcpPacket,
  SenderReport,
  SourceDescription,
} from './rtcp/packet.ts';
export { parseRtcp } from './rtcp/parse.ts';
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
