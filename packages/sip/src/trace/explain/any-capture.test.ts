// Whatever a capture holds, it is explained: messages lost, doubled, out of order, cut and damaged.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TraceBook } from '../document/book.ts';
import { Talk } from './document.test-kit.ts';
import { ofAnswers } from './finding/answers.test-kit.ts';
import { ofChanges } from './finding/changes.test-kit.ts';
import { healthy } from './finding/healthy.test-kit.ts';
import { ofRequests } from './finding/requests.test-kit.ts';

const calls = [...ofRequests, ...ofAnswers, ...ofChanges, ...healthy].map(({ write }) => {
  const talk = new Talk();
  write(talk);
  return talk.document.messages;
});

const harm = fc.record({
  kind: fc.constantFrom('drop', 'double', 'swap', 'cut', 'write'),
  at: fc.nat(),
  place: fc.nat(),
  text: fc.constantFrom(
    '',
    '\0',
    ';tag=x',
    '<',
    '"',
    '\r\n\r\n',
    '99999999999999999999',
    'Contact: *\r\n',
    'm=audio',
    '÷',
  ),
});

test('damaged captures are explained, with frames that are there', () => {
  fc.assert(
    fc.property(
      fc.nat(calls.length - 1),
      fc.array(harm, { minLength: 1, maxLength: 6 }),
      (which, harms) => {
        const messages = (calls[which] ?? []).map((message) => ({ ...message }));
        for (const { kind, at, place, text } of harms) {
          const index = messages.length === 0 ? 0 : at % messages.length;
          const one = messages[index];
          if (one === undefined) continue;
          const spot = one.text.length === 0 ? 0 : place % one.text.length;
          if (kind === 'drop') messages.splice(index, 1);
          else if (kind === 'double') messages.splice(index, 0, { ...one });
          else if (kind === 'swap') messages.push(...messages.splice(index, 1));
          else if (kind === 'cut') one.text = one.text.slice(0, spot);
          else one.text = one.text.slice(0, spot) + text + one.text.slice(spot + text.length);
        }
        const book = new TraceBook();
        for (const [index, { at, protocol, source, destination, text }] of messages.entries())
          book.add({
            kind: 'observation',
            frame: index + 1,
            observation: {
              v: 1,
              kind: 'message',
              at,
              endpoint: '',
              direction: 'out',
              protocol,
              flow: '',
              local: source,
              remote: destination,
              text,
            },
          });
        for (const { id } of book.calls) {
          const explanation = book.explanation(id);
          if (explanation === undefined) continue;
          const { verdict, findings, story, lint } = explanation;
          const sentences = [
            ...[verdict, ...findings].flatMap(({ happened, why, whose, todo }) => [
              happened,
              why,
              whose,
              todo,
            ]),
            ...story,
          ];
          for (const { text, frames } of sentences) {
            expect(text).toMatch(/\.$/);
            expect(frames.length, text).toBeGreaterThan(0);
            expect(frames.every((frame) => frame >= 1 && frame <= messages.length)).toBe(true);
          }
          expect(lint.every(({ frame }) => frame >= 1 && frame <= messages.length)).toBe(true);
        }
      },
    ),
    { numRuns: 150 },
  );
});
