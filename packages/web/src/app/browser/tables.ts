// Tables that survive the page: one IndexedDB with an object store a table.
import type { TableName, TablesPort } from '../../model/ports.ts';

const tables: readonly TableName[] = ['history', 'contacts', 'chats', 'settings'];

/** The tables of this browser, opened when first used. */
export function browserTables(name = 'offhook'): TablesPort {
  let opening: Promise<IDBDatabase> | undefined;
  const store = async (table: TableName, mode: IDBTransactionMode): Promise<IDBObjectStore> => {
    opening ??= open(name);
    // A browser that refused once, in a private window perhaps, may be asked again.
    opening.catch(() => (opening = undefined));
    return (await opening).transaction(table, mode).objectStore(table);
  };
  return {
    all: async (table) => await done((await store(table, 'readonly')).getAll()),
    put: async (table, key, row) => {
      await done((await store(table, 'readwrite')).put(row, key));
    },
    remove: async (table, key) => {
      await done((await store(table, 'readwrite')).delete(key));
    },
  };
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.addEventListener('upgradeneeded', () => {
    for (const table of tables) request.result.createObjectStore(table);
  });
  return done(request);
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed')));
  });
}
