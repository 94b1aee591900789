// Runs statements on an open database: reads one at a time, writes in transactions that wholly happen or do not.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storageCode, StorageError } from './errors.ts';
import type { Row, Statement, ToldError, WriteOutcome } from './messages.ts';

const statementsKept = 200;

/** An open database with its prepared statements; used by the worker only. */
export class Engine {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The rows of a query. */
  read({ sql, parameters }: Statement): readonly Row[] {
    return this.#prepare(sql).all(...parameters) as readonly Row[];
  }

  /**
   * Runs `writes` in one transaction and tells what became of each, after the commit. Undefined when another process
   * holds the lock, unless this is the `lastTry`: then each write fails with STORAGE_BUSY.
   */
  commit(
    writes: readonly (readonly Statement[])[],
    lastTry: boolean,
  ): readonly WriteOutcome[] | undefined {
    try {
      return this.#transaction(() => writes.map((write) => this.#run(write)));
    } catch (error) {
      const told = toldError(error);
      if (told.code === 'STORAGE_BUSY' && !lastTry) return undefined;
      // A statement of one write was refused: the others deserve their own try.
      if (told.code === 'STORAGE_SQL' && writes.length > 1)
        return writes.map((write) => this.#commitOne(write));
      return writes.map(() => ({ ok: false, error: told }));
    }
  }

  /** Moves the log into the database and closes it. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #commitOne(write: readonly Statement[]): WriteOutcome {
    try {
      return this.#transaction(() => this.#run(write));
    } catch (error) {
      return { ok: false, error: toldError(error) };
    }
  }

  #run(write: readonly Statement[]): WriteOutcome {
    const changes = write.map(({ sql, parameters }) =>
      Number(this.#prepare(sql).run(...parameters).changes),
    );
    return { ok: true, changes };
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite rolls back by itself after a full disk or a failed write, and then knows of no transaction.
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    for (const oldest of this.#statements.keys()) {
      if (this.#statements.size <= statementsKept) break;
      this.#statements.delete(oldest);
    }
    return statement;
  }
}

/** What an error of node:sqlite or of the file system says, with our code. */
export function toldError(error: unknown): ToldError {
  if (error instanceof StorageError) return { code: error.code, text: error.message };
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number') {
    return { code: storageCode(error.errcode), text };
  }
  return { code: 'STORAGE_IO', text };
}
