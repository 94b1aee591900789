// The leg of a bridged call to one contact of the callee: an INVITE of ours that says what the caller's does (RFC 7092 §3.2).
import { requireField, supported } from '@offhook/sip/message';
import type { HeaderInit, Request } from '@offhook/sip/message';
import { OutgoingSession, partyOf } from '@offhook/sip/session';
import type { ProxyTarget } from '../proxy/target.ts';
import type { JointMedia } from './joint-media.ts';
import { Leg } from './leg.ts';
import { calleeKind } from './party-kind.ts';
import type { PartyKind } from './party-kind.ts';
import { passedHeaders } from './passed-headers.ts';
import type { HalfName } from './session-name.ts';
import type { GatewaySurroundings } from './surroundings.ts';

/** What such a leg is made of. */
export interface CalleeLegOptions {
  readonly party: string;
  /** Id of the call. */
  readonly call: string;
  readonly invite: Request;
  readonly surroundings: GatewaySurroundings;
  readonly media: JointMedia;
  readonly target: ProxyTarget;
  /** How it speaks, where that is known better than by the way to it. */
  readonly kind?: PartyKind | undefined;
  /** The caller's half of the Session-ID. */
  readonly caller: () => HalfName | undefined;
}

/** A callee that rings, until it answers or does not. */
export class CalleeLeg {
  readonly leg: Leg;
  readonly outgoing: OutgoingSession;
  readonly target: ProxyTarget;
  /** True once it was answered or refused. */
  settled = false;

  constructor(options: CalleeLegOptions) {
    const { party, call, invite, surroundings, media, target, caller: other } = options;
    const { uri, flow } = target;
    this.target = target;
    const secured = flow?.protocol === 'TLS' || target.secure === true || uri.scheme === 'sips';
    const { kind = calleeKind(target) } = options;
    // RFC 4568 §8.3: keys in the SDP are worth something only where nobody reads them on the way.
    const profile = kind === 'rtp' && secured ? { kind, srtp: 'optional' as const } : { kind };
    const legMedia = media.add(party, profile);
    const id = `${call}/${party}`;
    // RFC 3262 §5: an offer in a reliable response is answered in the PRACK, which a caller without 100rel never could.
    const reliable = media.caller.said !== undefined || knowsReliable(invite);
    const init = { id, profile, media: legMedia, flow, target, other, reliable };
    this.leg = new Leg(init, surroundings);
    this.outgoing = new OutgoingSession({
      id,
      surroundings: this.leg.surroundings,
      target: uri,
      from: partyOf(invite.from),
      to: partyOf(invite.to),
      negotiator: legMedia,
      offerless: media.caller.said === undefined,
      headers: [...passedHeaders(invite), ...replacing(invite)],
      maxForwards: (invite.maxForwards ?? 70) - 1,
    });
    this.leg.negotiateBy(this.outgoing);
  }

  /** Calls it. */
  start(): void {
    this.outgoing.start();
  }

  /** The call is for somebody else, or for nobody. */
  callOff(reasons: readonly HeaderInit[]): void {
    if (!this.settled) this.outgoing.abort(reasons);
  }
}

function knowsReliable(invite: Request): boolean {
  const tags = [supported, requireField].flatMap((field) => invite.get(field) ?? []);
  return tags.some((tag) => tag.toLowerCase() === '100rel');
}

// RFC 3891 §3: what it is to replace is no dialog of ours, so that only the callee can know it.
function replacing(invite: Request): readonly HeaderInit[] {
  const rows = invite.rows('Replaces').map((value): HeaderInit => ['Replaces', value]);
  return rows.length === 0 ? [] : [...rows, ['Require', 'replaces']];
}
