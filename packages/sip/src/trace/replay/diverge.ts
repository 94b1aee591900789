// Our own stack over a foreign call: the first message of each party where ours would have done otherwise.
import type { CallDocument } from '../document/document.ts';
import type { Divergence } from '../explain/explanation.ts';
import { CallFacts } from '../explain/facts.ts';
import { acksOf, answersOf, cancelsOf, forksOf } from './divergence/answers.ts';
import type { Check } from './divergence/departure.ts';
import { numbersOf, pracksOf, tagsOf } from './divergence/dialogs.ts';
import { mediaOf } from './divergence/media.ts';
import { repeatsOf } from './divergence/repeats.ts';
import { deafness, refreshesOf, targetsOf } from './divergence/sessions.ts';

const checks: readonly Check[] = [
  repeatsOf,
  answersOf,
  acksOf,
  cancelsOf,
  forksOf,
  numbersOf,
  tagsOf,
  pracksOf,
  mediaOf,
  deafness,
  targetsOf,
  refreshesOf,
];

/** Only so many messages are looked at: the first departure is what counts, and a call with more is a loop or a flood. */
const mostMessages = 2000;

/**
 * At most one for each party that did not tell of itself, in the order of their messages. A repeat may be 150 ms or three
 * tenths of its interval off before it counts, since captures and timers of others are that coarse.
 */
export function divergences(
  document: CallDocument,
  facts: CallFacts = new CallFacts(document),
): readonly Divergence[] {
  // Of our own stack elsewhere only the network can have made something else.
  const foreign = new Set(
    document.parties.flatMap(({ id, observed, product }) =>
      observed || product?.startsWith('Offhook') === true ? [] : id,
    ),
  );
  const looked = document.messages.length > mostMessages ? new CallFacts(cut(document)) : facts;
  const first = new Map<number, Divergence>();
  for (const check of checks) {
    for (const { party, message, theirs, ours, section } of check(looked)) {
      if (party === undefined || !foreign.has(party)) continue;
      const known = first.get(party);
      if (known !== undefined && known.message <= message.number) continue;
      const { number, frame } = message;
      first.set(party, { party, message: number, frame, theirs, ours, section });
    }
  }
  return [...first.values()].toSorted((one, other) => one.message - other.message);
}

function cut(document: CallDocument): CallDocument {
  const messages = document.messages.slice(0, mostMessages);
  const last = messages.at(-1)?.number ?? 0;
  const isIn = (number: number | undefined): boolean => number !== undefined && number <= last;
  return {
    ...document,
    messages,
    endedAt: messages.at(-1)?.at ?? document.endedAt,
    steps: [],
    transactions: document.transactions.flatMap((one) => {
      const own = one.messages.filter(isIn);
      return own.length === 0 ? [] : { ...one, messages: own };
    }),
    negotiations: document.negotiations.filter(({ answer }) => isIn(answer)),
  };
}
