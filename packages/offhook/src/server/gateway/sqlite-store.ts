// The snapshots of bridged calls on the embedded database, written behind: a call never waits for the disk.
import type { Logger } from '@offhook/sip';
import type { Storage } from '../storage/storage.ts';
import { readLegs } from './snapshot.ts';
import type { CallSnapshot, CallStore } from './snapshot.ts';

/** Keeps them. */
export class SqliteCalls implements CallStore {
  readonly #storage: Storage;
  readonly #log: Logger;

  constructor(storage: Storage, log: Logger) {
    this.#storage = storage;
    this.#log = log;
  }

  async all(): Promise<readonly CallSnapshot[]> {
    const rows = await this.#storage.queries.selectFrom('bridged_call').selectAll().execute();
    return rows.flatMap(({ id, legs }) => {
      const call = readLegs(id, legs);
      if (call === undefined) this.remove(id);
      return call ?? [];
    });
  }

  put(id: string, legs: string): void {
    const insert = this.#storage.queries
      .insertInto('bridged_call')
      .values({ id, legs })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ legs }));
    this.#write(insert.compile());
  }

  remove(id: string): void {
    this.#write(this.#storage.queries.deleteFrom('bridged_call').where('id', '=', id).compile());
  }

  #write(statement: Parameters<Storage['write']>[0][number]): void {
    this.#storage.write([statement]).catch((error: unknown) => {
      this.#log.warn('A bridged call could not be written down', { error: String(error) });
    });
  }
}
