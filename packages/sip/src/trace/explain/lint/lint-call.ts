// Departures from the RFCs in the messages of a call.
import type { LintRemark } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { readable } from './readable.ts';
import type { LintRule } from './lint-rule.ts';

const rules: readonly LintRule[] = [readable];

/** What every message departs in, in the order of the messages; a repeat is not told again. */
export function lintCall(facts: CallFacts): readonly LintRemark[] {
  return facts.messages
    .filter(({ row }) => row.resend === 0)
    .flatMap((seen) =>
      rules.flatMap(({ rule, find }) =>
        find(seen, facts).map((departure) => ({
          rule,
          message: seen.number,
          frame: seen.frame,
          ...departure,
        })),
      ),
    );
}
