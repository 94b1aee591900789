// Fault 21: the caller gives up in the moment in which the other answers, and CANCEL and 200 cross (RFC 3261 §9.1).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { byeAfter } from '../outcome-words.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { say, time } from '../say.ts';

/** CANCEL crossing 200. */
export const cancelCrossed: Rule = (facts) =>
  facts.invitations.flatMap((invitation) => crossed(facts, invitation));

function crossed(facts: CallFacts, invitation: SeenTransaction): readonly Finding[] {
  const { final, status, origin, client, request } = invitation;
  const cancel = facts.cancelOf(invitation);
  if (cancel?.request === undefined || final === undefined || status === undefined) return [];
  if (status >= 300) return [];
  const [caller, callee] = [facts.name(client), facts.name(origin.server)];
  const acks = facts.acksOf(final);
  const bye = byeAfter(facts, final);
  const gap = cancel.request.at - final.at;
  const tidy = acks.length > 0 && bye?.request !== undefined;
  const when =
    Math.abs(gap) < 1
      ? `in the same moment as the ${final.row.title}`
      : `${time(Math.abs(gap))} ${gap < 0 ? 'before' : 'after'} the ${final.row.title}`;
  return [
    fault({
      rule: 'cancel-crossed',
      fault: 21,
      title: 'CANCEL crossed 200',
      happened: say(
        `${caller} gave up in the moment in which ${callee} answered: the CANCEL was sent ${when}, too late to stop it${
          tidy
            ? `, and ${facts.name(bye.client)} ended the call with BYE`
            : acks.length === 0
              ? ', and the answer was never acknowledged'
              : ', and nobody sent BYE'
        }.`,
        request,
        cancel.request,
        final,
        acks.slice(0, 1),
        bye?.request,
      ),
      why: say(
        `CANCEL has no effect on an INVITE that has its final answer: ${cancel.final === undefined ? 'it got no answer' : `it was answered ${cancel.final.row.title}`} and the call was up all the same.`,
        cancel.request,
        cancel.final,
        final,
      ),
      whose: tidy
        ? say(`Nobody: the two messages crossed on their way.`, cancel.request, final)
        : say(
            `${caller}, who has to take such an answer with ACK and end the call with BYE.`,
            final,
            cancel.request,
          ),
      todo: tidy
        ? say(`Nothing: ${caller} did what it should.`, bye.request)
        : say(
            `Update ${caller}: after a CANCEL that came too late it leaves ${callee} in a call with nobody.`,
            final,
          ),
      party: tidy ? undefined : client,
      certainty: facts.certainty(client, origin.server),
      section: 'RFC 3261 §9.1',
      about: facts.about(invitation, cancel, bye),
      weight: tidy ? 65 : 91,
    }),
  ];
}
