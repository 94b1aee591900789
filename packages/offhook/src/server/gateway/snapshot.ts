// A bridged call as it is written down, so that it can go on after a crash: both dialogs, and how each party speaks (RFC 3261 §12).
import { formatNameAddress, formatUri, parseUri, route } from '@offhook/sip/message';
import type { DialogSeed } from '@offhook/sip/session';
import type { PartyProfile } from '../../media/bridge.ts';
import type { BridgedCall } from './bridged-call.ts';
import type { Leg } from './leg.ts';

/** One leg of such a call. */
export interface LegSnapshot {
  readonly kind: PartyProfile['kind'];
  readonly srtp: PartyProfile['srtp'];
  readonly instance: string | undefined;
  readonly seed: DialogSeed;
}

/** A call with its two legs. */
export interface CallSnapshot {
  readonly id: string;
  readonly caller: LegSnapshot;
  readonly callee: LegSnapshot;
}

/** Where snapshots are kept. */
export interface CallStore {
  /** What was kept when the last run ended. */
  all(): Promise<readonly CallSnapshot[]>;
  /** Keeps the call, in the place of what was kept of it before. */
  put(id: string, legs: string): void;
  /** The call is over. */
  remove(id: string): void;
}

/** The legs of an answered call as text; undefined as long as it has not two. */
export function writeLegs({ caller, callee }: BridgedCall): string | undefined {
  const legs = [writeLeg(caller), callee && writeLeg(callee)];
  return legs.includes(undefined) ? undefined : JSON.stringify(legs);
}

/** Reads such a text; undefined when it is none. */
export function readLegs(id: string, text: string): CallSnapshot | undefined {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(written)) return undefined;
  const [caller, callee] = written.map(readLeg);
  return caller === undefined || callee === undefined ? undefined : { id, caller, callee };
}

function writeLeg({ profile, instance, session }: Leg): object | undefined {
  if (session === undefined) return undefined;
  const { id, localParty, remoteParty, remoteTarget, routeSet } = session.dialog;
  const { initiator, localCseq, remoteCseq, secure } = session.dialog;
  return {
    ...{ kind: profile.kind, srtp: profile.srtp, instance, ...id, localParty, remoteParty },
    ...{ initiator, localCseq, remoteCseq, secure, target: formatUri(remoteTarget) },
    routes: routeSet.map(formatNameAddress),
  };
}

function readLeg(written: unknown): LegSnapshot | undefined {
  if (typeof written !== 'object' || written === null) return undefined;
  const text = (name: string): string | undefined => {
    const value: unknown = Reflect.get(written, name);
    return typeof value === 'string' ? value : undefined;
  };
  const count = (name: string): number | undefined => {
    const value: unknown = Reflect.get(written, name);
    return typeof value === 'number' ? value : undefined;
  };
  const [callId, localTag, remoteTag] = [text('callId'), text('localTag'), text('remoteTag')];
  const [localParty, remoteParty] = [text('localParty'), text('remoteParty')];
  const target = parseUri(text('target') ?? '');
  const kind = kinds.find((one) => one === text('kind'));
  const routes: unknown = Reflect.get(written, 'routes');
  if (callId === undefined || localTag === undefined || remoteTag === undefined) return undefined;
  if (localParty === undefined || remoteParty === undefined || !target.ok) return undefined;
  if (kind === undefined || !Array.isArray(routes)) return undefined;
  const routeSet = routes.flatMap((one: unknown) => {
    const parsed = route.parse([String(one)]);
    return parsed.ok ? parsed.value : [];
  });
  return {
    kind,
    srtp: policies.find((one) => one === text('srtp')),
    instance: text('instance'),
    seed: {
      ...{ id: { callId, localTag, remoteTag }, localParty, remoteParty, routeSet },
      ...{ remoteTarget: target.value, transaction: undefined },
      ...{ localCseq: count('localCseq'), remoteCseq: count('remoteCseq') },
      initiator: Reflect.get(written, 'initiator') === true,
      secure: Reflect.get(written, 'secure') === true,
    },
  };
}

const kinds = ['webrtc', 'rtp'] as const;
const policies = ['off', 'optional', 'required'] as const;
