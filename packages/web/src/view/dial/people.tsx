// Those whom one may mean: by what was typed, or from the server's directory.
import { GraduationCap } from 'lucide';
import type { ComponentChild } from 'preact';
import { Icon } from '../part/icon.tsx';
import { PersonRow } from '../people/person-row.tsx';
import type { Contact } from '../../model/phone.ts';
import { usePhone, useWords, useWorld } from '../world.ts';

/** People whose name or number fits what was typed. */
export function Suggestions(): ComponentChild {
  const phone = usePhone();
  const { adding } = useWorld();
  const found = phone.dial.suggestions.value;
  return (
    <ul class="rows">
      {found.map((party) => (
        <PersonRow
          key={party.address}
          name={party.name}
          address={party.address}
          onPress={() => {
            if (phone.call(party.address) !== undefined) adding.value = false;
          }}
        />
      ))}
    </ul>
  );
}

/** Those whom the server names, and those whose lamps one watches, each one press away. */
export function Directory(): ComponentChild {
  const { labels } = useWords();
  const all = usePhone().contacts.entries.value;
  return (
    <>
      <GuidedCard />
      <Group title={labels.directory} contacts={all.filter(({ given }) => given)} />
      <Group
        title={labels.contacts}
        contacts={all.filter(({ given, watched }) => watched && !given)}
      />
    </>
  );
}

/** The way to the guided call, where there is one. */
function GuidedCard(): ComponentChild {
  const phone = usePhone();
  const { ports } = useWorld();
  const { labels } = useWords();
  if (phone.me.value?.isGuided !== true || ports.guided === undefined) return undefined;
  return (
    <button
      type="button"
      class="guided-card"
      onClick={() => {
        phone.place.value = { is: 'guided' };
      }}
    >
      <Icon of={GraduationCap} />
      <span>
        <strong>{labels.guided}</strong>
        <span class="soft small">{labels['guided hint']}</span>
      </span>
    </button>
  );
}

function Group({
  title,
  contacts,
}: {
  readonly title: string;
  readonly contacts: readonly Contact[];
}): ComponentChild {
  const phone = usePhone();
  const { adding } = useWorld();
  if (contacts.length === 0) return undefined;
  return (
    <div class="rows">
      <h2 class="row-title">{title}</h2>
      <ul>
        {contacts.map(({ id, name, addresses: [address = ''], note }) => (
          <PersonRow
            key={id}
            name={name}
            address={address}
            note={note}
            onPress={() => {
              if (phone.call(address) !== undefined) adding.value = false;
            }}
          />
        ))}
      </ul>
    </div>
  );
}
