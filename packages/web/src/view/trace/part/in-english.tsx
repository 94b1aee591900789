// What is said in English alone, as sentences of the explainer are: where the page speaks another language, it says so.
import type { ComponentChild } from 'preact';
import { useTrace } from '../trace-world.ts';

/** A sentence in English. */
export function InEnglish({ text }: { readonly text: string }): ComponentChild {
  const { words } = useTrace();
  return (
    <>
      <bdi lang="en">{text}</bdi>
      {words.language !== 'en' && text !== '' && (
        <abbr class="in-english" title={words.labels['in english']}>
          EN
        </abbr>
      )}
    </>
  );
}
