// What the parser refuses: a message that no receiver has to understand (RFC 3261 §7, §16.3, §21.4.1).
import type { MessageProblem } from '../../../message/problem.ts';
import { must } from './lint-rule.ts';
import type { LintRule } from './lint-rule.ts';

/** The parser's own reasons, for the message and for its session description. */
export const readable: LintRule = {
  rule: 'readable',
  find: ({ problem, sdpProblem }) => [
    ...(problem === undefined ? [] : [must(`${problem.text}.`, sectionOf(problem))]),
    ...(sdpProblem === undefined
      ? []
      : [must(`The session description cannot be read: ${sdpProblem.text}.`, 'RFC 8866 §9')]),
  ],
};

function sectionOf({ text, code }: MessageProblem): string {
  if (text.includes('Content-Length')) return 'RFC 3261 §18.3';
  if (text.includes('missing')) return 'RFC 3261 §8.1.1';
  if (text.includes('more than once')) return 'RFC 3261 §7.3.1';
  if (text.includes('start line')) return 'RFC 3261 §7.1';
  return code === 'SIP_PARSE_HEADER' ? 'RFC 3261 §25.1' : 'RFC 3261 §21.4.1';
}
