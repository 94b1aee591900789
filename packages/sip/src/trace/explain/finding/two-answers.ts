// Fault 19: a call that was forked is answered twice (RFC 3261 §13.2.2.4).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { grouped } from '../grouped.ts';
import { handshakesOf } from '../handshake.ts';
import type { Handshake } from '../handshake.ts';
import { byeAfter } from '../outcome-words.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { listed, quoted, say, time } from '../say.ts';

/** Forked call, two answers. */
export const twoAnswers: Rule = (facts) =>
  grouped(handshakesOf(facts), ({ invite }) => invite)
    .filter((answers) => answers.length > 1)
    .map((answers) => doubled(facts, answers));

/** An answer with the BYE that ended it. */
interface Ended {
  readonly answer: Handshake;
  readonly bye: SeenTransaction | undefined;
  readonly name: string;
}

function doubled(facts: CallFacts, all: readonly Handshake[]): Finding {
  const answers = all
    .toSorted((a, b) => a.success.at - b.success.at)
    .map((answer): Ended => {
      const bye = byeAfter(facts, answer.success);
      return { answer, bye, name: whoOf(facts, answer.origin.server, answer.success) };
    });
  const [first, second] = answers;
  const invite = first?.answer.invite;
  const caller = facts.name(invite?.client);
  // Who is kept is the one whose call lasts.
  const kept = answers.toSorted((a, b) => endOf(b) - endOf(a))[0];
  const losers = answers.filter((each) => each !== kept);
  const left = losers.filter((loser) => troubleOf(loser) !== undefined);
  const gap = (second?.answer.success.at ?? 0) - (first?.answer.success.at ?? 0);
  const lost = listed(losers.map(({ name }) => name));
  const proofs = answers.map(({ answer }) => answer.success);
  const ends = losers.flatMap(({ answer, bye }) => [answer.acks[0], bye?.request, bye?.final]);
  return fault({
    rule: 'two-answers',
    fault: 19,
    title: 'Forked call, two answers',
    happened: say(
      `The call of ${caller} rang at several phones and was answered by ${listed(answers.map(({ name }) => name))} ${gap < 1 ? 'at the same moment' : `within ${time(gap)}`}; ${
        left.length === 0
          ? `${caller} kept ${kept?.name ?? 'nobody'} and hung up on ${lost}`
          : left.map((loser) => `${loser.name} ${troubleOf(loser) ?? ''}`).join(', ')
      }.`,
      invite?.request,
      proofs,
      ends,
    ),
    why: say(
      'They were picked up before the CANCEL for the others could reach them, so two 2xx with different To tags came for one INVITE, each a dialog of its own.',
      proofs,
    ),
    whose:
      left.length === 0
        ? say(
            `Nobody did wrong: ${caller} acknowledged each answer and ended the one too many.`,
            ends,
          )
        : say(
            `${caller}, who has to send ACK and BYE for every answer that it does not keep, each to the Contact of that answer.`,
            left.map(({ answer }) => answer.success),
            ends,
          ),
    todo:
      left.length === 0
        ? say(
            'Nothing, unless it happens often: then let the phones ring one after the other.',
            proofs,
          )
        : say(
            `Update ${caller}: it leaves ${listed(left.map(({ name }) => name))} in a call with nobody.`,
            left.map(({ answer }) => answer.success),
          ),
    party: left.length === 0 ? undefined : invite?.client,
    certainty: facts.certainty(invite?.client),
    section: 'RFC 3261 §13.2.2.4',
    about: facts.about(invite, ...answers.map(({ answer }) => answer.origin)),
    weight: left.length === 0 ? 69 : 94,
  });
}

function endOf({ answer, bye }: Ended): number {
  if (answer.acks.length === 0) return 0;
  return bye?.request === undefined || bye.status === 481 ? Infinity : bye.request.at;
}

/** What a loser suffers; undefined when it got its ACK and its BYE. */
function troubleOf({ answer, bye }: Ended): string | undefined {
  if (answer.acks.length === 0) return 'never got an ACK';
  if (answer.arrived.length === 0 && answer.repeats.length > 1)
    return 'never got its ACK, which went elsewhere';
  if (bye?.request === undefined) return 'got an ACK and no BYE';
  return bye.status === 481 ? 'got no BYE, which went elsewhere' : undefined;
}

// Behind a proxy all answers come from one party: then the tag tells them apart.
function whoOf(
  facts: CallFacts,
  party: number | undefined,
  { response, row }: Handshake['success'],
): string {
  const name = facts.name(party);
  return party === row.from ? `${name} (tag ${quoted(response?.toTag ?? 'none')})` : name;
}
