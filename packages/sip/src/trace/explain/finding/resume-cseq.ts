// Fault 15: a call on hold that does not come back, most often because a CSeq number is used twice (RFC 3261 §12.2.2, §14.1).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { modificationsOf } from '../modification.ts';
import type { Modification } from '../modification.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { quoted, say, time, times } from '../say.ts';

/** These have rules of their own, or end the dialog. */
const others: ReadonlySet<number> = new Set([401, 407, 422, 481, 488, 491, 606]);

/** Resume never completes. */
export const resumeCseq: Rule = (facts) => {
  const all = modificationsOf(facts);
  return all.flatMap((change, index) => failed(facts, change, all.slice(index + 1)));
};

/** Whether an INVITE is a resume, or a change with a CSeq number that was used: told here, not as an INVITE without answer. */
export function isToldAsResume(facts: CallFacts, invite: SeenTransaction): boolean {
  return resumeCseq(facts).some(({ about }) => about.transactions?.includes(invite.root.number));
}

function failed(
  facts: CallFacts,
  change: Modification,
  later: readonly Modification[],
): readonly Finding[] {
  const { transaction, request, wish, before, dialog, side } = change;
  const { status, final, requests, provisionals } = transaction;
  const cseq = request.row.cseq ?? 0;
  const reused = before !== undefined && cseq <= before.cseq;
  if (wish !== 'resume' && !reused) return [];
  if (status !== undefined && (status < 300 || others.has(status))) return [];
  if (later.some((next) => next.dialog === dialog && isOver(next))) return [];
  const waited = facts.endedAt - request.at;
  if (final === undefined && waited < 8000 && requests.length < 3) return [];
  const [one, other] = [
    facts.name(dialog.party(side) ?? transaction.client),
    facts.name(dialog.party(side === 0 ? 1 : 0) ?? transaction.server),
  ];
  const what = wish === 'resume' ? 'take the call off hold' : `change the call (${wish})`;
  return [
    fault({
      rule: 'resume-cseq',
      fault: 15,
      title: wish === 'resume' ? 'Resume never completes' : 'CSeq used again',
      happened: say(
        `${one} wanted to ${what} by ${transaction.method} with CSeq ${cseq}, and ${
          final === undefined
            ? `${other} gave no final answer to it, sent ${times(requests.length)} within ${time(waited)}`
            : `${other} refused with ${quoted(final.row.title)}`
        }, so ${wish === 'resume' ? 'the call stayed on hold' : 'nothing changed'}.`,
        requests,
        final,
      ),
      why: reused
        ? say(
            `In this dialog ${one} had used CSeq ${before.cseq} already for ${before.seen.method}; a new request needs a higher number, and a lower or equal one is refused with 500 or taken for an old repeat.`,
            before.seen,
            request,
            final,
          )
        : say(
            final === undefined
              ? `The CSeq number is new, so the request is sound; ${provisionals.length > 0 ? `${other} began with it and did not end` : `nothing at all came back from ${other}`}.`
              : `The CSeq number is new, so ${other} refuses for a reason of its own.`,
            request,
            final ?? provisionals,
          ),
      whose: reused
        ? say(`${one}, who has to count up.`, before.seen, request)
        : say(`${other}.`, request, final),
      todo: reused
        ? say(
            `Update ${one}: each new request in a dialog takes the last CSeq number plus one, also after a refused one.`,
            request,
          )
        : say(
            `Read the log of ${other} at the time of this ${transaction.method}.`,
            request,
            final,
          ),
      party: reused ? transaction.client : transaction.server,
      certainty: facts.certainty(transaction.server, transaction.client),
      section: reused ? 'RFC 3261 §12.2.1.1' : 'RFC 3261 §14.1',
      about: facts.about(transaction),
      weight: reused ? 81 : 71,
    }),
  ];
}

function isOver({ transaction, wish }: Modification): boolean {
  return wish !== 'hold' && transaction.status !== undefined && transaction.status < 300;
}
