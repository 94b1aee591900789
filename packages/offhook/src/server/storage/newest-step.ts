// Whether a database has all its tables, told without loading what makes them.
import type { DatabaseSync } from 'node:sqlite';

/** The name of the last step in migrations.ts. */
export const newestStep = '0007-bridged-calls';

/** True when the last step that was done is the newest one there is. */
export function isUpToDate(database: DatabaseSync): boolean {
  const table = "select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'";
  if (database.prepare(table).get() === undefined) return false;
  const last = database.prepare('select name from kysely_migration order by name desc limit 1');
  return last.get()?.['name'] === newestStep;
}
