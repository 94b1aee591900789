// Fault 5: 403 to somebody who was not even asked for credentials: an address that is not let in (RFC 3261 §21.4.4).
import { authorization } from '../../../message/header/authorization.ts';
import { proxyAuthorization } from '../../../message/header/proxy-authorization.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { reasonWords } from '../reason-words.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { after, say } from '../say.ts';

/** 403 by source filter. */
export const forbiddenSource: Rule = (facts) =>
  facts
    .roots()
    .filter(({ status }) => status === 403)
    .flatMap((transaction) => shutOut(facts, transaction));

function shutOut(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, final, method, origin, client } = transaction;
  if (request?.request === undefined || final === undefined) return [];
  if (request.request.toTag !== undefined || facts.successAfter(transaction) !== undefined)
    return [];
  const given =
    request.request.has(authorization.name) || request.request.has(proxyAuthorization.name);
  if (given) return [];
  const sender = origin.client;
  const [asker, asked] = [facts.name(sender), facts.name(origin.server)];
  const address = origin.request?.row.source.host ?? facts.party(sender)?.addresses[0] ?? asker;
  return [
    fault({
      rule: 'forbidden-source',
      fault: 5,
      title: '403: not let in',
      happened: say(
        `${facts.name(client)} sent ${method}, and ${asked} refused it with ${final.row.title} ${after(final.at - request.at)}${reasonWords(final)}.`,
        request,
        final,
      ),
      why: say(
        `${asked} did not ask for credentials: it refuses whatever comes from ${address}, or what this caller may not do; asking again cannot help.`,
        request,
        origin.final,
        final,
      ),
      whose: say(`The rules of ${asked}.`, origin.final, final),
      todo: say(
        `Put the address ${address} on the list of those that ${asked} takes calls from, or give ${asker} an account there.`,
        origin.request,
        final,
      ),
      party: origin.server,
      certainty: facts.certainty(origin.server),
      section: 'RFC 3261 §21.4.4',
      about: facts.about(transaction, origin),
      weight: 84,
    }),
  ];
}
