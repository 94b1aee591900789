// The calls that are over, newest first, kept on this machine.
import { computed, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import { trouble, troubleActions } from '../../words/trouble.ts';
import type { Trouble, TroubleName } from '../../words/trouble.ts';
import type { CallOutcome, Party } from '../call.ts';
import type { History, HistoryEntry } from '../phone.ts';
import type { TablesPort } from '../ports.ts';
import { fold } from './names.ts';
import type { Row } from './rows.ts';
import { Stored } from './stored.ts';

const outcomes: readonly CallOutcome[] = [
  'answered',
  'missed',
  'declined',
  'cancelled',
  'failed',
  'elsewhere',
  'transferred',
];

/** The history. */
export class LiveHistory implements History {
  readonly entries: ReadonlySignal<readonly HistoryEntry[]>;
  readonly search: Signal<string> = signal('');
  readonly filter: Signal<'all' | 'missed'> = signal('all');
  readonly found: ReadonlySignal<readonly HistoryEntry[]>;
  readonly freshCount: ReadonlySignal<number>;
  readonly #stored: Stored<HistoryEntry>;

  constructor(tables: TablesPort, failed: () => void) {
    this.#stored = new Stored({
      tables,
      table: 'history',
      read: entryOf,
      key: ({ id }) => id,
      order: (a, b) => b.at - a.at,
      most: 1000,
      failed,
    });
    this.entries = this.#stored.items;
    this.found = computed(() => {
      const wanted = fold(this.search.value);
      const missed = this.filter.value === 'missed';
      return this.entries.value.filter(
        ({ with: party, how }) =>
          (!missed || how === 'missed') &&
          (fold(party.name).includes(wanted) || fold(party.address).includes(wanted)),
      );
    });
    this.freshCount = computed(() => this.entries.value.filter(({ fresh }) => fresh).length);
  }

  load(): Promise<void> {
    return this.#stored.load();
  }

  add(entry: Omit<HistoryEntry, 'fresh'>): void {
    this.#stored.put({ ...entry, fresh: entry.how === 'missed' });
  }

  /** Notes what went wrong in a call. */
  explained(id: string, fault: number): void {
    const entry = this.entries.value.find((one) => one.id === id);
    if (entry !== undefined) this.#stored.put({ ...entry, fault });
  }

  seen(): void {
    const fresh = this.entries.value.filter((entry) => entry.fresh);
    if (fresh.length > 0) this.#stored.put(...fresh.map((entry) => ({ ...entry, fresh: false })));
  }

  remove(id: string): void {
    this.#stored.remove(id);
  }

  clear(): void {
    this.#stored.remove(...this.entries.value.map(({ id }) => id));
  }
}

/** A party as it was kept. */
export function partyOf(row: Row | undefined): Party | undefined {
  const address = row?.text('address');
  const name = row?.text('name');
  return address === undefined || name === undefined ? undefined : { address, name };
}

/** A trouble as it was kept. */
export function keptTrouble(row: Row | undefined): Trouble | undefined {
  const name = row?.text('name');
  if (row === undefined || name === undefined || !isTroubleName(name)) return undefined;
  return trouble(name, {
    who: row.text('who'),
    status: row.number('status'),
    said: row.text('said'),
  });
}

function entryOf(row: Row): HistoryEntry | undefined {
  const id = row.text('id');
  const party = partyOf(row.row('with'));
  const how = row.oneOf('how', outcomes);
  const at = row.number('at');
  if (id === undefined || party === undefined || how === undefined || at === undefined)
    return undefined;
  return {
    id,
    with: party,
    how,
    at,
    direction: row.oneOf('direction', ['incoming', 'outgoing']) ?? 'incoming',
    seconds: row.number('seconds') ?? 0,
    trouble: keptTrouble(row.row('trouble')),
    callId: row.text('callId') ?? '',
    fault: row.number('fault'),
    fresh: row.flag('fresh'),
  };
}

function isTroubleName(name: string): name is TroubleName {
  return Object.hasOwn(troubleActions, name);
}
