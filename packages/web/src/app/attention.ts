// What the tab itself shows: the title and the icon say when it rings, and what was missed.
import { effect } from '@preact/signals';
import type { Phone } from '../model/phone.ts';

/** Keeps title and icon of the document true; returns what ends that. */
export function drawAttention(phone: Phone): () => void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  return effect(() => {
    const { sentences, language, direction } = phone.words.value;
    const calls = phone.calls.value;
    const ringing = calls.find((call) => call.phase.value.is === 'ringing here');
    const up = calls.find((call) => call.phase.value.is === 'up');
    const missed = phone.history.freshCount.value;
    document.documentElement.lang = language;
    document.documentElement.dir = direction;
    if (ringing !== undefined) document.title = sentences.ringingHere(ringing.with.value.name);
    else if (up !== undefined) document.title = sentences.upWith(up.with.value.name);
    else document.title = missed > 0 ? `(${missed}) Offhook` : 'Offhook';
    const icon = ringing !== undefined ? 'ringing' : up !== undefined ? 'busy' : 'icon';
    link?.setAttribute('href', `./${icon}.svg`);
  });
}
