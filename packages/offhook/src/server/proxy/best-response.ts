// RFC 3261 §16.7 items 6 and 7: which of several final outcomes goes upstream.
import { appendHeader } from '@offhook/sip/message';
import type { Response } from '@offhook/sip/message';

/** How one branch ended: with a response, or with the status that its silence or failure counts as. */
export interface Outcome {
  readonly status: number;
  /** Without our Via; absent when nothing was received. */
  readonly response?: Response | undefined;
}

/** The outcome to send: a 6xx, else the lowest class, and there what helps to send the request again. */
export function bestOutcome(outcomes: readonly Outcome[]): Outcome {
  // Item 6: nothing final at all is a timeout.
  let best: Outcome | undefined;
  for (const outcome of outcomes) {
    if (best === undefined || rank(outcome) < rank(best)) best = outcome;
  }
  if (best === undefined) return { status: 408 };
  // Item 6: a 503 would say that nothing at all can be sent through us.
  if (best.status === 503) return { status: 500 };
  return { ...best, response: best.response && withAllChallenges(best.response, outcomes) };
}

/** Statuses whose response tells how to do better (RFC 3261 §16.7 item 6). */
const helpful: readonly number[] = [401, 407, 415, 420, 484];

// Lower is better; of equals the first that came is taken.
function rank({ status, response }: Outcome): number {
  const statusClass = Math.floor(status / 100);
  const byClass = statusClass === 6 ? 0 : statusClass;
  const within = helpful.includes(status) ? 0 : status === 503 ? 2 : 1;
  return byClass * 10 + within * 2 + (response === undefined ? 1 : 0);
}

// Item 7: every 401 and 407 gives its challenges to the one that goes; their order per branch stays (RFC 8760 §2.5).
function withAllChallenges(chosen: Response, outcomes: readonly Outcome[]): Response {
  if (!isChallenge(chosen.status)) return chosen;
  const others = outcomes.flatMap(({ response }) => {
    if (response === undefined || response === chosen || !isChallenge(response.status)) return [];
    return ['WWW-Authenticate', 'Proxy-Authenticate'].flatMap((name) =>
      response.rows(name).map((value) => appendHeader(name, value)),
    );
  });
  return chosen.with(...others);
}

function isChallenge(status: number): boolean {
  return status === 401 || status === 407;
}
