// A call in five lines for somebody who knows nothing of SIP.
import { referTo } from '../../message/header/refer-to.ts';
import { formatUri } from '../../message/uri.ts';
import type { Finding, Sentence } from './explanation.ts';
import type { CallFacts } from './facts.ts';
import { modificationsOf } from './modification.ts';
import { byeAfter, outcomeOf } from './outcome-words.ts';
import { after, quoted, say, time } from './say.ts';

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
  const room = mostLines - lines.length - (bye === undefined ? 0 : 1);
  lines.push(...changesOf(facts, answer.at).slice(0, hasTrouble ? 0 : room));
  if (bye?.request !== undefined)
    lines.push(
      say(
        `${facts.name(bye.client)} hung up when the call had lasted ${time(bye.request.at - answer.at)}.`,
        bye.request,
      ),
    );
  return lines;
}

/** What was done with the call while it was up: hold and resume, transfer. */
function changesOf(facts: CallFacts, answeredAt: number): readonly Sentence[] {
  const lines = [...holdsOf(facts, answeredAt), ...transfersOf(facts)];
  return lines.toSorted((a, b) => (a.frames[0] ?? 0) - (b.frames[0] ?? 0));
}

function holdsOf(facts: CallFacts, answeredAt: number): readonly Sentence[] {
  const done = modificationsOf(facts).filter(
    ({ transaction }) => (transaction.status ?? 999) < 300,
  );
  return done.flatMap(({ wish, request, side, dialog }, index) => {
    if (wish !== 'hold') return [];
    const resume = done
      .slice(index + 1)
      .find((other) => other.wish === 'resume' && other.side === side && other.dialog === dialog);
    const who = facts.name(request.row.from);
    const begun = `${who} put the call on hold ${after(request.at - answeredAt)}`;
    return resume === undefined
      ? say(`${begun}.`, request)
      : say(
          `${begun} and took it off hold ${time(resume.request.at - request.at)} later.`,
          request,
          resume.request,
        );
  });
}

function transfersOf(facts: CallFacts): readonly Sentence[] {
  return facts
    .roots('REFER')
    .filter(({ status = 999 }) => status < 300)
    .flatMap(({ request, client, server }) => {
      const to = request?.message?.get(referTo)?.uri;
      if (to === undefined) return [];
      const target = quoted(formatUri(to).replace(/\?.*/, ''));
      return say(`${facts.name(client)} asked ${facts.name(server)} to call ${target}.`, request);
    });
}
