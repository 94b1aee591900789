// The port between a session and its media: the session asks for offers and answers, the media engine makes them.
import type { SessionDescription } from './description.ts';

/** The direction of a media stream, seen from the one who says it (RFC 8866 §6.7). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What the user wants of the media: `sendrecv` to talk, `sendonly` to hold the peer. */
export interface MediaWish {
  readonly direction: Direction;
}

/** One media line as it stands after an answer. */
export interface AgreedStream {
  readonly media: string;
  /** As in rtpmap: `PCMU`; undefined when the line was refused. */
  readonly codec: string | undefined;
  /** Seen from here. */
  readonly direction: Direction;
  /** How it is encrypted, such as by `AES_CM_128_HMAC_SHA1_80`; undefined in the clear. */
  readonly crypto?: { readonly suite: string } | undefined;
  readonly local: { readonly host: string; readonly port: number } | undefined;
  readonly remote: { readonly host: string; readonly port: number } | undefined;
}

/** What came of one media line, until now or in the end. */
export interface StreamReport {
  /** Which media line, from 0. */
  readonly line: number;
  readonly codec: string | undefined;
  readonly sentPackets: number;
  readonly receivedPackets: number;
  readonly lostPackets: number;
  readonly jitterMilliseconds: number;
  /** There and back; undefined where it is not measured. */
  readonly roundTripMilliseconds?: number | undefined;
  /** Share of the sound that was made up for what was missing, 0 to 1. */
  readonly concealedShare?: number | undefined;
  /** Loudness of what arrives, 0 to 1. */
  readonly level?: number | undefined;
}

/**
 * The media of one call. Every promise may reject; an offer that cannot be taken rejects with `NoCommonMedia`, one for which
 * nothing is left with `NoMediaLeft`, and the agreement before stays in force.
 */
export interface Negotiator {
  /** Makes the first offer, or a new one on the agreement in force (RFC 3264 §5, §8). */
  createOffer(wish: MediaWish): Promise<SessionDescription>;
  /** Answers `offer` and puts it in force (RFC 3264 §6). */
  createAnswer(offer: SessionDescription, wish: MediaWish): Promise<SessionDescription>;
  /** Puts in force what the peer answered to the last `createOffer`. */
  applyAnswer(answer: SessionDescription): Promise<void>;
  /** The last offer, ours or theirs, was refused: everything is as before it. */
  rollback(): void;
  /** The streams in force, in the order of their media lines. */
  readonly streams: readonly AgreedStream[];
  /** Has `listener` told every few seconds how the lines stand, until `close`; absent where nothing is counted. */
  reportTo?(listener: (reports: readonly StreamReport[]) => void): void;
  /**
   * Has `listener` called when what is in force serves no more and a new offer is wanted, as when the way of the media
   * broke; at once when that is so already. Absent where it never happens.
   */
  onOfferWanted?(listener: () => void): void;
  /** The next offer looks for a way of the media anew (RFC 8445 §2.4), since the network may be another. Absent without ICE. */
  restartIce?(): void;
  /** Stops the media, frees its ports, and tells what came of each line that had packets counted. */
  close(): Promise<readonly StreamReport[]>;
}

/** The engine has no port, or whatever else a call takes, left for this one; later it may have. */
export class NoMediaLeft extends Error {
  override readonly name: string = 'NoMediaLeft';
}

/** Nothing in the offer or answer can be used: no common codec, no audio line, no address. */
export class NoCommonMedia extends Error {
  override readonly name = 'NoCommonMedia';
}
