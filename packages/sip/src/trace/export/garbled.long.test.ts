// Calls whose messages are damaged anyhow: replayed, compared, redacted and written in every form without a throw, and soon.
import { expect, test } from 'vitest';
import { seededRandom } from '../../testing/seeded-random.ts';
import type { Random } from '../../base/random.ts';
import { answered, audio, Talk } from '../explain/document.test-kit.ts';
import { explain } from '../explain/explain.ts';
import { toHtml } from './html.ts';
import { toJson } from './json.ts';
import { toMermaid } from './mermaid.ts';
import { redactDocument } from './redact-document.ts';
import { toSippScenario } from './sipp-scenario.ts';
import { toText } from './text.ts';

const pieces = [
  '\r\n',
  '\r\n\r\n',
  ';',
  ',',
  '"',
  '<',
  '>',
  ':',
  '@',
  '[',
  ']',
  '\\',
  '%',
  ' ',
  '\t',
  '0',
  '9'.repeat(30),
  'ÿ',
  '\u0000',
  'sip:',
  'INVITE',
  'tag=',
  'c=IN IP4 ',
  'm=audio ',
];

function garbled(text: string, random: Random): string {
  let out = text;
  const pick = (below: number): number => Math.floor(random.fraction() * below);
  for (let changes = 1 + pick(6); changes > 0; changes -= 1) {
    const at = pick(out.length);
    const piece = pieces[pick(pieces.length)] ?? '';
    const gone = pick(3) === 0 ? pick(40) : pick(2);
    out = out.slice(0, at) + piece + out.slice(at + gone);
  }
  return out;
}

test('300 damaged calls', () => {
  const random = seededRandom(20_261);
  const whole = new Talk();
  const ok = answered(whole, {
    sdp: audio({ lines: ['a=candidate:1 1 UDP 1 10.0.0.1 4000 typ host'] }),
  });
  whole.again(ok, 2500, 3500);
  const bye = whole.send(9000, 'bob>alice', 'BYE', { within: ok });
  whole.answer(9020, bye, 200);
  const { messages } = whole.document;
  for (let round = 0; round < 300; round += 1) {
    const talk = new Talk();
    for (const { at, text, from } of messages) {
      const hurt = random.fraction() < 0.4 ? garbled(text, random) : text;
      talk.raw(at - (messages[0]?.at ?? 0), from === 1 ? 'alice>bob' : 'bob>alice', hurt);
    }
    for (const { id } of talk.book.calls) {
      const document = talk.book.document(id);
      if (document === undefined) continue;
      for (const one of [document, redactDocument(document, { numbers: true, addresses: true })]) {
        const explanation = explain(one);
        expect(toHtml(one, explanation)).toContain('</html>');
        expect(toText(one, explanation)).not.toBe('');
        expect(toMermaid(one)).toMatch(/^sequenceDiagram/);
        expect(toJson(one, explanation)).not.toBe('');
        for (const party of one.parties)
          for (const { text } of toSippScenario(one, party.id)?.files ?? [])
            expect(text).toMatch(/^[\x20-\x7e\t\n]*$/);
      }
    }
  }
}, 60_000);
