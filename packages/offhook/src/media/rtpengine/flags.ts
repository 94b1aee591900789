// What rtpengine is told about the two parties of an offer or an answer, in the words of its manual.
import { cryptosOf, isCompanion } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import type { PartyProfile } from '../bridge.ts';

/** A party: how it is to be spoken to, and what it said itself the last time. */
export interface Side {
  readonly profile: PartyProfile;
  readonly said: SessionDescription | undefined;
}

/** Keys of a command beside the call, the tags and the SDP. */
export type NgFlags = Readonly<Record<string, unknown>>;

/** How the offer of one party is to be turned into one for another. */
export function offerFlags(offer: SessionDescription, to: Side, inject: boolean): NgFlags {
  return {
    ...(isWebRtc(to) ? webRtcOffer : rtpOffer(to)),
    ...codecs(offer, to),
    ...common(to, inject),
  };
}

/** How the answer of one party is to be turned into one for another, in the terms that it offered itself. */
export function answerFlags(to: Side, inject: boolean): NgFlags {
  return { ...(offersKeysBesidePlainRtp(to) ? { OSRTP: ['accept'] } : {}), ...common(to, inject) };
}

// A browser begins the DTLS handshake: it knows when its ICE is ready for it, and nothing is lost before.
const webRtcOffer = {
  'transport-protocol': 'UDP/TLS/RTP/SAVPF',
  'rtcp-mux': ['require'],
  DTLS: 'passive',
  SDES: ['off'],
} as const;

/** Suites without encryption, or that nobody has checked for years, are never offered. */
const weakSuites = [
  'NULL_HMAC_SHA1_80',
  'NULL_HMAC_SHA1_32',
  'F8_128_HMAC_SHA1_80',
  'F8_128_HMAC_SHA1_32',
];
const strongSuites = weakSuites.map((suite) => `no-${suite}`);

function rtpOffer({ profile, said }: Side): NgFlags {
  const protocol = protocolOf(said) ?? (profile.srtp === 'required' ? 'RTP/SAVP' : 'RTP/AVP');
  const isDtls = protocol.startsWith('UDP/TLS/');
  const keys =
    isSecure(protocol) || (profile.srtp ?? 'off') !== 'off' || said?.media.some(hasKeys) === true;
  return {
    'transport-protocol': protocol,
    'rtcp-mux': ['demux'],
    DTLS: isDtls ? 'passive' : 'off',
    SDES: keys && !isDtls ? strongSuites : ['off'],
    // RFC 8643: keys beside RTP/AVP, for whoever can use them.
    ...(keys && protocol.endsWith('/AVP') ? { OSRTP: ['offer'] } : {}),
  };
}

function common(to: Side, inject: boolean): NgFlags {
  // Of several who answer one offer, the offerer sends to all at one port of ours.
  const flags = [
    'trust-address',
    'port-latching',
    ...(isWebRtc(to) ? ['generate-mid'] : ['strip-extmap']),
  ];
  return {
    ICE: isWebRtc(to) ? 'force' : 'remove',
    // Whoever answers us is active then; whoever we answer begins, too.
    'DTLS-reverse': 'passive',
    replace: ['origin', 'session-connection'],
    flags: inject ? [...flags, 'inject-DTMF'] : flags,
  };
}

/** What every party of its kind can speak (RFC 7874 §3; for a desk phone by custom). */
const spoken = {
  webrtc: ['opus', 'PCMU', 'PCMA', 'G722'],
  rtp: ['PCMU', 'PCMA', 'G722'],
} as const;

/** What rtpengine can make of another codec. */
const made: ReadonlySet<string> = new Set(['opus', 'PCMU', 'PCMA', 'G722', 'G729', 'GSM', 'speex']);

// Only where the offer has nothing that the party speaks, as far as is known, anything is added to it, which is transcoded then.
function codecs(offer: SessionDescription, to: Side): NgFlags {
  const known = to.said === undefined ? spoken[to.profile.kind] : audioNames(to.said);
  const offered = new Set(audioNames(offer).map((name) => name.toLowerCase()));
  const isShared = offered.size === 0 || known.some((name) => offered.has(name.toLowerCase()));
  return isShared ? {} : { codec: { transcode: known.filter((name) => made.has(name)) } };
}

function audioNames({ media }: SessionDescription): readonly string[] {
  return media
    .filter((line) => line.media === 'audio' && line.port !== 0)
    .flatMap((line) => line.rtpFormats().filter((format) => !isCompanion(format)))
    .map(({ name }) => name);
}

function offersKeysBesidePlainRtp({ said }: Side): boolean {
  return said?.media.some((line) => !isSecure(line.protocol) && hasKeys(line)) === true;
}

function hasKeys(line: SessionDescription['media'][number]): boolean {
  return cryptosOf(line).length > 0;
}

function protocolOf(said: SessionDescription | undefined): string | undefined {
  return said?.media.find(({ port }) => port !== 0)?.protocol;
}

function isSecure(protocol: string): boolean {
  return protocol.includes('/SAVP');
}

function isWebRtc({ profile }: Side): boolean {
  return profile.kind === 'webrtc';
}
