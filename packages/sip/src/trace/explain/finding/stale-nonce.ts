// Fault 4: right credentials with a nonce that is too old, over and over (RFC 7616 §3.3).
import type { Finding } from '../explanation.ts';
import { triesOf } from '../credentials.ts';
import type { Try } from '../credentials.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { say, times } from '../say.ts';

/** Stale nonce. */
export const staleNonce: Rule = (facts) => triesOf(facts).flatMap((tries) => staleIn(facts, tries));

function staleIn(facts: CallFacts, tries: readonly Try[]): readonly Finding[] {
  const stale = tries.filter((one) => one.stale);
  const last = stale.at(-1);
  if (last === undefined) return [];
  const { transaction, final } = last;
  const [asker, asked] = [
    facts.name(transaction.root.client),
    facts.name(transaction.origin.server),
  ];
  const end = tries.at(-1);
  const over = end !== undefined && (end.final.status ?? 999) < 300;
  // A nonce that was used before counts higher than 1.
  const counts = stale.map(({ credentials }) => credentials?.parameters.get('nc'));
  const reuses = stale.length > 1 && Number.parseInt(counts.at(-1) ?? '1', 16) > 1;
  const fresh = !reuses && counts.every((text) => text !== undefined) && stale.length > 1;
  const parts: FindingParts = {
    rule: 'stale-nonce',
    ...(over && stale.length === 1 ? {} : { fault: 4 }),
    title: 'Stale nonce',
    happened: say(
      `${asked} refused the credentials of ${asker} ${times(stale.length)} with ${final.row.title} because their nonce was too old${over ? ', and took the next' : ''}.`,
      stale.flatMap(({ request, final: answer }) => [request, answer]),
    ),
    why: say(
      reuses
        ? `stale=true says that the password is right, but ${asker} counts the old nonce on (nc above 1) instead of taking the new one.`
        : fresh
          ? `stale=true says that the password is right, and ${asker} takes the new nonce each time (nc 1), yet it is too old when it comes back.`
          : `stale=true says that the password is right and only the nonce has to be taken from the new challenge.`,
      stale.map((one) => one.final),
    ),
    whose: say(
      fresh
        ? `${asked}, whose nonces live too short or are not known to all of its nodes.`
        : stale.length > 1 || !over
          ? `${asker}, who does not answer with the new nonce.`
          : 'Nobody: this is how nonces are renewed.',
      final,
    ),
    todo: say(
      fresh
        ? `Let nonces of ${asked} live longer, and let all its nodes share the key that makes them.`
        : stale.length > 1 || !over
          ? `Update ${asker}: on stale=true it has to compute its answer anew from the nonce in that challenge.`
          : 'Nothing.',
      final,
    ),
    party: fresh ? transaction.origin.server : transaction.root.client,
    certainty: facts.certainty(transaction.root.client, transaction.origin.server),
    section: 'RFC 7616 §3.3',
    about: facts.about(...tries.map((one) => one.transaction)),
    weight: 86,
  };
  return [over && stale.length === 1 ? remark({ ...parts, weight: 5 }) : fault(parts)];
}
