// Push messages as they may come, and the notes made of them.
import { expect, test } from 'vitest';
import { english } from '../words/english.ts';
import { pushNote, readNews } from './news.ts';

test('RFC 8030: a push message without words still makes a note', () => {
  const [title, note] = pushNote(english, readNews(undefined));
  expect(title).toBe('Unknown caller is calling');
  expect(note).toMatchObject({ tag: 'offhook-push', actions: [], data: { push: undefined } });
});

test('a push message says who calls, and answering is one press', () => {
  const news = readNews(JSON.stringify({ type: 'call', from: 'sip:bob@example.com', name: 'Bob' }));
  const [title, note] = pushNote(english, news);
  expect(title).toBe('Bob is calling');
  expect(note.actions).toEqual([{ action: 'answer', title: 'Answer' }]);
});

test.each(['', '{', 'null', '[]', '"x"', '{"from":1,"name":"x"}', '{"from":"sip:a@b"}'])(
  'a push message that is none of ours is taken for one without words: %s',
  (text) => {
    expect(readNews(text)).toBeUndefined();
  },
);

test('a name of any length is cut', () => {
  const news = readNews(JSON.stringify({ from: 'sip:a@b', name: 'x'.repeat(100_000) }));
  expect(news?.name).toHaveLength(200);
});
