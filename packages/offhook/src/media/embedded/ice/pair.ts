// Pairs of candidates and their order (RFC 8445 §5.1.2.1, §6.1.2.3).
import type { CheckState } from './check.figure.ts';

/** The kinds of candidates. */
export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay';

/** RFC 8445 §5.1.2.2. */
const preferences: Readonly<Record<CandidateType, number>> = {
  host: 126,
  prflx: 110,
  srflx: 100,
  relay: 0,
};

/** The priority of a candidate of RTP; of two of one type the one on the lower `base` is preferred. */
export function candidatePriority(type: CandidateType, base: number): number {
  return preferences[type] * 2 ** 24 + (65_535 - base) * 2 ** 8 + 255;
}

/** One pair: a place of ours from which packets leave, and a place of the peer's. */
export interface CheckedPair {
  /** Which socket, or which allocation on a TURN server. */
  readonly base: number;
  readonly host: string;
  readonly port: number;
  readonly localPriority: number;
  readonly remotePriority: number;
  /**
   * Our name under which the peer checks this pair, when it does: after a restart it may be an older one, and the peer takes
   * no other.
   */
  ours: string | undefined;
  state: CheckState;
  /** The peer, who decides, wants it. */
  wanted: boolean;
  /** It was nominated and checked. */
  nominated: boolean;
  /** When something authentic last came by it, in milliseconds. */
  heardAt: number;
}

/**
 * Negative when `a` goes before `b`. RFC 8445 §6.1.2.3 packs both priorities into 64 bits; compared one after the other they
 * give the same order. The bit for the controlling side's only breaks ties that both sides break alike.
 */
export function comparePairs(a: CheckedPair, b: CheckedPair): number {
  return lower(b) - lower(a) || higher(b) - higher(a) || a.base - b.base || b.heardAt - a.heardAt;
}

function lower({ localPriority, remotePriority }: CheckedPair): number {
  return Math.min(localPriority, remotePriority);
}

function higher({ localPriority, remotePriority }: CheckedPair): number {
  return Math.max(localPriority, remotePriority);
}
