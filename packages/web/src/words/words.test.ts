// The sentences of the phone: one for everything that can go wrong, in every language, never a bare number.
import { describe, expect, test } from 'vitest';
import { languages, wordsFor } from './languages.ts';
import { meaningOfStatus } from './status.ts';
import { trouble, troubleActions } from './trouble.ts';
import type { TroubleName } from './trouble.ts';
import { sentenceOf } from './words.ts';

const names = Object.keys(troubleActions) as readonly TroubleName[];

describe.each(languages.map((words) => [words.language, words] as const))('%s', (_name, words) => {
  test.each(names)('P18: "%s" is one sentence and one action', (name) => {
    const sentence = sentenceOf(words, trouble(name, { who: 'Bob' }));
    expect(sentence).toMatch(/^\S.*\.$/su);
    expect(sentence).not.toMatch(/\d{3}|undefined/);
    expect(words.actions[troubleActions[name]]).not.toBe('');
  });

  test('P18: every final status has a sentence', () => {
    for (let status = 300; status < 700; status += 1)
      expect(sentenceOf(words, trouble(meaningOfStatus(status), { status }))).toMatch(/\.$/u);
  });

  test('P18: who is not known is called by a general word', () => {
    expect(sentenceOf(words, trouble('call lost'))).toContain(words.somebody);
  });

  test('P9: a failed transfer says why it failed and that the call is back', () => {
    const why = trouble('transfer failed', { who: 'Carol', because: 'busy' });
    expect(sentenceOf(words, why)).toContain('Carol');
    expect(sentenceOf(words, why)).not.toBe(
      sentenceOf(words, trouble('transfer failed', { who: 'Carol' })),
    );
  });

  test('P21: no label is empty, and none is left in another language', () => {
    const [english] = languages;
    const labels = Object.entries(words.labels);
    expect(labels.filter(([, text]) => text.trim() === '')).toEqual([]);
    if (words === english) return;
    const same = labels.filter(
      ([label, text]) => new Map(Object.entries(english.labels)).get(label) === text,
    );
    // Words that German has taken over.
    expect(
      same.map(([label]) => label).filter((label) => !['codec', 'contact name'].includes(label)),
    ).toEqual([]);
  });

  test('sentences with numbers read well for none, one, two, few and many', () => {
    const { missedCalls, unreadMessages, voicemails, imported } = words.sentences;
    for (const count of [0, 1, 2, 3, 11, 100]) {
      for (const text of [
        missedCalls(count),
        unreadMessages(count),
        voicemails(count, 2),
        imported(count, 1, 0),
      ])
        expect(text).toMatch(/^\S.*\S$/u);
    }
  });
});

test('RFC 3261 §8.1.3.2: a status that nobody knows means what the x00 of its class means', () => {
  expect([499, 599, 699, 399].map(meaningOfStatus)).toEqual([
    meaningOfStatus(400),
    meaningOfStatus(500),
    'declined',
    'moved',
  ]);
});

test('P21: the first language of the browser that the phone speaks is taken, English when it speaks none', () => {
  expect(wordsFor(['fr-FR', 'ar-EG', 'de']).direction).toBe('rtl');
  expect(wordsFor(['de-AT']).language).toBe('de');
  expect(wordsFor(['fr', 'tlh']).language).toBe('en');
});
