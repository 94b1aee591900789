// On which connection each party of a call is reached: lost with it, found again where the party registers or is heard anew (RFC 5626 §5.3).
import type { Flow } from '@offhook/sip';
import { contact, from as fromField, isSipUri, sameHost } from '@offhook/sip/message';
import type { Request, Uri } from '@offhook/sip/message';
import type { BridgedCall } from './bridged-call.ts';
import type { Leg } from './leg.ts';

interface Reached {
  readonly call: BridgedCall;
  readonly leg: Leg;
}

/** The legs whose parties are on connections, by connection. */
export class PartyFlows {
  readonly #byFlow = new Map<string, Set<Reached>>();
  /** Legs without a connection. */
  readonly #lost = new Set<Reached>();

  /** A party was heard on `flow`: it is reached there. */
  heard(call: BridgedCall, leg: Leg, flow: Flow): void {
    const known = [...(this.#byFlow.get(leg.flow?.id ?? '') ?? [])].find((one) => one.leg === leg);
    if (known !== undefined && leg.flow?.id === flow.id) return;
    this.forget(leg);
    leg.moved(flow);
    if (flow.protocol !== 'UDP') this.#put({ call, leg }, flow);
    call.back(leg, 'flow');
  }

  /** The connection of a party is gone, as after a crash. */
  missed(call: BridgedCall, leg: Leg): void {
    this.#lost.add({ call, leg });
    call.lost(leg, 'flow');
  }

  /** A connection ended: whoever was on it is missed. */
  closed(flow: Flow): void {
    const gone = this.#byFlow.get(flow.id) ?? [];
    this.#byFlow.delete(flow.id);
    for (const one of gone) {
      this.#lost.add(one);
      one.call.lost(one.leg, 'flow');
    }
  }

  /** Somebody has registered on `flow`: a party that was missed may be found there. */
  registered(register: Request, flow: Flow): void {
    for (const one of this.#lost)
      if (isSame(one.leg, register)) this.heard(one.call, one.leg, flow);
  }

  /** The leg is over. */
  forget(leg: Leg): void {
    for (const one of this.#lost) if (one.leg === leg) this.#lost.delete(one);
    const all = this.#byFlow.get(leg.flow?.id ?? '');
    for (const one of all ?? []) if (one.leg === leg) all?.delete(one);
    if (all?.size === 0) this.#byFlow.delete(leg.flow?.id ?? '');
  }

  /** How many connections are known, and how many legs without one. */
  get size(): number {
    return this.#byFlow.size + this.#lost.size;
  }

  #put(one: Reached, flow: Flow): void {
    const all = this.#byFlow.get(flow.id) ?? new Set();
    this.#byFlow.set(flow.id, all);
    all.add(one);
  }
}

// The same user at the same user agent: by its instance, by its GRUU, or by the name in its contact, which is drawn by chance.
function isSame({ session, instance }: Leg, register: Request): boolean {
  const party = session && fromField.parse([session.dialog.remoteParty]);
  const target = session?.dialog.remoteTarget;
  if (party?.ok !== true || target === undefined) return false;
  if (!isSameUser(party.value.uri, register.to.uri)) return false;
  const gruu = isSipUri(target) ? target.parameters.get('gr') : undefined;
  return (register.get(contact) ?? []).some((one) => {
    if (one === '*') return false;
    const said = bare(one.parameters.get('+sip.instance'));
    if (said !== undefined && (said === bare(instance) || said === gruu)) return true;
    return isSipUri(target) && isSipUri(one.uri) && target.user !== undefined
      ? target.user === one.uri.user && sameHost(target.host, one.uri.host)
      : false;
  });
}

function bare(instance: string | undefined): string | undefined {
  return instance?.replaceAll(/["<>]/g, '');
}

function isSameUser(a: Uri, b: Uri): boolean {
  return isSipUri(a) && isSipUri(b) && a.user === b.user;
}
