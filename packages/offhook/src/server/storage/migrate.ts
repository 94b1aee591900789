// Brings the tables of a database up to date, step by step.
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import type { SqliteDatabase } from 'kysely';
import { migrations } from './migrations.ts';

/** Does the steps that a database lacks. */
export async function migrate(database: DatabaseSync): Promise<void> {
  const kysely = new Kysely<unknown>({
    dialect: new SqliteDialect({ database: adapter(database) }),
  });
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  // Another process may be making the same tables at this moment; the next try finds them made.
  for (let tries = 1; ; tries += 1) {
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) return;
    if (tries === 5) throw error;
    await delay(20 * tries);
  }
}

/** What Kysely takes for a database: any object with `prepare` and `close`, which says of a statement whether rows come out of it. */
export function adapter(database: DatabaseSync): SqliteDatabase {
  return {
    close() {},
    prepare(sql) {
      const statement = database.prepare(sql);
      const values = (parameters: readonly unknown[]): SQLInputValue[] =>
        parameters as SQLInputValue[];
      return {
        reader: /^\s*(?:select|pragma|with)\b|\breturning\b/i.test(sql),
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}
