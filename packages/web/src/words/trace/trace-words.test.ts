// The viewer's words: all there in every language, and in that language.
import { expect, test } from 'vitest';
import { languages } from '../languages.ts';
import { traceLanguages, traceWordsFor } from './languages.ts';

test('P21: the viewer speaks the languages of the phone', () => {
  expect(traceLanguages.map(({ language, direction }) => [language, direction])).toEqual(
    languages.map(({ language, direction }) => [language, direction]),
  );
  expect(traceWordsFor(['fr-FR', 'ar-EG']).language).toBe('ar');
  expect(traceWordsFor(['tlh']).language).toBe('en');
});

test('P21: no label of the viewer is empty, and none is left in English', () => {
  const [english, ...others] = traceLanguages;
  for (const words of others) {
    for (const group of ['labels', 'columns', 'standings', 'keys'] as const) {
      const of = new Map(Object.entries(english[group]));
      const same = Object.entries(words[group]).filter(
        ([name, text]) => text.trim() === '' || of.get(name) === text,
      );
      // What is written the same everywhere.
      expect(same.map(([name]) => name).filter((name) => name !== 'call id')).toEqual([]);
    }
  }
});
