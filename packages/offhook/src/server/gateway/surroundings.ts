// What the calls of a gateway share.
import type { Address, Flow } from '@offhook/sip';
import type { HeaderInit, Response } from '@offhook/sip/message';
import type { Dialog, SessionSurroundings } from '@offhook/sip/session';
import type { ProxyTarget } from '../proxy/target.ts';

/** What each bridged call is given. */
export interface GatewaySurroundings {
  /** What the sessions of all legs have in common. */
  readonly sessions: SessionSurroundings;
  /** A dialog is over: who still wants to replace it is declined. */
  readonly ended: (dialog: Dialog) => void;
  /** What those say of themselves who are not to have their provisional responses acknowledged (RFC 3262). */
  readonly unreliableHeaders: readonly HeaderInit[];
  /** True when a packet may go to `target` since somebody at `source` has said so. */
  readonly mayReach: (target: Address, source: Address) => boolean;
}

/** A call that is to be bridged: where it came from and whom it is for. */
export interface BridgedTargets {
  readonly incoming: Flow;
  readonly targets: readonly ProxyTarget[];
  /** The targets to try next where a 3xx leads; where there are none, it counts as it is. */
  readonly redirected: (response: Response) => readonly ProxyTarget[];
}
