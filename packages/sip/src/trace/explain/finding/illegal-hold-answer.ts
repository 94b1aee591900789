// Fault 14: a hold that is answered with a direction that the offer does not allow (RFC 3264 §6.1, §8.4).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { mayAnswer, receives, sends } from '../../../sdp/direction.ts';
import type { Direction } from '../../../sdp/negotiator.ts';
import { say } from '../say.ts';

/** Hold answered illegally. */
export const illegalHoldAnswer: Rule = (facts) =>
  facts.document.negotiations.flatMap((negotiation) => {
    const offer = facts.message(negotiation.offer);
    const answer = facts.message(negotiation.answer);
    if (offer?.sdp === undefined || answer?.sdp === undefined) return [];
    for (const [index, answered] of answer.sdp.media.entries()) {
      const offered = offer.sdp.media[index];
      if (offered === undefined || offered.port === 0 || answered.port === 0) continue;
      if (mayAnswer(offered.direction, answered.direction)) continue;
      return [
        illegal(facts, {
          offer: negotiation.offer,
          answer: negotiation.answer ?? 0,
          media: answered.media,
          offered: offered.direction,
          answered: answered.direction,
        }),
      ];
    }
    return [];
  });

interface Breach {
  /** Numbers of the messages. */
  readonly offer: number;
  readonly answer: number;
  readonly media: string;
  readonly offered: Direction;
  readonly answered: Direction;
}

function illegal(facts: CallFacts, breach: Breach): Finding {
  const { media, offered, answered } = breach;
  const [offer, answer] = [facts.message(breach.offer), facts.message(breach.answer)];
  const [holder, held] = [facts.name(offer?.row.from), facts.name(answer?.row.from)];
  const allowed =
    offered === 'sendonly'
      ? 'recvonly or inactive'
      : offered === 'recvonly'
        ? 'sendonly or inactive'
        : 'inactive';
  const stated = answer?.sdp?.media.some(
    ({ media: name, lines }) => name === media && lines.some((line) => line === `a=${answered}`),
  );
  return fault({
    rule: 'illegal-hold-answer',
    fault: 14,
    title: 'Hold answered illegally',
    happened: say(
      `${holder} ${offered === 'recvonly' ? 'wanted only to receive' : 'put the call on hold'} (${media} ${offered}), and ${held} answered ${answered}${stated === true ? '' : ' (it says no direction, which means that)'}.`,
      offer,
      answer,
    ),
    why: say(
      `An offer of ${offered} may be answered by ${allowed} only: by its answer ${held} ${sends(answered) && !receives(offered) ? 'goes on sending to somebody who does not listen' : 'waits for media that nobody sends'}.`,
      offer,
      answer,
    ),
    whose: say(`${held}, who gave the answer.`, answer),
    todo: say(`Update ${held}, or have it answer ${offered} with ${allowed}.`, answer),
    party: answer?.row.from,
    certainty: facts.certainty(answer?.row.from),
    section: 'RFC 3264 §6.1',
    about: { messages: [breach.offer, breach.answer] },
    weight: 60,
  });
}
