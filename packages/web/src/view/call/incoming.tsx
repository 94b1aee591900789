// A call that rings here: yes or no.
import { Phone, PhoneOff } from 'lucide';
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { Icon } from '../part/icon.tsx';
import { useWords } from '../world.ts';

/** Answer and decline. */
export function IncomingControls({
  call,
  holdsOther = false,
}: {
  readonly call: PhoneCall;
  readonly holdsOther?: boolean;
}): ComponentChild {
  const { labels } = useWords();
  return (
    <div class="decide">
      <button type="button" class="button end large" onClick={() => call.decline()}>
        <Icon of={PhoneOff} />
        {labels.decline}
      </button>
      <button type="button" class="button main large" onClick={() => call.answer()}>
        <Icon of={Phone} />
        {holdsOther ? labels['answer and hold'] : labels.answer}
      </button>
    </div>
  );
}
