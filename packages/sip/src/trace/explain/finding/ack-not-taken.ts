// Fault 10: the ACK comes to the one who answered, and it goes on repeating its 2xx all the same (RFC 3261 §13.3.1.4).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { singleHandshakesOf, missOf } from '../handshake.ts';
import type { Handshake } from '../handshake.ts';
import type { SeenMessage } from '../seen-message.ts';
import { quoted, say, time } from '../say.ts';

/** 200 repeated after the ACK. */
export const ackNotTaken: Rule = (facts) =>
  singleHandshakesOf(facts).flatMap((handshake) => ignored(facts, handshake));

function ignored(facts: CallFacts, handshake: Handshake): readonly Finding[] {
  const { invite, origin, success, sent, repeats, acks, arrived, unfit, givenUp, failed } =
    handshake;
  const [ack] = [...arrived, ...unfit].toSorted((a, b) => a.at - b.at);
  const answer = success.response;
  if (!failed || ack?.request === undefined || answer === undefined) return [];
  const after = repeats.filter(({ at }) => at > ack.at);
  const isFit = !unfit.includes(ack);
  // A proxy takes its own Route out (RFC 3261 §16.4): as it left the caller, it has them all.
  const left = acks.find(({ row, request }) => row.from === invite.client && request !== undefined);
  const fits = missOf(left?.request ?? ack.request, answer) === undefined;
  if (after.length < 2 || (isFit && !fits)) return [];
  const [caller, callee] = [facts.name(invite.client), facts.name(origin.server)];
  const end =
    givenUp?.request === undefined
      ? ''
      : `, and hung up ${time(givenUp.request.at - sent.at)} after its answer`;
  return [
    fault({
      rule: 'ack-not-taken',
      fault: 10,
      title: '200 repeated after ACK',
      happened: say(
        `${callee} sent its ${sent.row.title} ${after.length} more times after the ACK had come${end}.`,
        sent,
        ack,
        after,
        givenUp?.request,
      ),
      why: isFit
        ? say(
            `The ACK has the CSeq number, tags and target of the answer, so ${callee} should have taken it; it did not.`,
            sent,
            ack,
          )
        : say(differenceOf(ack, success), success, ack),
      whose: isFit
        ? say(`${callee}, or a filter between this point and ${callee}.`, ack, after)
        : say(`${caller}, who sent an ACK that fits no answer.`, ack),
      todo: isFit
        ? say(
            `Look on ${callee} for what happens to the ACK of frame ${ack.frame}: a firewall on its machine, or an ACK that it cannot match.`,
            ack,
          )
        : say(`Mend the ACK that ${caller} makes, or whatever changes it on the way.`, ack),
      party: isFit ? origin.server : invite.client,
      certainty: facts.certainty(origin.server),
      section: 'RFC 3261 §13.3.1.4',
      about: facts.about(invite, origin, facts.transactionOf(ack), givenUp),
      weight: 90,
    }),
  ];
}

function differenceOf({ request }: SeenMessage, { response }: SeenMessage): string {
  if (request === undefined || response === undefined) return 'The ACK cannot be read.';
  return request.cseq.number === response.cseq.number
    ? `The ACK has the To tag ${quoted(request.toTag ?? 'none')}, the answer ${quoted(response.toTag ?? 'none')}, so it acknowledges nothing.`
    : `The ACK has CSeq ${request.cseq.number}, the INVITE and its answer ${response.cseq.number}, so it acknowledges nothing.`;
}
