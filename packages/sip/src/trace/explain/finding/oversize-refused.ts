// Fault 31, told by the receiver: a message that is too large for it, refused with 513 or 413 (RFC 3261 §21.4.11, §21.5.7).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { after, quoted, say } from '../say.ts';

/** RFC 3261 §18.1.1: longer than this a request has to go over a transport with congestion control. */
const longest = 1300;

/** 513 Message Too Large. */
export const oversizeRefused: Rule = (facts) =>
  facts
    .roots()
    .filter(({ status }) => status === 513 || status === 413)
    .flatMap((transaction) => refusal(facts, transaction));

function refusal(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, final, method, origin, client } = transaction;
  if (request === undefined || final === undefined) return [];
  if (facts.successAfter(transaction) !== undefined) return [];
  const [asker, refuser] = [facts.name(client), facts.name(origin.server)];
  const size = request.row.text.length;
  const byUdp = request.row.protocol.toUpperCase() === 'UDP' && size > longest;
  return [
    fault({
      rule: 'oversize',
      fault: 31,
      title: `${final.status ?? 513}: message too large`,
      happened: say(
        `${asker} sent ${method} with ${size} octets by ${request.row.protocol}, and ${refuser} refused it with ${quoted(final.row.title)} ${after(final.at - request.at)}.`,
        request,
        origin.final,
        final,
      ),
      why: say(
        `${refuser} does not take messages of this size${byUdp ? `; over UDP more than ${longest} octets should not be sent at all, since they are cut into fragments that get lost` : ''}.`,
        request,
        origin.final,
        final,
      ),
      whose: say(`${asker}, whose message is long, and the limit of ${refuser}.`, request, final),
      todo: say(
        `Make the ${method} of ${asker} shorter (fewer codecs, candidates and headers)${byUdp ? ', send it by TCP,' : ''} or raise the limit of ${refuser}.`,
        request,
        final,
      ),
      party: client,
      certainty: facts.certainty(client, origin.server),
      section: final.status === 413 ? 'RFC 3261 §21.4.11' : 'RFC 3261 §21.5.7',
      about: facts.about(transaction, origin),
      weight: 83,
    }),
  ];
}
