// A change of a call that is up, refused for a reason that no other rule tells; the call goes on as before (RFC 3261 §14.1).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { modificationsOf } from '../modification.ts';
import type { Modification, Wish } from '../modification.ts';
import { reasonWords } from '../reason-words.ts';
import { meaningOf } from '../refusals.ts';
import { isToldAsResume } from './resume-cseq.ts';
import { quoted, say } from '../say.ts';

/** These have rules of their own. */
const others: ReadonlySet<number> = new Set([
  401, 403, 407, 413, 420, 421, 422, 481, 487, 488, 491, 513, 606,
]);

const wishes: { readonly [wish in Exclude<Wish, 'refresh'>]: string } = {
  hold: 'put the call on hold',
  resume: 'take the call off hold',
  change: 'change the media of the call',
};

/** re-INVITE or UPDATE refused. */
export const changeRefused: Rule = (facts) => {
  const changes = modificationsOf(facts);
  return changes.flatMap((change) => refusedChange(facts, change, changes));
};

function refusedChange(
  facts: CallFacts,
  { transaction, request, wish, side, dialog }: Modification,
  changes: readonly Modification[],
): readonly Finding[] {
  const { status = 0, final, method, client, origin } = transaction;
  if (final === undefined || status < 400 || others.has(status)) return [];
  // A refresh that fails is told when the session ends by it.
  if (wish === 'refresh' || isToldAsResume(facts, transaction)) return [];
  const later = changes.some(
    (other) =>
      other.side === side &&
      other.dialog === dialog &&
      other.request.number > request.number &&
      (other.transaction.status ?? 999) < 300,
  );
  if (later) return [];
  const [asker, refuser] = [facts.name(client), facts.name(origin.server)];
  const meaning = meaningOf(status, { asker, refuser, target: refuser, method });
  return [
    fault({
      rule: 'change-refused',
      title: `${method} in a call refused with ${quoted(final.row.title)}`,
      happened: say(
        `${asker} wanted to ${wishes[wish]} by ${method}, and ${refuser} refused with ${quoted(final.row.title)}${reasonWords(final)}; the call went on as before.`,
        request,
        final,
      ),
      why: say(meaning.why, final),
      whose: say(meaning.whose, final),
      todo: say(meaning.todo, final),
      party: origin.server,
      certainty: facts.certainty(origin.server, client),
      section: 'RFC 3261 §14.1',
      about: facts.about(transaction, origin),
      weight: 50,
    }),
  ];
}
