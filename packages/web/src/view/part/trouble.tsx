// What went wrong: one sentence and one thing to do.
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { sentenceOf } from '../../words/words.ts';
import type { Trouble } from '../../words/trouble.ts';
import { usePhone, useWords } from '../world.ts';

/** A trouble as a line with its button. */
export function TroubleNote({
  trouble,
  call,
  more,
  onMend,
}: {
  readonly trouble: Trouble;
  readonly call?: PhoneCall | undefined;
  readonly more?: string | undefined;
  /** In place of what the phone does about it. */
  readonly onMend?: () => void;
}): ComponentChild {
  const phone = usePhone();
  const words = useWords();
  return (
    <div class="note bad" role="alert">
      <span>
        {sentenceOf(words, trouble)} {more}
      </span>
      <button
        type="button"
        class="button"
        onClick={() => (onMend === undefined ? phone.mend(trouble, call) : onMend())}
      >
        {words.actions[trouble.action]}
      </button>
    </div>
  );
}
