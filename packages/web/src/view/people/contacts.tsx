// Those one knows: search, call, write, change, and files of contacts in and out.
import { BookUser, Download, MessageSquare, Pencil, Search, Upload, UserPlus } from 'lucide';
import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useRef } from 'preact/hooks';
import type { Contact } from '../../model/phone.ts';
import { Icon } from '../part/icon.tsx';
import { IconButton } from '../part/icon-button.tsx';
import { TroubleNote } from '../part/trouble.tsx';
import { usePhone, useWords, useWorld } from '../world.ts';
import { ContactSheet } from './contact-sheet.tsx';
import { PersonRow } from './person-row.tsx';

/** The list of contacts. */
export function ContactsView(): ComponentChild {
  const { contacts } = usePhone();
  const { ports } = useWorld();
  const { labels, sentences } = useWords();
  const editing = useSignal<Contact | 'new' | undefined>(undefined);
  const file = useRef<HTMLInputElement>(null);
  const { value: imported } = contacts.imported;
  const { value: trouble } = contacts.trouble;
  return (
    <section class="view" aria-label={labels.contacts}>
      <header class="view-head">
        <h1 class="title">{labels.contacts}</h1>
        <IconButton
          icon={Upload}
          label={labels['import contacts']}
          onClick={() => file.current?.click()}
        />
        <IconButton
          icon={Download}
          label={labels['export contacts']}
          onClick={() => ports.save('contacts.vcf', 'text/vcard', contacts.exportText())}
        />
        <IconButton
          icon={UserPlus}
          label={labels['add contact']}
          onClick={() => {
            editing.value = 'new';
          }}
        />
        <input
          ref={file}
          type="file"
          hidden
          accept=".vcf,.csv,text/vcard,text/csv"
          onChange={(event) => {
            const [chosen] = event.currentTarget.files ?? [];
            void chosen?.text().then((text) => contacts.importText(text));
          }}
        />
      </header>
      <div class="scroll">
        <div class="list-tools">
          <label class="search">
            <Icon of={Search} />
            <input
              class="input"
              type="search"
              aria-label={labels.search}
              placeholder={labels.search}
              value={contacts.search.value}
              onInput={(event) => {
                contacts.search.value = event.currentTarget.value;
              }}
            />
          </label>
          {trouble !== undefined && <TroubleNote trouble={trouble} />}
          <div role="status">
            {imported !== undefined && (
              <p class="note good">
                {sentences.imported(imported.added, imported.changed, imported.skipped)}
              </p>
            )}
          </div>
        </div>
        <People contacts={contacts.found.value} onEdit={(contact) => (editing.value = contact)} />
      </div>
      {editing.value !== undefined && (
        <ContactSheet
          contact={editing.value === 'new' ? undefined : editing.value}
          onClose={() => {
            editing.value = undefined;
          }}
        />
      )}
    </section>
  );
}

function People({
  contacts,
  onEdit,
}: {
  readonly contacts: readonly Contact[];
  readonly onEdit: (contact: Contact) => void;
}): ComponentChild {
  const phone = usePhone();
  const { labels } = useWords();
  if (contacts.length === 0) {
    const none = phone.contacts.search.value === '' ? 'no contacts yet' : 'nothing found';
    return (
      <p class="empty">
        <Icon of={BookUser} />
        {labels[none]}
      </p>
    );
  }
  return (
    <ul class="rows">
      {contacts.map((contact) => {
        const [address = ''] = contact.addresses;
        return (
          <PersonRow
            key={contact.id}
            name={contact.name}
            address={address}
            note={contact.note}
            onPress={() => phone.call(address)}
          >
            <span class="actions">
              <IconButton
                icon={MessageSquare}
                label={`${labels['new message']}: ${contact.name}`}
                onClick={() => {
                  phone.place.value = { is: 'chat', address };
                }}
              />
              {!contact.given && (
                <IconButton
                  icon={Pencil}
                  label={`${labels.edit}: ${contact.name}`}
                  onClick={() => onEdit(contact)}
                />
              )}
            </span>
          </PersonRow>
        );
      })}
    </ul>
  );
}
