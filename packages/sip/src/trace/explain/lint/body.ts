// Bodies: what they are, how long they are, and what stands after them (RFC 3261 §7.4, §18.3, §20.14, §20.15).
import { advice, must, should } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

/** A body is announced as what it is. */
export const body: LintRule = {
  rule: 'body',
  find: ({ message, row }) => {
    if (message === undefined) return [];
    const found: Departure[] = [];
    const text = message.bodyText;
    if (text !== '' && !message.has('Content-Type'))
      found.push(must('There is a body and no Content-Type.', 'RFC 3261 §20.15'));
    const isStream = /^(?:TCP|TLS)/i.test(row.protocol);
    if (!message.has('Content-Length'))
      found.push(
        isStream
          ? must(
              `Content-Length is missing, without which a message on ${row.protocol} has no end.`,
              'RFC 3261 §18.3',
            )
          : advice('Content-Length is missing.', 'RFC 3261 §20.14'),
      );
    const spare = row.text.trimStart().length - message.toText().trimStart().length;
    if (spare > 0)
      found.push(
        should(`${spare} bytes stand after the end that Content-Length names.`, 'RFC 3261 §18.3'),
      );
    return found;
  },
};
