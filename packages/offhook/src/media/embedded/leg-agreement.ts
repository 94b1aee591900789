// What a media thread is told of one party: plain values that can cross from one thread to another.
import type { Direction } from '@offhook/sip/sdp';
import type { MediaAddress } from '../source-lock.ts';
import type { MasterKeys } from '../srtp/session.ts';
import type { IceSide } from './ice/credentials.ts';
import type { RemoteCandidate } from './ice/agent-options.ts';

/** The kinds of media lines that are joined; one of each in a call. */
export type LineMedia = 'audio' | 'video';

/** A payload type of a line and what it carries. */
export interface LineFormat {
  readonly payloadType: number;
  /** Equal for formats that can be passed on as each other. */
  readonly codec: string;
  readonly clockRate: number;
  /** Keys pressed (RFC 4733). */
  readonly isEvent: boolean;
}

/** One media line of a party as agreed, seen from here. */
export interface LineAgreement {
  readonly media: LineMedia;
  /** The place of its m= line, from 0. */
  readonly line: number;
  /** As in rtpmap, for reports. */
  readonly codec: string | undefined;
  readonly direction: Direction;
  /** The party's numbers, best first. */
  readonly send: readonly LineFormat[];
  /** Our numbers. */
  readonly receive: readonly LineFormat[];
  /** Milliseconds of audio that the party wants in a packet. */
  readonly ptime: number;
  /** Where it goes without ICE: numeric; undefined when nothing may be sent (RFC 3264 §8.4). */
  readonly place: LinePlace | undefined;
}

/** Where the packets of a line without ICE go, and under which keys. */
export interface LinePlace {
  readonly remote: MediaAddress | undefined;
  readonly remoteRtcp: MediaAddress | undefined;
  readonly rtcpMux: boolean;
  /** The keys of SRTP; undefined for plain RTP. */
  readonly masterKeys: MasterKeys | undefined;
}

/** What a party with ICE told of itself. */
export interface WebRtcSide {
  readonly ice: IceSide;
  readonly candidates: readonly RemoteCandidate[];
  /** Hash names in lower case, and values in upper case with colons; all of the peer's certificates. */
  readonly fingerprints: readonly { readonly hash: string; readonly value: string }[];
  /** Who begins with DTLS: `client` is we (RFC 5763 §5). */
  readonly dtlsRole: 'client' | 'server';
}

/** A party as agreed. */
export interface LegAgreement {
  readonly lines: readonly LineAgreement[];
  readonly webRtc: WebRtcSide | undefined;
}

/** For each payload type that comes from one party, the one under which the other gets it; 255 for what it does not take. */
export function routeOf(from: LineAgreement, to: LineAgreement): Uint8Array {
  const route = new Uint8Array(128).fill(255);
  for (const { payloadType, codec } of from.receive) {
    const other = to.send.find((format) => format.codec === codec);
    if (other !== undefined) route[payloadType] = other.payloadType;
  }
  return route;
}
