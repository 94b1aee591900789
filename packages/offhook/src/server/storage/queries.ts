// Kysely over the worker: typed queries on the main thread, statements in the thread that owns the file.
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import type { Row } from './messages.ts';
import type { Schema } from './schema.ts';

/** What queries are run by. */
export interface Runner {
  read(query: CompiledQuery): Promise<readonly Row[]>;
  write(statements: readonly CompiledQuery[]): Promise<readonly number[]>;
}

/** Typed queries that `runner` runs. Several writes that belong together go to `Storage.write` instead of a transaction. */
export function queriesOver(runner: Runner): Kysely<Schema> {
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createDriver: () => driverOver(runner),
  };
  return new Kysely<Schema>({ dialect });
}

function driverOver(runner: Runner): Driver {
  const noTransaction = (): Promise<void> =>
    Promise.reject(new TypeError('Give statements that belong together to Storage.write'));
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      if (isRead(query)) return { rows: rowsAs<R>(await runner.read(query)) };
      const [changes = 0] = await runner.write([query]);
      return { rows: [], numAffectedRows: BigInt(changes) };
    },
    // oxlint-disable-next-line require-yield -- the interface wants a generator, and there is nothing to stream
    async *streamQuery(): AsyncGenerator<never> {
      throw new TypeError('Rows are not streamed');
    },
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: noTransaction,
    commitTransaction: noTransaction,
    rollbackTransaction: noTransaction,
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

function isRead({ query }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode';
}

// The boundary where rows get the type that the query was written with.
function rowsAs<R>(rows: readonly Row[]): R[] {
  return [...rows] as R[];
}
