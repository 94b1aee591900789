// The port between a gateway and the media that it joins: the parties of one call, each with an offer/answer of its own.
import type { SessionDescription, StreamReport } from '@offhook/sip/sdp';

/** How a party speaks, which decides what is offered to it. */
export interface PartyProfile {
  /**
   * `webrtc`: ICE, DTLS-SRTP, rtcp-mux and BUNDLE, as a browser wants it. `rtp`: the address in the SDP and RTP/AVP, as a
   * desk phone does.
   */
  readonly kind: 'webrtc' | 'rtp';
  /** What an `rtp` party is offered of SRTP with keys in the SDP (RFC 4568); what it offers itself is taken. `off` unless said. */
  readonly srtp?: 'off' | 'optional' | 'required' | undefined;
}

/** Names a party of one bridge: `caller`, `callee-1`. */
export type PartyName = string;

/** What a bridge tells of a party while the call lasts. */
export interface BridgeEvents {
  /** A key that the party pressed, heard in its media: `0`-`9`, `*`, `#`, `A`-`D`. It reaches the others in theirs by itself. */
  readonly key: { readonly party: PartyName; readonly key: string };
  /** Nothing of the party came for a minute in which it should have been heard. */
  readonly silent: { readonly party: PartyName };
  /** The media of the party is lost for good: ICE or DTLS failed, the engine is gone. The reason in plain words. */
  readonly broken: { readonly party: PartyName; readonly reason: string };
}

/**
 * The media of one call, whose parties cannot talk to each other directly. An offer or answer of one party goes in, what the
 * other is to be told comes out (RFC 3264). Promises reject with `NoCommonMedia` or `NoMediaLeft`; what was in force before
 * stays so.
 */
export interface Bridge {
  /** Says how a party speaks; before anything is offered to it or taken from it. */
  addParty(name: PartyName, profile: PartyProfile): void;
  /** The party is out: a fork that lost, or a leg that is transferred away. Its ports are freed. */
  removeParty(name: PartyName): void;
  /** Takes an offer of `from` and makes the one for `to`. The same offer may go to several, which then fork. */
  offer(from: PartyName, offer: SessionDescription, to: PartyName): Promise<SessionDescription>;
  /**
   * Takes the answer of `from` and makes the one for `to`, whose offer it answers. From then on these two hear each other,
   * whoever `to` heard before; an answer to `to` after the first one differs from it in nothing that would need a new offer.
   */
  answer(from: PartyName, answer: SessionDescription, to: PartyName): Promise<SessionDescription>;
  /** The last offer of `from` to `to` was refused: these two are as before it. */
  rollback(from: PartyName, to: PartyName): void;
  /** Presses a key towards a party whose peer sent it by signalling (INFO), unless it came in the media too. */
  press(to: PartyName, key: string): void;
  /** Calls `listener` for each `event` until the returned function is called. */
  on<Name extends keyof BridgeEvents>(
    event: Name,
    listener: (value: BridgeEvents[Name]) => void,
  ): () => void;
  /** Has `listener` told every few seconds how the lines of each party stand, until `close`. */
  reportTo(listener: (party: PartyName, reports: readonly StreamReport[]) => void): void;
  /** Frees everything, and tells what came of each party's lines in the end. */
  close(): Promise<ReadonlyMap<PartyName, readonly StreamReport[]>>;
}

/** Makes bridges: embedded in this process, or an rtpengine beside it. */
export interface BridgeEngine {
  /** `embedded` or `rtpengine`, for logs and traces. */
  readonly name: string;
  /** The media of a new call; ports are taken with the first offer. */
  open(): Bridge;
  /** Ends every bridge and whatever the engine itself holds. */
  close(): Promise<void>;
}
