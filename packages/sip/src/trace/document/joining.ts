// Which calls are legs of one: told by Session-ID (RFC 7989) or X-CID, else guessed where a back-to-back user agent calls on at once.
import type { MessageObserved } from '../../base/tap.ts';
import { addressText } from '../correlate/parties.ts';
import { tagIn, uriIn } from '../correlate/gist.ts';
import type { Joint } from './dossier.ts';

/** How soon after an INVITE arrived the one that it caused is sent, in milliseconds. */
const atOnce = 4000;

/** How many INVITEs are remembered. */
const most = 500;

/** What an INVITE that begins a call says of itself. */
interface Beginning {
  readonly callId: string;
  readonly at: number;
  readonly source: string;
  readonly destination: string;
  readonly fromUser: string;
  readonly toUser: string;
}

/** The first leg of a new one, and how sure that is. */
export interface Joined extends Joint {
  readonly callId: string;
}

/** Looks at the beginnings of calls, in the order in which they are seen. */
export class Joining {
  readonly #sessionIds = new Map<string, string>();
  #recent: Beginning[] = [];

  /** The call that the new call of `seen` is a leg of; undefined when it stands alone. */
  begins(callId: string, seen: MessageObserved): Joined | undefined {
    const named = this.#named(callId, seen.text);
    if (named !== undefined) return named;
    if (!seen.text.startsWith('INVITE ')) return undefined;
    const outward = seen.direction === 'out';
    const beginning: Beginning = {
      callId,
      at: seen.at,
      source: addressText(outward ? seen.local : seen.remote),
      destination: addressText(outward ? seen.remote : seen.local),
      fromUser: userIn(headerIn(seen.text, 'from', 'f')),
      toUser: userIn(headerIn(seen.text, 'to', 't')),
    };
    if (tagIn(headerIn(seen.text, 'to', 't')) !== '') return undefined;
    this.#recent = this.#recent.filter(({ at }) => seen.at - at <= atOnce).slice(-most);
    const cause = isNamed(seen.text) ? undefined : likelyCause(beginning, this.#recent);
    this.#recent.push(beginning);
    if (cause === undefined) return undefined;
    return { callId: cause.callId, joinedBy: 'likeness', certain: false };
  }

  /** The call that a later message of a call ties it to: a phone may learn its Session-ID from an answer (RFC 7989 §6). */
  goesOn(callId: string, { text }: MessageObserved): Joined | undefined {
    return isNamed(text) ? this.#named(callId, text) : undefined;
  }

  #named(callId: string, text: string): Joined | undefined {
    const xCid = headerIn(text, 'x-cid', 'x-call-id');
    for (const half of sessionIdsIn(headerIn(text, 'session-id', 'session-id'))) {
      const known = this.#sessionIds.get(half);
      if (known !== undefined && known !== callId)
        return { callId: known, joinedBy: 'Session-ID', certain: true };
      this.#sessionIds.set(half, callId);
      for (const eldest of this.#sessionIds.keys()) {
        if (this.#sessionIds.size <= most * 4) break;
        this.#sessionIds.delete(eldest);
      }
    }
    if (xCid !== '' && xCid !== callId) return { callId: xCid, joinedBy: 'X-CID', certain: true };
    return undefined;
  }
}

/** Who tells a Session-ID is joined by it, or not at all. */
function isNamed(text: string): boolean {
  return /\nsession-id[ \t]*:/i.test(text);
}

/** The party that calls has just been called: by the same caller, or, where it was called once, for the same callee. */
function likelyCause(
  { source, destination, fromUser, toUser }: Beginning,
  recent: readonly Beginning[],
): Beginning | undefined {
  const arrived = recent.filter((one) => one.destination === source && one.source !== destination);
  const ofCaller = arrived.filter((one) => fromUser !== '' && one.fromUser === fromUser);
  if (ofCaller.length > 0) return ofCaller.at(-1);
  const [only, ...others] = arrived;
  return others.length === 0 && toUser !== '' && only?.toUser === toUser ? only : undefined;
}

/** The value of a header of any text; empty when it is not there. */
export function headerIn(text: string, name: string, short: string): string {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text.slice(0, 8000) : text.slice(0, end);
  for (const line of head.split('\r\n').slice(1, 100)) {
    const colon = line.indexOf(':');
    if (colon <= 0 || colon > 30) continue;
    const found = line.slice(0, colon).trim().toLowerCase();
    if (found === name || found === short) return line.slice(colon + 1).trim();
  }
  return '';
}

function sessionIdsIn(value: string): readonly string[] {
  return (value.toLowerCase().match(/\b[0-9a-f]{32}\b/g) ?? [])
    .slice(0, 2)
    .filter((half) => !/^0+$/.test(half));
}

function userIn(value: string): string {
  const uri = uriIn(value);
  const at = uri.indexOf('@');
  return at < 0 ? '' : uri.slice(uri.indexOf(':') + 1, at);
}
