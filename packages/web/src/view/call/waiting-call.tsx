// A second call that rings here while one talks.
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { shownAddress } from '../part/address.ts';
import { Avatar } from '../part/avatar.tsx';
import { useWords } from '../world.ts';
import { IncomingControls } from './incoming.tsx';

/** The card of the call that waits. */
export function WaitingCall({ call }: { readonly call: PhoneCall }): ComponentChild {
  const { sentences } = useWords();
  const { name, address } = call.with.value;
  return (
    <div class="waiting" role="alert">
      <div class="head">
        <Avatar name={name} />
        <div>
          <strong class="cut">{sentences.waiting(name)}</strong>
          <p class="address soft small cut">
            <bdi>{shownAddress(address)}</bdi>
          </p>
        </div>
      </div>
      <IncomingControls call={call} holdsOther />
    </div>
  );
}
