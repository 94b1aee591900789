// Fault 33: an extension that one side requires and the other does not know, most often 100rel (RFC 3261 §8.2.2.3, §21.4.15).
import { requireField } from '../../../message/header/require.ts';
import { proxyRequire } from '../../../message/header/proxy-require.ts';
import { unsupported } from '../../../message/header/unsupported.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { listed, quoted, say } from '../say.ts';

/** 100rel required but unsupported. */
export const extensionRequired: Rule = (facts) =>
  facts
    .roots()
    .filter(({ status }) => status === 420 || status === 421)
    .flatMap((transaction) => refusedFor(facts, transaction));

function refusedFor(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, final, method, origin, client, status } = transaction;
  const message = request?.request;
  if (message === undefined || request === undefined || final === undefined) return [];
  if (facts.successAfter(transaction) !== undefined) return [];
  const bad = status === 420;
  const required = [...(message.get(requireField) ?? []), ...(message.get(proxyRequire) ?? [])];
  const named = bad
    ? (final.message?.get(unsupported) ?? [])
    : (final.message?.get(requireField) ?? []);
  const tags = named.length > 0 ? named : required;
  const words = listed(tags.map(quoted), 'an extension');
  const [asker, refuser] = [facts.name(client), facts.name(origin.server)];
  return [
    fault({
      rule: 'extension-required',
      fault: 33,
      title: bad ? `420: ${words} required but unsupported` : `421: ${words} wanted`,
      happened: say(
        bad
          ? `${asker} sent ${method} that requires ${listed(required.map(quoted), words)}, and ${refuser} refused it with ${quoted(final.row.title)}.`
          : `${asker} sent ${method}, and ${refuser} refused it with ${quoted(final.row.title)} because it wants ${words}.`,
        request,
        final,
      ),
      why: say(
        bad
          ? `Require is an order: who does not know ${words} has to refuse${named.length > 0 ? ', and the Unsupported header of the answer names it' : ''}; Supported would have been an offer.`
          : `${refuser} takes calls only from those who support ${words}, and the Supported header of ${asker} does not name it.`,
        request,
        final,
      ),
      whose: say(
        `Both sides have to meet: ${bad ? `${asker} requires what ${refuser} does not know` : `${refuser} requires what ${asker} does not offer`}.`,
        request,
        final,
      ),
      todo: say(
        bad
          ? `Put ${words} into Supported instead of Require on ${asker}, or switch it on at ${refuser}.`
          : `Switch ${words} on at ${asker}, or stop requiring it on ${refuser}.`,
        request,
        final,
      ),
      party: bad ? client : origin.server,
      certainty: facts.certainty(client, origin.server),
      section: bad ? 'RFC 3261 §21.4.15' : 'RFC 3261 §21.4.16',
      about: facts.about(transaction, origin),
      weight: 88,
    }),
  ];
}
