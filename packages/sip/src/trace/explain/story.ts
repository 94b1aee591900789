// A call in five lines for somebody who knows nothing of SIP.
import type { Finding, Sentence } from './explanation.ts';
import type { CallFacts } from './facts.ts';
import { byeAfter, calleeName, outcomeOf } from './outcome-words.ts';
import { say, time } from './say.ts';

/** How many lines a story has at most. */
const mostLines = 5;

/** The story: who called whom, ringing, answer, trouble, end. */
export function storyOf(facts: CallFacts, findings: readonly Finding[]): readonly Sentence[] {
  const troubles = findings.filter(({ severity }) => severity === 'fault').slice(0, 2);
  const lines = [...linesOf(facts), ...troubles.slice(1).map(({ happened }) => happened)];
  const [trouble] = troubles;
  const kept = lines.slice(0, trouble === undefined ? mostLines : mostLines - 2);
  return trouble === undefined ? kept : [...kept, trouble.happened, trouble.todo];
}

function linesOf(facts: CallFacts): readonly Sentence[] {
  const [first] = facts.invitations;
  if (first?.request === undefined) return [outcomeOf(facts).happened];
  const invitation =
    facts.invitations.find(({ status = 0 }) => status >= 200 && status < 300) ??
    facts.invitations.at(-1) ??
    first;
  const [caller, callee] = [facts.name(facts.caller), calleeName(facts, invitation)];
  const lines = [say(`${caller} called ${callee}.`, first.request)];
  const ringing = invitation.provisionals.find(({ status }) => status === 180);
  if (ringing !== undefined)
    lines.push(say(`It rang at ${callee} after ${time(ringing.at - first.request.at)}.`, ringing));
  const answer = invitation.final;
  if (answer === undefined) return lines;
  if ((answer.status ?? 0) >= 300) return [...lines, outcomeOf(facts).happened].slice(-3);
  lines.push(say(`${callee} answered after ${time(answer.at - first.request.at)}.`, answer));
  const bye = byeAfter(facts, answer);
  if (bye?.request !== undefined)
    lines.push(
      say(
        `${facts.name(bye.client)} hung up after ${time(bye.request.at - answer.at)} of talking.`,
        bye.request,
      ),
    );
  return lines;
}
