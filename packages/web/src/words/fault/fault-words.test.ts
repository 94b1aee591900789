// Faults in plain words: every number of the catalogue, in every language, without jargon.
import { expect, test } from 'vitest';
import { languages } from '../languages.ts';
import { faultWordsIn } from './languages.ts';

const numbers = Array.from({ length: 36 }, (_, at) => at + 1);
// What only who knows the field understands. What stands in brackets names a setting as a phone writes it.
const jargon =
  /\b(?:SIP|SDP|RTP|INVITE|ACK|BYE|CANCEL|REFER|NOTIFY|PRACK|UPDATE|[Dd]ialog|[Tt]ransa[ck]tion|header|[Tt]imer|UAC|UAS|[1-6]\d\d)\b/;

test.each(languages.map(({ language }) => language))(
  'W6: each of the 36 faults says what happened and what to do, in words for everybody (%s)',
  (language) => {
    const words = faultWordsIn(language);
    for (const number of numbers) {
      const { happened, todo } = words[number] ?? { happened: '', todo: '' };
      for (const text of [happened, todo]) {
        expect(text, `${number}`).toMatch(/^\S.*\.$/su);
        expect(text.replace(/\([^)]*\)/g, ''), `${number}`).not.toMatch(jargon);
        expect(text.length, `${number}`).toBeLessThan(180);
      }
    }
    const all = numbers.map((number) => words[number]?.happened);
    expect(new Set(all).size).toBe(36);
  },
);

test('W6: what a language lacks would be said in English', () => {
  expect(faultWordsIn('tlh')).toBe(faultWordsIn('en'));
});
