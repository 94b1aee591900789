// What the calls of a gateway share.
import type { Address, Endpoint, Flow } from '@offhook/sip';
import type { HeaderInit, Response } from '@offhook/sip/message';
import { intervalOf } from '@offhook/sip/session';
import type { Dialog, DialogTable, DialogUsage, SessionSurroundings } from '@offhook/sip/session';
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

/** What they are made of. */
export interface SurroundingsOptions extends Pick<GatewaySurroundings, 'mayReach' | 'ended'> {
  readonly endpoint: Endpoint;
  readonly dialogs: DialogTable<DialogUsage>;
  /** What we can do, as each leg is told. */
  readonly headers: readonly HeaderInit[];
}

/** 3 minutes of ringing, and a day of talking, in milliseconds. */
const ringMilliseconds = 180_000;
const callMilliseconds = 24 * 3_600_000;

/** What the calls of one gateway share. */
export function gatewaySurroundings({
  endpoint,
  dialogs,
  headers,
  mayReach,
  ended,
}: SurroundingsOptions): GatewaySurroundings {
  const sessions: SessionSurroundings = {
    ...{ endpoint, dialogs, headers, ringMilliseconds, callMilliseconds },
    ...{ authentication: undefined, nextHop: undefined, routes: [], infoPackages: undefined },
    // What a 3xx leads to is looked up here.
    followsRedirects: false,
    contact: () => '',
    interval: intervalOf({}),
  };
  const unreliableHeaders = headers.map(([name, value]): HeaderInit => {
    const others = value.split(', ').filter((tag) => tag !== '100rel');
    return name === 'Supported' ? [name, others.join(', ')] : [name, value];
  });
  return { sessions, unreliableHeaders, mayReach, ended };
}
