// The door to SDP: descriptions, offers and answers, and the port between a session and its media.
export {
  addressTypeOf,
  connectionTo,
  familyOf,
  hostOf,
  isMulticast,
  isUnspecified,
} from './address.ts';
export { acceptAnswer } from './accept.ts';
export type { AcceptedAnswer, AnswerProblem, AnswerRefusal } from './accept.ts';
export { createAnswer, refuseOffer } from './answer.ts';
export { formatCandidate, parseCandidate } from './attribute/candidate.ts';
export type { Candidate } from './attribute/candidate.ts';
export { formatCrypto, parseCrypto } from './attribute/crypto.ts';
export type { CryptoAttribute, CryptoKey } from './attribute/crypto.ts';
export { parseExtensionMap } from './attribute/extmap.ts';
export type { ExtensionMap } from './attribute/extmap.ts';
export { parseFingerprint, parseSetup } from './attribute/fingerprint.ts';
export type { Fingerprint, Setup } from './attribute/fingerprint.ts';
export { groupsOf } from './attribute/group.ts';
export type { Group } from './attribute/group.ts';
export { iceCredentials, iceOptions } from './attribute/ice.ts';
export type { IceCredentials } from './attribute/ice.ts';
export { parseMsid } from './attribute/msid.ts';
export type { Msid } from './attribute/msid.ts';
export { parseRtcpFeedback } from './attribute/rtcp-fb.ts';
export type { RtcpFeedback } from './attribute/rtcp-fb.ts';
export { sourcesOf } from './attribute/ssrc.ts';
export type { LineRefusal, OfferRefusal } from './answer.ts';
export { MediaDescription, SessionDescription } from './description.ts';
export type { Attribute, Bandwidth, Connection, Origin, Timing } from './description.ts';
export {
  asDirection,
  directionOf,
  laterDirection,
  mayAnswer,
  meet,
  receives,
  sends,
} from './direction.ts';
export { agreeStreams, commonFormats, rtcpOf, usesIce } from './match.ts';
export type {
  Agreement,
  BoundNumbers,
  MediaAddress,
  NegotiatedStream,
  TelephoneEvents,
} from './match.ts';
export { NoCommonMedia, NoMediaLeft } from './negotiator.ts';
export type { AgreedStream, Direction, MediaWish, Negotiator, StreamReport } from './negotiator.ts';
export { OfferAnswer } from './offer-answer.ts';
export type { Descriptions, OfferAnswerOptions } from './offer-answer.ts';
export { offerAnswer } from './offer-answer.figure.ts';
export type {
  OfferAnswerAction,
  OfferAnswerEvent,
  OfferAnswerState,
} from './offer-answer.figure.ts';
export { createOffer } from './offer.ts';
export type { OpenOffer, Terms } from './offer.ts';
export { LocalOrigin } from './origin.ts';
export type { LocalOriginOptions } from './origin.ts';
export { defaultSdpLimits, parseSdp } from './parse.ts';
export type { SdpLimits, SdpProblem } from './parse.ts';
export {
  codecKey,
  fmtpParameters,
  isCompanion,
  isTelephoneEvent,
  profileOf,
  sameCodec,
  staticCodec,
} from './payload.ts';
export type { CodecName, RtpFormat } from './payload.ts';
export { cryptosOf } from './security.ts';
export type { AgreedCrypto, MediaSecurity, SuiteKey } from './security.ts';
export { createDescription, formatSdp } from './serialize.ts';
export type { DescriptionInit, MediaInit } from './serialize.ts';
export { telephoneEvent, usualProtocols } from './slot.ts';
export type { Codec, MediaSlot } from './slot.ts';
