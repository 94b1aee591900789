// The languages of the screen of devices: those of the phone.
import { deviceArabic } from './arabic.ts';
import type { DeviceWords } from './device-words.ts';
import { deviceEnglish } from './english.ts';
import { deviceGerman } from './german.ts';

const languages: Readonly<Record<string, DeviceWords>> = {
  en: deviceEnglish,
  de: deviceGerman,
  ar: deviceArabic,
};

/** The words in a language of the phone, such as `de`; in English where there are none. */
export function deviceWordsIn(language: string): DeviceWords {
  return languages[language] ?? deviceEnglish;
}
