// Handing a call over: at once, or after asking there first.
import type { ComponentChild } from 'preact';
import { useSignal } from '@preact/signals';
import type { PhoneCall } from '../../model/call.ts';
import { Avatar } from '../part/avatar.tsx';
import { shownAddress } from '../part/address.ts';
import { Sheet } from '../part/sheet.tsx';
import { usePhone, useWords } from '../world.ts';

/** Where `call` shall go. */
export function TransferSheet({
  call,
  onClose,
}: {
  readonly call: PhoneCall;
  readonly onClose: () => void;
}): ComponentChild {
  const { contacts } = usePhone();
  const { labels } = useWords();
  const target = useSignal('');
  const wanted = target.value.trim().toLowerCase();
  const fitting = contacts.entries.value
    .filter(({ name, addresses: [address = ''] }) =>
      `${name} ${address}`.toLowerCase().includes(wanted),
    )
    .slice(0, 5);
  const go = (how: (target: string) => void): void => {
    how(target.value.trim());
    onClose();
  };
  return (
    <Sheet title={labels.transfer} onClose={onClose}>
      <form
        class="sheet-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== '') go((to) => call.transferTo(to));
        }}
      >
        <input
          class="input address"
          autofocus
          aria-label={labels['number or name']}
          placeholder={labels['number or name']}
          autocomplete="off"
          spellcheck={false}
          value={target.value}
          onInput={(event) => {
            target.value = event.currentTarget.value;
          }}
        />
        <ul>
          {fitting.map(({ id, name, addresses: [address = ''] }) => (
            <li class="row" key={id}>
              <Avatar name={name} />
              <span class="what">
                <strong class="cut">
                  <bdi>{name}</bdi>
                </strong>
                <span class="soft">
                  <bdi class="address cut">{shownAddress(address)}</bdi>
                </span>
              </span>
              <button
                type="button"
                class="whole"
                aria-label={name}
                aria-pressed={target.value === address}
                onClick={() => {
                  target.value = address;
                }}
              />
            </li>
          ))}
        </ul>
        <div class="decide">
          <button
            type="button"
            class="button"
            disabled={wanted === ''}
            onClick={() => go((to) => call.consult(to))}
          >
            {labels['ask first']}
          </button>
          <button type="submit" class="button main" disabled={wanted === ''}>
            {labels['transfer now']}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
