// Fault 18: a session timer shorter than somebody on the way allows, refused with 422 (RFC 4028 §6, §7.3).
import { minSe } from '../../../message/header/min-se.ts';
import { sessionExpires } from '../../../message/header/session-expires.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { say, times } from '../say.ts';

/** 422 Session Interval Too Small. */
export const sessionIntervalTooSmall: Rule = (facts) => {
  const refused = facts.roots().filter(({ status }) => status === 422);
  const last = refused.at(-1);
  return last === undefined ? [] : tooShort(facts, refused, last);
};

function tooShort(
  facts: CallFacts,
  refused: readonly SeenTransaction[],
  last: SeenTransaction,
): readonly Finding[] {
  const { request, final, method, origin, client } = last;
  if (request === undefined || final === undefined) return [];
  if (facts.successAfter(last) !== undefined) return [];
  // RFC 4028 §7.3: a try with a longer time that was taken up to ringing or refused for another reason got over it too.
  const next = facts
    .roots(method)
    .find(
      (other) =>
        (other.request?.number ?? 0) > final.number &&
        other.client === client &&
        other.status !== 422,
    );
  if (next !== undefined) return [];
  const asked = request.message?.get(sessionExpires)?.seconds;
  const least = final.message?.get(minSe)?.seconds;
  const [asker, refuser] = [facts.name(client), facts.name(origin.server)];
  return [
    fault({
      rule: 'session-interval-too-small',
      fault: 18,
      title: '422: session timer too short',
      happened: say(
        `${asker} sent ${method} with a session timer of ${asked === undefined ? 'no stated length' : `${asked} s`}, and ${refuser} refused it ${times(refused.length)} with 422${least === undefined ? '' : ` because it wants at least ${least} s`}.`,
        refused.flatMap((each) => [...each.requests.slice(0, 1), ...each.finals.slice(0, 1)]),
      ),
      why: say(
        refused.length > 1
          ? `${asker} tried again without going up to the Min-SE${least === undefined ? '' : ` of ${least} s`} that the answer names.`
          : `After 422 ${asker} should try again with Session-Expires${least === undefined ? ' and Min-SE of the answer' : ` of at least ${least} s`}, and did not.`,
        refused.map((each) => each.final),
        request,
      ),
      whose: say(`${asker}, who does not follow the 422.`, final),
      todo: say(
        least === undefined
          ? `Have ${refuser} name Min-SE in its 422, as it must.`
          : `Set the session timer of ${asker} to ${least} s or more${asked !== undefined && asked >= 90 ? `, or lower Min-SE on ${refuser} to ${asked} s` : ''}.`,
        final,
        request,
      ),
      party: client,
      certainty: facts.certainty(client, origin.server),
      section: 'RFC 4028 §7.3',
      about: facts.about(...refused),
      weight: 87,
    }),
  ];
}
