// What a push message says, and the note that is made of it.
import type { Words } from '../words/words.ts';

/** A call that the server holds until a phone has registered. */
export interface CallNews {
  /** Who calls, as a URI. */
  readonly from: string;
  readonly name: string;
}

/** The note of a call that a push told of replaces the one before. */
export const pushTag = 'offhook-push';

/** Reads a push message; undefined when it says nothing, as one without keys (RFC 8030) never does. */
export function readNews(text: string | undefined): CallNews | undefined {
  try {
    const news: unknown = JSON.parse(text ?? '');
    if (typeof news !== 'object' || news === null) return undefined;
    const [from, name]: readonly unknown[] = [Reflect.get(news, 'from'), Reflect.get(news, 'name')];
    if (typeof from !== 'string' || typeof name !== 'string') return undefined;
    return { from: from.slice(0, 500), name: name.slice(0, 200) };
  } catch {
    return undefined;
  }
}

/** How a note is shown; only those of a service worker can have actions. */
export interface PushNote {
  readonly body: string;
  readonly tag: string;
  readonly icon: string;
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
  readonly requireInteraction: boolean;
  readonly data: { readonly push: CallNews | undefined };
  readonly actions: readonly { readonly action: string; readonly title: string }[];
}

/** Title and rest of the note. */
export function pushNote(words: Words, news: CallNews | undefined): readonly [string, PushNote] {
  const { labels, sentences } = words;
  const who = news === undefined || news.name === '' ? labels['unknown caller'] : news.name;
  return [
    sentences.ringingHere(who),
    {
      body: labels['incoming call'],
      tag: pushTag,
      icon: './icon.svg',
      lang: words.language,
      dir: words.direction,
      requireInteraction: true,
      actions: news === undefined ? [] : [{ action: 'answer', title: labels.answer }],
      data: { push: news },
    },
  ];
}
