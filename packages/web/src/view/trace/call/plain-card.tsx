// What went wrong for people who have never heard of SIP, in their language (W6).
import type { ComponentChild } from 'preact';
import type { Explanation } from '@offhook/sip/trace';
import type { FaultWords } from '../../../words/fault/fault-words.ts';

/** The faults of a call in plain words; nothing for a healthy one. */
export function PlainCard({
  explanation,
  faultWords,
  label,
}: {
  readonly explanation: Explanation;
  readonly faultWords: FaultWords;
  readonly label: string;
}): ComponentChild {
  const numbers = explanation.findings
    .filter(({ severity }) => severity === 'fault')
    .flatMap(({ fault }) => fault ?? []);
  const said = [...new Set(numbers)].flatMap((number) => faultWords[number] ?? []).slice(0, 2);
  if (said.length === 0) return undefined;
  return (
    <section class="plain-card" aria-label={label}>
      {said.map(({ happened, todo }) => (
        <p key={happened}>
          <strong>{happened}</strong> {todo}
        </p>
      ))}
    </section>
  );
}
