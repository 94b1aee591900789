// The date of a message, which is always in GMT (RFC 3261 §20.17).
import { must } from './lint-rule.ts';
import type { LintRule } from './lint-rule.ts';

const form =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/i;

/** Date is as RFC 1123 writes it, in GMT. */
export const date: LintRule = {
  rule: 'date',
  find: ({ message }) =>
    (message?.rows('Date') ?? [])
      .filter((value) => !form.test(value.trim()))
      .map((value) =>
        must(
          value.trim().endsWith('GMT')
            ? 'Date is not written as RFC 1123 has it.'
            : 'Date is not in GMT.',
          'RFC 3261 §20.17',
        ),
      ),
};
