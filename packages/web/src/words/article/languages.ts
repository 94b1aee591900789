// The languages of the guided call: those of the phone.
import { articleArabic } from './arabic.ts';
import type { ArticleWords } from './article-words.ts';
import { articleEnglish } from './english.ts';
import { articleGerman } from './german.ts';

const languages: Readonly<Record<string, ArticleWords>> = {
  en: articleEnglish,
  de: articleGerman,
  ar: articleArabic,
};

/** The words in a language of the phone, such as `de`; in English where there are none. */
export function articleWordsIn(language: string): ArticleWords {
  return languages[language] ?? articleEnglish;
}
