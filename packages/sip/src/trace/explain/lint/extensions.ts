// Extensions that are used without being agreed (RFC 3261 §8.2.4, RFC 3262 §3, RFC 4028).
import { minSe } from '../../../message/header/min-se.ts';
import { requireField } from '../../../message/header/require.ts';
import { sessionExpires } from '../../../message/header/session-expires.ts';
import { supported } from '../../../message/header/supported.ts';
import type { Response } from '../../../message/message.ts';
import type { CallFacts } from '../facts.ts';
import type { SeenMessage } from '../seen-message.ts';
import { must } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

/** Nobody is made to use what it does not know. */
export const extensions: LintRule = {
  rule: 'extensions',
  find: (seen, facts) => [
    ...(seen.response === undefined ? [] : requiredOf(seen, seen.response, facts)),
    ...timerOf(seen, facts),
  ],
};

function requiredOf(seen: SeenMessage, response: Response, facts: CallFacts): readonly Departure[] {
  const request = facts.transactionOf(seen)?.request?.request;
  if (request === undefined || response.status === 421) return [];
  const known = new Set(
    [...(request.get(supported) ?? []), ...(request.get(requireField) ?? [])].map((tag) =>
      tag.toLowerCase(),
    ),
  );
  return (response.get(requireField) ?? [])
    .filter((tag) => !known.has(tag.toLowerCase()))
    .map((tag) =>
      tag.toLowerCase() === '100rel'
        ? must('The answer requires 100rel, which its request does not support.', 'RFC 3262 §3')
        : must(
            `The answer requires ${tag.slice(0, 40)}, which its request does not support.`,
            'RFC 3261 §8.2.4',
          ),
    );
}

function timerOf(seen: SeenMessage, facts: CallFacts): readonly Departure[] {
  const { message, response } = seen;
  const value = message?.get(sessionExpires);
  if (message === undefined || value === undefined) return [];
  const found: Departure[] = [];
  if (value.seconds < 90)
    found.push(must(`Session-Expires is ${value.seconds} s, less than 90 s.`, 'RFC 4028 §4'));
  const least = message.get(minSe)?.seconds;
  if (least !== undefined && least > value.seconds)
    found.push(must('Session-Expires is less than Min-SE.', 'RFC 4028 §7.1'));
  const isSuccess = response !== undefined && response.status >= 200 && response.status < 300;
  if (!isSuccess) return found;
  if (value.refresher === undefined)
    found.push(must('Session-Expires of the answer names no refresher.', 'RFC 4028 §9'));
  const supports = facts
    .transactionOf(seen)
    ?.request?.request?.get(supported)
    ?.some((tag) => tag.toLowerCase() === 'timer');
  if (value.refresher === 'uac' && supports === false)
    found.push(
      must('The refresher is uac, though its request does not support timer.', 'RFC 4028 §9'),
    );
  return found;
}
