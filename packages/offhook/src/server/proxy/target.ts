// Where a request may be forwarded to, and in which rounds (RFC 3261 §16.5, RFC 5393 §5.3.3, RFC 5626 §7).
import type { Address, Flow } from '@offhook/sip';
import { sameUri } from '@offhook/sip/message';
import type { Uri } from '@offhook/sip/message';

/** One target of a request. */
export interface ProxyTarget {
  /** Becomes the Request-URI. */
  readonly uri: Uri;
  /** Sent on this very flow, as for a contact that registered over a connection. */
  readonly flow?: Flow | undefined;
  /** Route values that go before those of the request: what the contact's Path says (RFC 3327 §5.4). */
  readonly routes?: readonly string[] | undefined;
  /** Preference from 0 to 1; 1 when absent (RFC 3261 §20.10). */
  readonly q?: number | undefined;
  /** True when it is reached over TLS though its URI does not say so (RFC 5630 §5.3). */
  readonly secure?: boolean | undefined;
  /** Where it was registered from, which says where it may lead; the sender of the request when absent. */
  readonly source?: Address | undefined;
  /** The user agent behind it: of several targets with the same one, only one is tried at a time (RFC 5626 §7). */
  readonly instance?: string | undefined;
}

/** The ways to one user agent, with its share of the breadth that came in. */
export interface PlannedTarget {
  /** The way to begin with, and the others in the order in which they are tried when a flow fails. */
  readonly ways: readonly ProxyTarget[];
  readonly breadth: number;
}

/**
 * The targets without those whose URI is there before (RFC 3261 §16.5), in rounds that are tried one after the other: a
 * round has the targets of one preference, and shares `breadth`; more than `breadth` of them take several rounds
 * (RFC 5393 §5.3.3).
 */
export function planRounds(
  targets: readonly ProxyTarget[],
  breadth: number,
): readonly (readonly PlannedTarget[])[] {
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return [[{ ways: [only], breadth }]];
  const sorted = waysByAgent(withoutDoubles(targets)).sort((a, b) => preference(b) - preference(a));
  const rounds: PlannedTarget[][] = [];
  for (let at = 0; at < sorted.length;) {
    const [first] = sorted.slice(at);
    const same = sorted
      .slice(at, at + breadth)
      .filter((one) => preference(one) === preference(first));
    rounds.push(shared(same, breadth));
    at += same.length;
  }
  return rounds;
}

type Ways = ProxyTarget[];

function preference(ways: Ways | undefined): number {
  return ways?.[0]?.q ?? 1;
}

function withoutDoubles(targets: readonly ProxyTarget[]): readonly ProxyTarget[] {
  const found: ProxyTarget[] = [];
  for (const target of targets) {
    if (!found.some((other) => isDouble(other, target))) found.push(target);
  }
  return found;
}

// Two flows of one user agent may have the same contact (RFC 5626 §4.2).
function isDouble(a: ProxyTarget, b: ProxyTarget): boolean {
  if (!sameUri(a.uri, b.uri)) return false;
  return b.instance === undefined || a.instance !== b.instance || a.flow?.id === b.flow?.id;
}

function waysByAgent(targets: readonly ProxyTarget[]): Ways[] {
  const agents: Ways[] = [];
  for (const target of targets) {
    const known =
      target.instance === undefined
        ? undefined
        : agents.find(([first]) => first?.instance === target.instance);
    if (known === undefined) agents.push([target]);
    else known.push(target);
  }
  return agents;
}

function shared(agents: readonly Ways[], breadth: number): PlannedTarget[] {
  const each = Math.floor(breadth / agents.length);
  const more = breadth % agents.length;
  return agents.map((ways, index) => ({ ways, breadth: each + (index < more ? 1 : 0) }));
}
