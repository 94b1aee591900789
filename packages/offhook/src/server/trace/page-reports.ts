// What pages observed, put on the time line of the server: only of calls that the page's own user takes part in.
import type { Observation } from '@offhook/sip';
import { parseTapLine } from '@offhook/sip/trace';
import type { DomainOf } from '../location/aor.ts';
import { factsOf } from './facts.ts';
import type { Ledger, Leg } from './ledger.ts';
import type { PageReport, TakenReport } from './messages.ts';

/** A report as far as it was taken. */
export interface ReadReport extends TakenReport {
  readonly observations: readonly {
    readonly observation: Observation;
    readonly legs: readonly Leg[];
  }[];
}

/** How old what a page tells may be, and how far its clock may be ahead of what we make of it, in milliseconds. */
const oldest = 3_600_000;
const newest = 10_000;

/** Names that are the system's own. */
const ownNames = new Set(['server', 'echo', 'bob', '']);

/** Reads the reports of pages. */
export class PageReports {
  readonly #ledger: Ledger;
  readonly #domainOf: DomainOf;

  constructor(ledger: Ledger, domainOf: DomainOf) {
    this.#ledger = ledger;
    this.#domainOf = domainOf;
  }

  /** Reads a report; what is about calls of others is refused. */
  read({ user, lines, shift, received }: PageReport): ReadReport {
    const observations: ReadReport['observations'][number][] = [];
    let refused = 0;
    for (const line of lines.split('\n')) {
      if (line.trim() === '') continue;
      const read = parseTapLine(line);
      const moved = read.ok ? told(read.value, user, shift) : undefined;
      // What was long ago or is to come would never end by its age.
      const isNow =
        moved !== undefined && moved.at > received - oldest && moved.at < received + newest;
      const observation = isNow ? moved : undefined;
      const legs = observation === undefined ? [] : this.#legsOf(observation, user);
      if (observation === undefined || legs.length === 0) refused += 1;
      else observations.push({ observation, legs });
    }
    return { taken: observations.length, refused, observations };
  }

  // A page speaks of its user's calls alone, and makes no call anybody else's: of a call that never came here it is the only witness.
  #legsOf(observation: Observation, user: string): readonly Leg[] {
    const callId = this.#callIdOf(observation);
    if (callId === undefined) {
      const legs = this.#ledger.legsOf(observation, 'page');
      return legs.filter(({ call }) => call.users.has(user));
    }
    const known = this.#ledger.known(callId);
    if (known !== undefined && !known.call.users.has(user)) return [];
    if (known === undefined) this.#ledger.leg(callId).call.users.add(user);
    return this.#ledger.legsOf(observation, 'page');
  }

  #callIdOf(observation: Observation): string | undefined {
    switch (observation.kind) {
      case 'message':
        return factsOf(observation.text, this.#domainOf)?.callId;
      case 'transaction':
      case 'dialog':
      case 'session':
      case 'subscription':
        return observation.callId;
      case 'offer-answer':
      case 'media':
      case 'dropped':
      case 'flow':
      case 'registration':
        return undefined;
    }
  }
}

/** The observation under the user's name, whatever the page calls itself, and by our clock. */
function told(observation: Observation, user: string, shift: number): Observation {
  const endpoint = ownNames.has(user) ? `${user} (page)` : user;
  const own = { ...observation, endpoint, at: observation.at + shift };
  // What was moved by less than a millisecond stands where it was.
  const moved = Math.abs(shift) < 1 ? own : { ...own, moved: Math.round(shift) };
  if (!('timers' in moved)) return moved;
  return { ...moved, timers: moved.timers.map((timer) => ({ ...timer, due: timer.due + shift })) };
}
