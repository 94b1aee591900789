// Departures from the RFCs in the messages of a call.
import type { LintRemark } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { answers } from './answers.ts';
import { body } from './body.ts';
import { date } from './date.ts';
import { extensions } from './extensions.ts';
import { laterDescriptions } from './later-descriptions.ts';
import type { LintRule } from './lint-rule.ts';
import { offers } from './offers.ts';
import { readable } from './readable.ts';
import { recommended } from './recommended.ts';
import { requestHeaders } from './request-headers.ts';
import { requiredHeaders } from './required-headers.ts';
import { responseCopies } from './response-copies.ts';
import { sequence } from './sequence.ts';
import { wellFormedHeaders } from './well-formed-headers.ts';

const rules: readonly LintRule[] = [
  readable,
  wellFormedHeaders,
  requestHeaders,
  requiredHeaders,
  responseCopies,
  sequence,
  body,
  date,
  offers,
  answers,
  laterDescriptions,
  extensions,
  recommended,
];

/** How many remarks one call can have. */
const mostRemarks = 1000;

/** What every message departs in, in the order of the messages; a repeat is not told again. */
export function lintCall(facts: CallFacts): readonly LintRemark[] {
  const remarks: LintRemark[] = [];
  for (const seen of facts.messages) {
    if (seen.row.resend > 0) continue;
    for (const { rule, find } of rules)
      for (const departure of find(seen, facts))
        remarks.push({ rule, message: seen.number, frame: seen.frame, ...departure });
    if (remarks.length >= mostRemarks) break;
  }
  return remarks;
}
