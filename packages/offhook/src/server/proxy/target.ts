// Where a request may be forwarded to, and in which rounds (RFC 3261 §16.5, RFC 5393 §5.3.3).
import type { Flow } from '@offhook/sip';
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
}

/** A target with its share of the breadth that came in. */
export interface PlannedTarget {
  readonly target: ProxyTarget;
  readonly breadth: number;
}

/**
 * The targets without those whose URI is there before (RFC 3261 §16.5), the preferred ones first, in rounds: the targets
 * of one round are tried in parallel and share `breadth`; more than `breadth` targets take several rounds, one after the
 * other (RFC 5393 §5.3.3).
 */
export function planRounds(
  targets: readonly ProxyTarget[],
  breadth: number,
): readonly (readonly PlannedTarget[])[] {
  const different = withoutDoubles(targets).sort((a, b) => (b.q ?? 1) - (a.q ?? 1));
  const rounds: PlannedTarget[][] = [];
  for (let at = 0; at < different.length; at += breadth) {
    rounds.push(shared(different.slice(at, at + breadth), breadth));
  }
  return rounds;
}

function withoutDoubles(targets: readonly ProxyTarget[]): ProxyTarget[] {
  const found: ProxyTarget[] = [];
  for (const target of targets) {
    if (!found.some(({ uri }) => sameUri(uri, target.uri))) found.push(target);
  }
  return found;
}

function shared(targets: readonly ProxyTarget[], breadth: number): PlannedTarget[] {
  const each = Math.floor(breadth / targets.length);
  const more = breadth % targets.length;
  return targets.map((target, index) => ({ target, breadth: each + (index < more ? 1 : 0) }));
}
