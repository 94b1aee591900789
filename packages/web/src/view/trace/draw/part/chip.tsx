// The label of a transaction, a dialog or a session, in the colour of its lane; `~` says that it was found by matching.
import type { ComponentChild } from 'preact';
import type { Label } from '@offhook/sip/trace';
import { useSubject } from './subject.ts';

/** One label. */
export function Chip({ label }: { readonly label: Label }): ComponentChild {
  const { lane, number, source } = label;
  return (
    <span class="chip" data-lane={lane} title={titleOf(label)}>
      {source === 'inferred' ? '~' : ''}
      {lane}
      {number}
    </span>
  );
}

/** A label that chooses its bar in the lanes. */
export function ChipButton({ label }: { readonly label: Label }): ComponentChild {
  const { selection } = useSubject();
  const { lane, number } = label;
  const chosen = selection.lane.value;
  const isChosen = chosen?.lane === lane && chosen.number === number;
  return (
    <button
      type="button"
      class="chip-button"
      aria-pressed={isChosen}
      onClick={() => {
        selection.lane.value = isChosen ? undefined : { lane, number };
      }}
    >
      <Chip label={label} />
    </button>
  );
}

/** What a label means, in words. */
export function titleOf({ lane, number, source }: Label): string {
  const noun = { T: 'Transaction', D: 'Dialog', S: 'Session' }[lane];
  return `${noun} ${number}, ${source}`;
}
