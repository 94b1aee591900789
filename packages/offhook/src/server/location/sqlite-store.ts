// The location store on the embedded database: read from memory, written through.
import type { Clock, Logger, Protocol, Timer } from '@offhook/sip';
import type { Compiled, Storage } from '../storage/storage.ts';
import type { BindingTable } from '../storage/schema.ts';
import { newsOf } from './news.ts';
import type { BindingNews, BindingsChanged } from './news.ts';
import { isReachable } from './reachable.ts';
import { bindingKey } from './store.ts';
import type { Binding, BindingChange, LocationStore } from './store.ts';

/** What the store needs. */
export interface LocationOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: Logger;
  /** Learns what becomes of bindings. */
  readonly told?: ((news: BindingNews) => void) | undefined;
}

/** A binding as it is kept: with its revision. */
type Held = Binding & { readonly revision: number };

const sweepMilliseconds = 10_000;
// A wall clock that was set back while we were down must not make a binding live longer than any registrar grants.
const longestMilliseconds = 7_200_000;
// A date that drifts by less is the machine's own doing, in milliseconds.
const dateWasSet = 1_000;

/** Opens the location service with the bindings that outlived the last run. */
export async function openLocation(options: LocationOptions): Promise<LocationStore> {
  const rows = await options.storage.queries.selectFrom('binding').selectAll().execute();
  const store = new SqliteLocation(options);
  store.load(rows);
  // What outlived the last run is no news.
  store.tell(options.told);
  return store;
}

class SqliteLocation implements LocationStore {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #aors = new Map<string, readonly Held[]>();
  /** Which addresses-of-record each connection carries. */
  readonly #flows = new Map<string, Set<string>>();
  readonly #writes = new Set<Promise<void>>();
  #revision = 0;
  /** What `now` is short of the date, in milliseconds; all rows are written by it. */
  #offset: number;
  #sweep: Timer | undefined;
  #closed = false;
  #upsertText: string | undefined;
  #told: ((news: BindingNews) => void) | undefined;

  constructor({ storage, clock, log }: LocationOptions) {
    this.#storage = storage;
    this.#clock = clock;
    this.#log = log;
    this.#offset = clock.wall() - clock.now();
  }

  load(rows: readonly BindingTable[]): void {
    const dead: [string, Held][] = [];
    const loaded = new Map<string, Held[]>();
    for (const row of rows) {
      this.#revision = Math.max(this.#revision, row.revision);
      const held = this.#fromRow(row);
      if (!this.#isAlive(held) || !isReachable(held)) {
        dead.push([row.aor, held]);
        continue;
      }
      // The connection itself is gone; a new one has another id.
      loaded.set(row.aor, [...(loaded.get(row.aor) ?? []), { ...held, connection: false }]);
    }
    for (const [aor, held] of loaded) this.#keep(aor, held);
    this.#erase(dead);
  }

  /** Tells the news from now on. */
  tell(told: ((news: BindingNews) => void) | undefined): void {
    this.#told = told;
  }

  bindings(aor: string): readonly Binding[] {
    const all = this.#aors.get(aor) ?? [];
    // A list is never changed, so that it may be given out as it is.
    return all.every((one) => this.#isAlive(one)) ? all : all.filter((one) => this.#isAlive(one));
  }

  async change(aor: string, { put, remove }: BindingChange): Promise<void> {
    if (put.length === 0 && remove.length === 0) return;
    // A handful at most, so that looking through them is quicker than an index.
    const puts = put.map((binding) => bindingKey(binding));
    const written = put.map((binding) => {
      this.#revision += 1;
      return { ...binding, revision: this.#revision };
    });
    await this.#storage.write([
      ...remove.filter((key) => !puts.includes(key)).map((key) => this.#deleteKey(aor, key)),
      ...written.map((held) => this.#upsert(aor, held)),
    ]);
    const rest = (this.#aors.get(aor) ?? []).filter((held) => {
      const key = bindingKey(held);
      return !puts.includes(key) && !remove.includes(key);
    });
    this.#keep(aor, [...written, ...rest]);
  }

  flowClosed(flow: string): void {
    const dead: [string, Held][] = [];
    for (const aor of this.#flows.get(flow) ?? []) {
      const isDead = (held: Held): boolean => held.connection && held.flow === flow;
      const all = this.#aors.get(aor) ?? [];
      for (const held of all.filter(isDead)) dead.push([aor, held]);
      this.#keep(
        aor,
        all.filter((held) => !isDead(held)),
        'closed',
      );
    }
    this.#flows.delete(flow);
    this.#erase(dead);
  }

  aors(): readonly string[] {
    return [...this.#aors.keys()].filter((aor) => this.bindings(aor).length > 0);
  }

  get size(): number {
    let size = 0;
    for (const aor of this.#aors.keys()) size += this.bindings(aor).length;
    return size;
  }

  /** Stops the sweep and waits for removals on their way; the storage is its opener's to close. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sweep?.cancel();
    this.#sweep = undefined;
    this.#followDate();
    await Promise.all(this.#writes);
  }

  #isAlive({ due }: Binding): boolean {
    return due > this.#clock.now();
  }

  /** Puts the whole list of an address-of-record in force, and the flows' index right; those that are missing are `gone`. */
  #keep(aor: string, list: readonly Held[], gone: BindingsChanged['gone'] = 'removed'): void {
    const before = this.#aors.get(aor) ?? [];
    if (this.#told !== undefined) {
      const now = this.#clock.now();
      for (const news of newsOf({ aor, before, after: list, now, gone })) this.#told(news);
    }
    // A stable sort: the newest come first and stay so among equals.
    const sorted =
      list.length < 2
        ? list
        : list.toSorted((a, b) => (b.q ?? 1) - (a.q ?? 1) || b.revision - a.revision);
    if (sorted.length === 0) this.#aors.delete(aor);
    else this.#aors.set(aor, sorted);
    for (const { connection, flow } of before) {
      if (!connection) continue;
      const onFlow = this.#flows.get(flow);
      onFlow?.delete(aor);
      if (onFlow?.size === 0) this.#flows.delete(flow);
    }
    for (const { connection, flow } of sorted) {
      if (!connection) continue;
      const onFlow = this.#flows.get(flow) ?? new Set();
      this.#flows.set(flow, onFlow.add(aor));
    }
    this.#scheduleSweep();
  }

  #scheduleSweep(): void {
    if (this.#sweep !== undefined || this.#aors.size === 0 || this.#closed) return;
    this.#sweep = this.#clock.after(sweepMilliseconds, () => {
      this.#sweep = undefined;
      this.#removeExpired();
      this.#followDate();
      this.#scheduleSweep();
    });
  }

  #removeExpired(): void {
    const dead: [string, Held][] = [];
    for (const [aor, all] of this.#aors) {
      const expired = all.filter((held) => !this.#isAlive(held));
      if (expired.length === 0) continue;
      for (const held of expired) dead.push([aor, held]);
      this.#keep(
        aor,
        all.filter((held) => !expired.includes(held)),
      );
    }
    this.#erase(dead);
  }

  /** When somebody has set the date the rows go with it, so that the next start finds each binding with the time that it has left. */
  #followDate(): void {
    const offset = this.#clock.wall() - this.#clock.now();
    const jump = Math.round(offset - this.#offset);
    if (Math.abs(jump) < dateWasSet) return;
    this.#offset += jump;
    this.#background(
      [{ sql: 'UPDATE binding SET expires = expires + ?', parameters: [jump] }],
      'Bindings stay in the database by the old date',
    );
  }

  /** Takes rows out of the database in the background. One that stays is dead all the same: at the next start it has expired or its flow is gone. */
  #erase(dead: readonly (readonly [string, Held])[]): void {
    if (dead.length === 0) return;
    this.#background(
      dead.map(([aor, held]) => this.#deleteRevision(aor, held)),
      'Expired bindings stay in the database for now',
    );
  }

  #background(statements: readonly Compiled[], failed: string): void {
    const write = this.#storage
      .write(statements)
      .then(
        () => undefined,
        (error: unknown) => this.#log.warn(failed, { error: String(error) }),
      )
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  #deleteKey(aor: string, key: string): Compiled {
    return this.#storage.queries
      .deleteFrom('binding')
      .where('aor', '=', aor)
      .where('key', '=', key)
      .compile();
  }

  #deleteRevision(aor: string, held: Held): Compiled {
    return this.#storage.queries
      .deleteFrom('binding')
      .where('aor', '=', aor)
      .where('key', '=', bindingKey(held))
      .where('revision', '=', held.revision)
      .compile();
  }

  #upsert(aor: string, held: Held): Compiled {
    const row = this.#toRow(aor, held);
    // Compiled once: building the query costs more than running it, and the columns come in one order.
    this.#upsertText ??= this.#storage.queries.replaceInto('binding').values(row).compile().sql;
    return { sql: this.#upsertText, parameters: Object.values(row) };
  }

  #toRow(aor: string, binding: Held): BindingTable {
    return {
      aor,
      key: bindingKey(binding),
      contact: binding.contact,
      q: binding.q ?? null,
      expires: Math.round(this.#offset + binding.due),
      call_id: binding.callId,
      cseq: binding.cseq,
      flow: binding.flow,
      connection: binding.connection ? 1 : 0,
      protocol: binding.source.protocol,
      source_host: binding.source.host,
      source_port: binding.source.port,
      user_agent: binding.userAgent ?? null,
      path: JSON.stringify(binding.path),
      instance: binding.instance ?? null,
      reg_id: binding.regId ?? null,
      gruu_series: binding.gruuSeries ?? null,
      revision: binding.revision,
    };
  }

  #fromRow(row: BindingTable): Held {
    const remaining = Math.min(row.expires - this.#clock.wall(), longestMilliseconds);
    return {
      contact: row.contact,
      q: row.q ?? undefined,
      due: this.#clock.now() + remaining,
      callId: row.call_id,
      cseq: row.cseq,
      flow: row.flow,
      connection: row.connection === 1,
      source: { protocol: protocolOf(row.protocol), host: row.source_host, port: row.source_port },
      userAgent: row.user_agent ?? undefined,
      path: textsOf(row.path),
      instance: row.instance ?? undefined,
      regId: row.reg_id ?? undefined,
      gruuSeries: row.gruu_series ?? undefined,
      revision: row.revision,
    };
  }
}

function protocolOf(text: string): Protocol {
  const known: readonly Protocol[] = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'];
  return known.find((protocol) => protocol === text) ?? 'UDP';
}

function textsOf(json: string): readonly string[] {
  const list: unknown = JSON.parse(json);
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}
