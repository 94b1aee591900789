// The verdict: what happened, why, whose side, what to do; from the weightiest fault, or from a call that has none.
import type { Finding, Sentence, Verdict } from './explanation.ts';
import type { CallFacts } from './facts.ts';
import { outcomeOf } from './outcome-words.ts';
import { count, say, times } from './say.ts';

/** The four sentences about a call; `findings` come with the weightiest first. */
export function verdictOf(facts: CallFacts, findings: readonly Finding[]): Verdict {
  const [finding, ...others] = findings.filter(({ severity }) => severity === 'fault');
  if (finding === undefined) return withoutFault(facts, findings);
  const { happened, why, whose, todo, certainty, wanted } = finding;
  return { happened, why: besides(why, others), whose, todo, certainty, wanted, finding };
}

function besides(why: Sentence, others: readonly Finding[]): Sentence {
  const [other] = others;
  if (other === undefined) return why;
  const more = others.length === 1 ? '' : `, and ${count(others.length - 1, 'more fault')}`;
  return {
    text: `${why.text} Besides: ${other.title} (frame ${other.happened.frames[0] ?? 0})${more}.`,
    frames: [...new Set([...why.frames, ...other.happened.frames.slice(0, 1)])],
  };
}

function withoutFault(facts: CallFacts, remarks: readonly Finding[]): Verdict {
  const { document } = facts;
  const outcome = outcomeOf(facts);
  const [first, last] = [anything(facts), facts.messages.at(-1)];
  const repeats = facts.messages.filter(({ row }) => row.resend > 0);
  const [remark] = remarks;
  const again =
    repeats.length === 0 || outcome.open
      ? ''
      : ` Messages were sent again ${times(repeats.length)}, and the call got over it.`;
  const noted =
    remark === undefined
      ? ''
      : ` Worth knowing: ${remark.title} (frame ${remark.happened.frames[0] ?? 0}).`;
  return {
    happened: outcome.happened,
    why: say(
      `${outcome.why}${again}${noted}`,
      first,
      last,
      repeats.slice(0, 8),
      (remark?.happened.frames ?? []).slice(0, 1).map((frame) => ({ frame })),
    ),
    whose: say('Nobody is at fault.', first, last),
    todo: say(outcome.open ? outcome.todo : 'There is nothing to do.', last ?? first),
    certainty: outcome.open
      ? 'cannot tell from here'
      : document.source === 'recorded'
        ? 'recorded'
        : 'inferred',
    wanted: outcome.open ? outcome.todo : undefined,
    finding: undefined,
  };
}

// A document without messages still has steps or notes.
function anything({ document, messages }: CallFacts): { readonly frame: number } | undefined {
  return messages[0] ?? document.steps[0] ?? document.notes[0];
}
