// The languages that the phone speaks.
import { arabic } from './arabic.ts';
import { english } from './english.ts';
import { german } from './german.ts';
import type { Words } from './words.ts';

/** All of them; the first is spoken where no other is wished for. */
export const languages: readonly [Words, ...Words[]] = [english, german, arabic];

/** The words of the first of `wishes`, BCP 47 tags, that the phone speaks; English when there is none. */
export function wordsFor(wishes: readonly string[]): Words {
  for (const wish of wishes) {
    const [primary] = wish.toLowerCase().split('-');
    const found = languages.find(({ language }) => language === primary);
    if (found !== undefined) return found;
  }
  return languages[0];
}
