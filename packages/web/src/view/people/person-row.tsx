// One person in a list: pressing the row calls, what stands at its end does something else.
import { Phone } from 'lucide';
import type { ComponentChild, ComponentChildren } from 'preact';
import type { Lamp, LampState } from '../../model/phone.ts';
import type { Words } from '../../words/words.ts';
import { shownAddress } from '../part/address.ts';
import { Avatar } from '../part/avatar.tsx';
import { Icon } from '../part/icon.tsx';
import { usePhone, useWords } from '../world.ts';

/** A person whom one press calls. */
export function PersonRow({
  name,
  address,
  note,
  onPress,
  children,
}: {
  readonly name: string;
  readonly address: string;
  readonly note?: string | undefined;
  readonly onPress: () => void;
  readonly children?: ComponentChildren;
}): ComponentChild {
  const words = useWords();
  const lamp = usePhone().lamps.value.find(({ with: party }) => party.address === address);
  return (
    <li class="row">
      <Avatar name={name}>
        {lamp !== undefined && <span class="lamp" data-lamp={lampColour[lamp.state]} />}
      </Avatar>
      <span class="what">
        <strong class="cut">
          <bdi>{name}</bdi>
        </strong>
        <span class="soft cut">
          {lamp === undefined || lamp.state === 'unknown'
            ? (note ?? <bdi class="address">{shownAddress(address)}</bdi>)
            : lampSentence(words, lamp)}
        </span>
      </span>
      <button
        type="button"
        class="whole"
        aria-label={`${words.labels.call}: ${name}`}
        onClick={onPress}
      />
      {children ?? (
        <span class="icon-button call" aria-hidden="true">
          <Icon of={Phone} />
        </span>
      )}
    </li>
  );
}

const lampColour: Readonly<Record<LampState, string>> = {
  unknown: 'unknown',
  away: 'away',
  available: 'ready',
  ringing: 'waiting',
  busy: 'busy',
};

function lampSentence({ sentences }: Words, { state, note, with: party }: Lamp): string {
  if (note !== undefined && note !== '') return note;
  switch (state) {
    case 'busy':
      return sentences.lampBusy(party.name);
    case 'ringing':
      return sentences.lampRinging(party.name);
    case 'available':
      return sentences.lampAvailable(party.name);
    case 'away':
    case 'unknown':
      return sentences.lampAway(party.name);
  }
}
