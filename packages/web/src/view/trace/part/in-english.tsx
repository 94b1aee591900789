// What is said in English alone, as sentences of the explainer are: where the page speaks another language, it says so.
import type { ComponentChild } from 'preact';
import { useTrace } from '../trace-world.ts';

/** A sentence in English. */
export function InEnglish({ text }: { readonly text: string }): ComponentChild {
  const { words } = useTrace();
  // In front, where no cut end takes it away.
  return (
    <span class="told-in-english" lang="en" dir="ltr">
      {words.language !== 'en' && text !== '' && (
        <abbr class="in-english" lang={words.language} title={words.labels['in english']}>
          EN
        </abbr>
      )}
      {text}
    </span>
  );
}
