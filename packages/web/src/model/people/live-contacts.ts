// Those one knows: kept on this machine, beside those that the server names.
import type { Random } from '@offhook/sip';
import { computed, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { Trouble } from '../../words/trouble.ts';
import type { Contact, Contacts, Imported } from '../phone.ts';
import type { DirectoryEntry, TablesPort } from '../ports.ts';
import { addressOf } from './address.ts';
import { fold } from './names.ts';
import type { Row } from './rows.ts';
import { Stored } from './stored.ts';
import { readCards, writeVcards } from './vcard.ts';

/** The contacts. */
export class LiveContacts implements Contacts {
  readonly entries: ReadonlySignal<readonly Contact[]>;
  readonly search: Signal<string> = signal('');
  readonly found: ReadonlySignal<readonly Contact[]>;
  readonly trouble: Signal<Trouble | undefined> = signal(undefined);
  readonly imported: Signal<Imported | undefined> = signal(undefined);
  readonly #directory: Signal<readonly DirectoryEntry[]> = signal([]);
  readonly #random: Random;
  readonly #stored: Stored<Contact>;

  constructor(tables: TablesPort, random: Random, failed: () => void) {
    this.#random = random;
    this.#stored = new Stored({
      tables,
      table: 'contacts',
      read: contactOf,
      key: ({ id }) => id,
      order: byName,
      most: 10_000,
      failed,
    });
    this.entries = computed(() => {
      const own = this.#stored.items.value;
      return [...own, ...this.#directory.value.map(givenContact)].toSorted(byName);
    });
    this.found = computed(() => {
      const wanted = fold(this.search.value);
      return this.entries.value.filter(
        ({ name, addresses }) =>
          fold(name).includes(wanted) || addresses.some((one) => fold(one).includes(wanted)),
      );
    });
  }

  load(): Promise<void> {
    return this.#stored.load();
  }

  /** Those that the server names. */
  give(directory: readonly DirectoryEntry[]): void {
    this.#directory.value = directory;
  }

  save(contact: Parameters<Contacts['save']>[0]): void {
    const name = contact.name.trim();
    const addresses = contact.addresses.map((one) => one.trim()).filter((one) => one !== '');
    if (addresses.length === 0 || addresses.some((one) => !isCallable(one))) {
      this.trouble.value = trouble('not an address');
      return;
    }
    this.trouble.value = undefined;
    const id = contact.id ?? this.#random.token(80);
    this.#stored.put({
      ...contact,
      id,
      name: name === '' ? (addresses[0] ?? '') : name,
      addresses,
      given: false,
    });
  }

  remove(id: string): void {
    this.#stored.remove(id);
  }

  importText(text: string): void {
    const cards = readCards(text);
    if (cards === undefined || cards.length === 0) {
      this.imported.value = undefined;
      this.trouble.value = trouble('file unreadable');
      return;
    }
    const known = new Map(this.#stored.items.value.map((contact) => [fold(contact.name), contact]));
    const changes = new Map<string, Contact>();
    let [added, changed, skipped] = [0, 0, 0];
    for (const { name, addresses, note } of cards) {
      const before = known.get(fold(name));
      const fresh = addresses.filter((one) => before?.addresses.includes(one) !== true);
      if (before === undefined) added += 1;
      else if (fresh.length === 0) {
        skipped += 1;
        continue;
      } else if (!changes.has(before.id)) changed += 1;
      const merged: Contact = {
        id: before?.id ?? this.#random.token(80),
        name: before?.name ?? name,
        addresses: [...(before?.addresses ?? []), ...fresh],
        note: before?.note ?? note,
        given: false,
        watched: before?.watched ?? false,
      };
      known.set(fold(name), merged);
      changes.set(merged.id, merged);
    }
    this.#stored.put(...changes.values());
    this.trouble.value = undefined;
    this.imported.value = { added, changed, skipped };
  }

  exportText(): string {
    return writeVcards(this.#stored.items.value);
  }

  watch(id: string, on: boolean): void {
    const contact = this.#stored.find(id);
    if (contact !== undefined) this.#stored.put({ ...contact, watched: on });
  }
}

function givenContact({ uri, name, says }: DirectoryEntry): Contact {
  return { id: `given ${uri}`, name, addresses: [uri], note: says, given: true, watched: false };
}

function contactOf(row: Row): Contact | undefined {
  const id = row.text('id');
  const name = row.text('name');
  const addresses = row.list('addresses').filter((one) => typeof one === 'string');
  if (id === undefined || name === undefined || addresses.length === 0) return undefined;
  const note = row.text('note');
  return { id, name, addresses, note, given: false, watched: row.flag('watched') };
}

function byName(a: Contact, b: Contact): number {
  return a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
}

function isCallable(text: string): boolean {
  return addressOf(text, 'example.com') !== undefined;
}
