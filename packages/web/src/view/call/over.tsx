// A call that is over with something left to say: the one thing to do, its story, and a way out.
import { Phone, Workflow } from 'lucide';
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { Icon } from '../part/icon.tsx';
import { usePhone, useWords } from '../world.ts';

/** What to do after `call`. */
export function OverControls({ call }: { readonly call: PhoneCall }): ComponentChild {
  const phone = usePhone();
  const words = useWords();
  const trouble = call.trouble.value;
  const explain = (): void => {
    phone.place.value = { is: 'explain', callId: call.callId.value };
  };
  const acts = trouble !== undefined && trouble.action !== 'explain' && trouble.action !== 'close';
  return (
    <div class="others">
      {acts && (
        <button
          type="button"
          class="button main large wide"
          onClick={() => phone.mend(trouble, call)}
        >
          {trouble.action === 'call again' && <Icon of={Phone} />}
          {words.actions[trouble.action]}
        </button>
      )}
      <div class="decide">
        <button type="button" class={acts ? 'button' : 'button main'} onClick={explain}>
          <Icon of={Workflow} />
          {words.actions.explain}
        </button>
        <button type="button" class="button" onClick={() => call.dismiss()}>
          {words.labels.close}
        </button>
      </div>
    </div>
  );
}
