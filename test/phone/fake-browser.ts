// What survives a page and who else there is: the tables and the tabs of a browser, in the hands of a test.
import type { TableName, TablesPort, TabsPort } from '../../packages/web/src/model/ports.ts';

/** What survives the page: the tables of a browser, and the memory of a tab. */
export class FakeStore implements TablesPort {
  readonly tables = new Map<TableName, Map<string, unknown>>();
  readonly tab = new Map<string, string>();
  /** The store refuses to keep anything more. */
  full = false;

  all(table: TableName): Promise<readonly unknown[]> {
    return Promise.resolve([...(this.tables.get(table)?.values() ?? [])]);
  }

  put(table: TableName, key: string, row: unknown): Promise<void> {
    if (this.full) return Promise.reject(new Error('QuotaExceededError'));
    const rows = this.tables.get(table) ?? new Map<string, unknown>();
    this.tables.set(table, rows);
    // As a browser does it: what is kept is a copy.
    rows.set(key, structuredClone(row));
    return Promise.resolve();
  }

  remove(table: TableName, key: string): Promise<void> {
    this.tables.get(table)?.delete(key);
    return Promise.resolve();
  }
}

/** The tabs of one browser. */
export class FakeBrowser {
  readonly #tabs: FakeTab[] = [];

  tab(): FakeTab {
    const tab = new FakeTab(this);
    this.#tabs.push(tab);
    return tab;
  }

  get owner(): FakeTab | undefined {
    return this.#tabs.find(({ owns }) => owns);
  }

  others(tab: FakeTab): readonly FakeTab[] {
    return this.#tabs.filter((one) => one !== tab);
  }

  /** Somebody gave up: whoever waits longest has it now. */
  next(): void {
    if (this.owner === undefined) this.#tabs.find(({ waits }) => waits)?.become();
  }
}

/** One tab of it. */
export class FakeTab implements TabsPort {
  owns = false;
  waits = false;
  readonly #browser: FakeBrowser;
  #tab: Parameters<TabsPort['own']>[0] | undefined;
  #listener: ((message: unknown) => void) | undefined;

  constructor(browser: FakeBrowser) {
    this.#browser = browser;
  }

  own(tab: Parameters<TabsPort['own']>[0]): () => void {
    this.#tab = tab;
    this.waits = true;
    if (this.#browser.owner === undefined) this.become();
    else tab.lost();
    return () => {
      this.owns = this.waits = false;
      this.#browser.next();
    };
  }

  takeOver(): void {
    const { owner } = this.#browser;
    if (owner !== undefined) {
      owner.owns = false;
      this.become();
      owner.#tab?.lost();
    } else this.become();
  }

  become(): void {
    this.owns = true;
    this.#tab?.owning();
  }

  tell(message: unknown): void {
    for (const other of this.#browser.others(this)) other.#listener?.(structuredClone(message));
  }

  onMessage(listener: (message: unknown) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }
}
