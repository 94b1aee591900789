// The languages that the viewer speaks: those of the phone.
import { traceArabic } from './arabic.ts';
import { traceEnglish } from './english.ts';
import { traceGerman } from './german.ts';
import type { TraceWords } from './trace-words.ts';

/** All of them; the first is spoken where no other is wished for. */
export const traceLanguages: readonly [TraceWords, ...TraceWords[]] = [
  traceEnglish,
  traceGerman,
  traceArabic,
];

/** The words of the first of `wishes`, BCP 47 tags, that the viewer speaks; English when there is none. */
export function traceWordsFor(wishes: readonly string[]): TraceWords {
  for (const wish of wishes) {
    const [primary] = wish.toLowerCase().split('-');
    const found = traceLanguages.find(({ language }) => language === primary);
    if (found !== undefined) return found;
  }
  return traceLanguages[0];
}
