// What a session is given by the user agent above it.
import type { AgentSurroundings } from '../endpoint/usage.ts';
import type { Message } from '../message/message.ts';
import type { IntervalPolicy } from './interval.ts';

/** What every session of one user agent shares. */
export interface SessionSurroundings extends AgentSurroundings {
  /** The longest a phone rings, in milliseconds. */
  readonly ringMilliseconds: number;
  /** The longest a call lasts, in milliseconds. */
  readonly callMilliseconds: number;
  /** What we want of session timers. */
  readonly interval: IntervalPolicy;
  /** The INFO packages that we take; undefined when we say nothing of packages. */
  readonly infoPackages: readonly string[] | undefined;
  /** Sees each message of the peer that sets up or changes the session. */
  readonly heard?: ((message: Message) => void) | undefined;
}
