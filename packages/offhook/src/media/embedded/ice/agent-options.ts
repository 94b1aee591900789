// What an ICE agent is told, and what it tells.
import type { IceRole } from './messages.ts';
import type { CandidateType } from './pair.ts';

/** A place of ours from which packets leave: a socket, or an allocation on a TURN server. */
export interface IceBase {
  readonly type: CandidateType;
  /** 4 or 6: only candidates of its family are paired with it. */
  readonly family: 4 | 6;
}

/** A candidate of the peer. */
export interface RemoteCandidate {
  /** Numeric. */
  readonly host: string;
  readonly port: number;
  readonly priority: number;
}

/** What an agent needs from around it. */
export interface IceAgentOptions {
  readonly role: IceRole;
  /** Sends from the base of that number. */
  readonly send: (bytes: Uint8Array, base: number, host: string, port: number) => void;
  /** Packets go by another pair than before, the first one too. */
  readonly selected: () => void;
  /** No pair works, or the peer no longer consents: for good, but for a restart. */
  readonly failed: (reason: string) => void;
  /** Chance from 0 to 1. */
  readonly fraction: () => number;
}
