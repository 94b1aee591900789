// One table of the browser's store, held in a signal: what is changed here is written there, and nobody waits for it.
import { signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { TableName, TablesPort } from '../ports.ts';
import { rowOf } from './rows.ts';
import type { Row } from './rows.ts';

/** How a table is read and written. */
export interface StoredOptions<T> {
  readonly tables: TablesPort;
  readonly table: TableName;
  readonly read: (row: Row) => T | undefined;
  readonly key: (item: T) => string;
  readonly order: (a: T, b: T) => number;
  /** More than this many are not kept; the last in order go. */
  readonly most: number;
  /** The store is full, or forbidden. */
  readonly failed: () => void;
}

/** The items of one table, in order. */
export class Stored<T> {
  readonly items: ReadonlySignal<readonly T[]>;
  readonly #items: Signal<readonly T[]> = signal([]);
  readonly #options: StoredOptions<T>;

  constructor(options: StoredOptions<T>) {
    this.items = this.#items;
    this.#options = options;
  }

  /** Reads what was kept; what was put meanwhile is newer. */
  async load(): Promise<void> {
    const { tables, table, read, key } = this.#options;
    const rows = await tables.all(table).catch(() => this.#failed());
    const fresh = new Set(this.#items.value.map(key));
    const kept = rows.flatMap((value) => {
      const row = rowOf(value);
      const item = row === undefined ? undefined : read(row);
      return item === undefined || fresh.has(key(item)) ? [] : [item];
    });
    this.#set([...this.#items.value, ...kept]);
  }

  put(...items: readonly T[]): void {
    const { tables, table, key } = this.#options;
    const keys = new Set(items.map(key));
    this.#set([...this.#items.value.filter((one) => !keys.has(key(one))), ...items]);
    for (const item of items)
      tables.put(table, key(item), item).catch(() => this.#options.failed());
  }

  remove(...keys: readonly string[]): void {
    const { tables, table, key } = this.#options;
    this.#items.value = this.#items.value.filter((one) => !keys.includes(key(one)));
    for (const one of keys) tables.remove(table, one).catch(() => this.#options.failed());
  }

  find(key: string): T | undefined {
    return this.#items.value.find((one) => this.#options.key(one) === key);
  }

  #set(items: readonly T[]): void {
    const { order, most, key, tables, table } = this.#options;
    const sorted = items.toSorted(order);
    for (const gone of sorted.slice(most))
      tables.remove(table, key(gone)).catch(() => this.#options.failed());
    this.#items.value = sorted.slice(0, most);
  }

  #failed(): readonly unknown[] {
    this.#options.failed();
    return [];
  }
}
