// A contact to be written or changed.
import { Trash2 } from 'lucide';
import type { ComponentChild } from 'preact';
import type { Contact } from '../../model/phone.ts';
import { Icon } from '../part/icon.tsx';
import { Sheet } from '../part/sheet.tsx';
import { usePhone, useWords } from '../world.ts';

/** The form of a contact; a new one without `contact`. */
export function ContactSheet({
  contact,
  onClose,
}: {
  readonly contact: Contact | undefined;
  readonly onClose: () => void;
}): ComponentChild {
  const { contacts } = usePhone();
  const { labels } = useWords();
  const save = (form: HTMLFormElement): void => {
    const fields = new FormData(form);
    const text = (name: string): string => {
      const value = fields.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    contacts.save({
      id: contact?.id,
      name: text('name'),
      addresses: [text('address'), ...(contact?.addresses.slice(1) ?? [])],
      note: text('note') === '' ? undefined : text('note'),
      watched: fields.has('watched'),
    });
    onClose();
  };
  return (
    <Sheet title={contact?.name ?? labels['add contact']} onClose={onClose}>
      <form
        class="sheet-body"
        onSubmit={(event) => {
          event.preventDefault();
          save(event.currentTarget);
        }}
      >
        <label class="field">
          <span>{labels['contact name']}</span>
          <input class="input" name="name" required maxLength={200} defaultValue={contact?.name} />
        </label>
        <label class="field">
          <span>{labels['contact address']}</span>
          <input
            class="input address"
            name="address"
            required
            maxLength={500}
            defaultValue={contact?.addresses[0]}
          />
        </label>
        <label class="field">
          <span>{labels['contact note']}</span>
          <input class="input" name="note" maxLength={500} defaultValue={contact?.note} />
        </label>
        <label class="switch">
          {labels['show lamp']}
          <input
            type="checkbox"
            role="switch"
            name="watched"
            defaultChecked={contact?.watched ?? false}
          />
        </label>
        <button type="submit" class="button main wide">
          {labels.save}
        </button>
        {contact !== undefined && (
          <button
            type="button"
            class="button quiet wide"
            onClick={() => {
              contacts.remove(contact.id);
              onClose();
            }}
          >
            <Icon of={Trash2} />
            {labels.delete}
          </button>
        )}
      </form>
    </Sheet>
  );
}
