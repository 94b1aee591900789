// A call in five lines for somebody who knows nothing of SIP.
import type { Finding, Sentence } from './explanation.ts';
import type { CallFacts } from './facts.ts';
import { byeAfter, outcomeOf } from './outcome-words.ts';
import { after, say, time } from './say.ts';

/** How many lines a story has at most. */
const mostLines = 5;

/** The story: who called whom, ringing, answer, trouble, end. */
export function storyOf(facts: CallFacts, findings: readonly Finding[]): readonly Sentence[] {
  const [trouble] = findings.filter(({ severity }) => severity === 'fault');
  const lines = linesOf(facts, trouble !== undefined);
  if (trouble === undefined) return lines.slice(0, mostLines);
  return [...lines.slice(0, mostLines - 2), trouble.happened, trouble.todo];
}

function linesOf(facts: CallFacts, hasTrouble: boolean): readonly Sentence[] {
  const [first] = facts.invitations;
  if (first?.request === undefined) return hasTrouble ? [] : [outcomeOf(facts).happened];
  const invitation =
    facts.invitations.find(({ status = 0 }) => status >= 200 && status < 300) ??
    facts.invitations.at(-1) ??
    first;
  const [caller, callee] = [facts.name(facts.caller), facts.dialled];
  const lines = [say(`${caller} called ${callee}.`, first.request)];
  const ringing = invitation.provisionals.find(({ status }) => status === 180);
  if (ringing !== undefined)
    lines.push(say(`It rang at ${callee} ${after(ringing.at - first.request.at)}.`, ringing));
  const answer = invitation.final;
  if (answer === undefined) return lines;
  if ((answer.status ?? 0) >= 300)
    return hasTrouble ? lines : [...lines, outcomeOf(facts).happened];
  lines.push(say(`${callee} answered ${after(answer.at - first.request.at)}.`, answer));
  const bye = byeAfter(facts, answer);
  if (bye?.request !== undefined)
    lines.push(
      say(
        `${facts.name(bye.client)} hung up when the call had lasted ${time(bye.request.at - answer.at)}.`,
        bye.request,
      ),
    );
  return lines;
}
