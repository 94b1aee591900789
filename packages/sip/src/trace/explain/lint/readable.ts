// What the parser refuses: a message that no receiver has to understand (RFC 3261 §7, §8.2, §21.4.1).
import type { LintRule } from './lint-rule.ts';

/** The parser's own reason. */
export const readable: LintRule = {
  rule: 'readable',
  find: ({ problem }) =>
    problem === undefined
      ? []
      : [{ strength: 'MUST', text: `${problem.text}.`, section: 'RFC 3261 §21.4.1' }],
};
