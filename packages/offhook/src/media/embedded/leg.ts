// A party in a media thread, whichever way it speaks.
import type { StreamReport } from '@offhook/sip/sdp';
import type { Candidate } from '@offhook/sip/sdp';
import type { PacketRing } from '../packet-ring.ts';
import type { PortTurn } from '../port-pair.ts';
import type { MediaAddress } from '../source-lock.ts';
import type { IceSide } from './ice/credentials.ts';
import type { LegAgreement, LineMedia } from './leg-agreement.ts';
import type { PartyLine, PartyLineOptions } from './party-line.ts';

/** What happens to a leg. */
export type LegEvent =
  | { readonly name: 'key'; readonly key: string }
  | { readonly name: 'broken'; readonly reason: string };

/** What a leg needs from around it. */
export interface LegOptions {
  /** The numeric address to bind. */
  readonly host: string;
  /** The numeric address to tell. */
  readonly advertised: string;
  readonly turn: PortTurn;
  readonly ring: PacketRing;
  /** Makes a line of the leg; the leg says how its packets leave. */
  readonly line: (
    media: LineMedia,
    ways: Pick<PartyLineOptions, 'sendRtp' | 'sendRtcp' | 'resend'>,
  ) => PartyLine;
  readonly tell: (event: LegEvent) => void;
}

/** What a leg tells the peer of itself. */
export interface LegPlace {
  /** Where each line receives; with ICE all at one place. */
  readonly lines: Readonly<Partial<Record<LineMedia, MediaAddress>>>;
  /** The source of what goes to the party, of each line. */
  readonly ssrcs: Readonly<Partial<Record<LineMedia, number>>>;
  readonly webRtc: LocalWebRtcSide | undefined;
}

/** What a leg with ICE tells of itself. */
export interface LocalWebRtcSide {
  readonly ice: IceSide;
  readonly candidates: readonly Candidate[];
  /** SHA-256 of our certificate, in upper case with colons. */
  readonly fingerprint: string;
}

/** One party. */
export interface Leg {
  readonly lines: ReadonlyMap<LineMedia, PartyLine>;
  /** Opens what these lines need and is not open yet; rejects when no port is left. */
  open(media: readonly LineMedia[]): Promise<LegPlace>;
  /** Puts an agreement in force. */
  agree(agreement: LegAgreement, now: number): void;
  /** New names for ICE, or those of before again. */
  restart(on: boolean): void;
  /** Does what is due each 20 ms. */
  tick(now: number): void;
  /** The counters now. */
  statistics(): readonly StreamReport[];
  /** Says goodbye and frees its ports. */
  close(now: number): Promise<void>;
}
