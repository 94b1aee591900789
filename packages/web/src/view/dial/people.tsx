// Those whom one may mean: by what was typed, or from the server's directory.
import type { ComponentChild } from 'preact';
import { PersonRow } from '../people/person-row.tsx';
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

/** Those whom the server names, each one press away. */
export function Directory(): ComponentChild {
  const phone = usePhone();
  const { adding } = useWorld();
  const { labels } = useWords();
  const given = phone.contacts.entries.value.filter((contact) => contact.given);
  if (given.length === 0) return undefined;
  return (
    <div class="rows">
      <h2 class="row-title">{labels.directory}</h2>
      <ul>
        {given.map(({ id, name, addresses: [address = ''], note }) => (
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
