// The calls beside the one that is shown: come back to them, join them, finish a transfer with them.
import { ArrowLeftRight, Merge, Split } from 'lucide';
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { Avatar } from '../part/avatar.tsx';
import { Icon } from '../part/icon.tsx';
import { usePhone, useWords, useWorld } from '../world.ts';
import { isUp, runningTime, stateOf } from './state.ts';

/** All calls but `shown` and those that ring, and what to do with them together. */
export function OtherCalls({ shown }: { readonly shown: PhoneCall }): ComponentChild {
  const phone = usePhone();
  const { labels } = useWords();
  if (shown.phase.value.is === 'over') return undefined;
  const others = phone.calls.value.filter(
    (call) =>
      call !== shown && call.phase.value.is !== 'ringing here' && call.phase.value.is !== 'over',
  );
  if (others.length === 0) return undefined;
  const transferring =
    shown.consults ?? (shown.consultation.value === undefined ? undefined : shown);
  const joined = shown.joined.value;
  return (
    <div class="others">
      {!joined && others.map((call) => <Other key={call.id} call={call} />)}
      {transferring !== undefined && (
        <div class="decide">
          <button type="button" class="button" onClick={() => transferring.cancelTransfer()}>
            {labels['come back']}
          </button>
          <button
            type="button"
            class="button main"
            disabled={!isUp(shown)}
            onClick={() => transferring.completeTransfer()}
          >
            {labels['complete transfer']}
          </button>
        </div>
      )}
      {transferring === undefined && joined && (
        <div class="decide">
          <button type="button" class="button" onClick={() => shown.split()}>
            <Icon of={Split} />
            {labels.split}
          </button>
          <button type="button" class="button" onClick={() => shown.leaveTogether()}>
            {labels['leave together']}
          </button>
        </div>
      )}
      {transferring === undefined && !joined && isUp(shown) && others.every(isUp) && (
        <button type="button" class="button wide" onClick={() => shown.join()}>
          <Icon of={Merge} />
          {labels.join}
        </button>
      )}
    </div>
  );
}

function Other({ call }: { readonly call: PhoneCall }): ComponentChild {
  const phone = usePhone();
  const { ports } = useWorld();
  const words = useWords();
  const { name } = call.with.value;
  return (
    <div class="other">
      <Avatar name={name} />
      <span class="what">
        <strong class="cut">
          <bdi>{name}</bdi>
        </strong>
        <span class="soft small figures cut">
          {stateOf(words, call)} {runningTime(call, ports.now.value)}
        </span>
      </span>
      <button type="button" class="button" onClick={() => phone.switchTo(call)}>
        <Icon of={ArrowLeftRight} />
        {words.labels.swap}
      </button>
    </div>
  );
}
