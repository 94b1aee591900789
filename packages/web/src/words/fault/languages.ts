// The languages in which faults are told plainly: those of the phone.
import { faultArabic } from './arabic.ts';
import { faultEnglish } from './english.ts';
import type { FaultWords } from './fault-words.ts';
import { faultGerman } from './german.ts';

const languages: Readonly<Record<string, FaultWords>> = {
  en: faultEnglish,
  de: faultGerman,
  ar: faultArabic,
};

/** The words in a language of the phone, such as `de`; in English where there are none. */
export function faultWordsIn(language: string): FaultWords {
  return languages[language] ?? faultEnglish;
}
