// A fault in the words of ordinary people, in their language: what happened, and what they can do.
import type { ComponentChild } from 'preact';
import { useTrace } from '../trace-world.ts';

/** The plain words for a number of the catalogue. */
export function PlainFault({ fault }: { readonly fault: number }): ComponentChild {
  const { faultWords, words } = useTrace();
  const plain = faultWords[fault];
  if (plain === undefined) return undefined;
  return (
    <p class="plain-fault small">
      {words.language !== 'en' && <span>{plain.happened} </span>}
      <span class="soft">{plain.todo}</span>
    </p>
  );
}
