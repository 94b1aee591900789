// Fault 19: a call that was forked is answered twice (RFC 3261 §13.2.2.4).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { grouped } from '../grouped.ts';
import { handshakesOf } from '../handshake.ts';
import type { Handshake } from '../handshake.ts';
import { byeAfter } from '../outcome-words.ts';
import { listed, say, time } from '../say.ts';

/** Forked call, two answers. */
export const twoAnswers: Rule = (facts) =>
  grouped(handshakesOf(facts), ({ invite }) => invite)
    .filter((answers) => answers.length > 1)
    .map((answers) => doubled(facts, answers));

function doubled(facts: CallFacts, all: readonly Handshake[]): Finding {
  const answers = all.toSorted((a, b) => a.success.at - b.success.at);
  const [first, ...rest] = answers;
  const { invite } = first ?? {};
  const caller = facts.name(invite?.client);
  const ends = answers.map((answer) => ({ answer, bye: byeAfter(facts, answer.success) }));
  // Who is kept is the one whose call lasts.
  const kept = ends.toSorted(
    (a, b) => (b.bye?.request?.at ?? Infinity) - (a.bye?.request?.at ?? Infinity),
  )[0];
  const losers = ends.filter((each) => each !== kept);
  const names = answers.map(({ origin, success }) => whoOf(facts, origin.server, success));
  const untidy = losers.filter(
    ({ answer, bye }) => answer.acks.length === 0 || bye?.request === undefined,
  );
  const keptName =
    kept === undefined ? 'nobody' : whoOf(facts, kept.answer.origin.server, kept.answer.success);
  const lostNames = listed(
    losers.map(({ answer }) => whoOf(facts, answer.origin.server, answer.success)),
  );
  const gap = time((rest[0]?.success.at ?? 0) - (first?.success.at ?? 0));
  return fault({
    rule: 'two-answers',
    fault: 19,
    title: 'Forked call, two answers',
    happened: say(
      `The call of ${caller} rang at several phones and was answered by ${listed(names)} within ${gap}; ${
        untidy.length === 0
          ? `${caller} kept ${keptName} and hung up on ${lostNames}`
          : `${lostNames} got ${untidy.some(({ answer }) => answer.acks.length === 0) ? 'no ACK' : 'an ACK'} and ${untidy.some(({ bye }) => bye === undefined) ? 'no BYE' : 'a BYE'}`
      }.`,
      invite?.request,
      answers.map(({ success }) => success),
      losers.flatMap(({ answer, bye }) => [
        ...answer.acks.slice(0, 1),
        ...(bye?.request === undefined ? [] : [bye.request]),
      ]),
    ),
    why: say(
      `Both pressed the button before the CANCEL for the others could reach them, so two 2xx with different To tags came for one INVITE, each a dialog of its own.`,
      answers.map(({ success }) => success),
    ),
    whose:
      untidy.length === 0
        ? say(
            `Nobody did wrong: ${caller} acknowledged each answer and ended the one too many.`,
            losers.map(({ bye }) => bye?.request).filter((seen) => seen !== undefined),
            answers.map(({ success }) => success),
          )
        : say(
            `${caller}, who has to send ACK and BYE for every answer it does not keep.`,
            losers.map(({ answer }) => answer.success),
          ),
    todo:
      untidy.length === 0
        ? say(
            'Nothing, unless it happens often: then let the phones ring one after the other.',
            answers.map(({ success }) => success),
          )
        : say(
            `Update ${caller}: it leaves ${lostNames} in a call with nobody.`,
            losers.map(({ answer }) => answer.success),
          ),
    party: untidy.length === 0 ? undefined : invite?.client,
    certainty: facts.certainty(invite?.client),
    section: 'RFC 3261 §13.2.2.4',
    about: facts.about(invite, ...answers.map(({ origin }) => origin)),
    weight: untidy.length === 0 ? 66 : 89,
  });
}

// Behind a proxy all answers come from one party: then the tag tells them apart.
function whoOf(
  facts: CallFacts,
  party: number | undefined,
  { response, row }: Handshake['success'],
): string {
  return party === row.from
    ? `${facts.name(party)} (tag ${response?.toTag ?? ''})`
    : facts.name(party);
}
