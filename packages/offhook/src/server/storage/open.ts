// Opens the database file in the worker: checks it, sets a damaged one aside, brings the tables up to date.
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { toldError } from './engine.ts';
import { StorageError } from './errors.ts';
import type { WorkerSetup } from './messages.ts';
import { isUpToDate } from './newest-step.ts';
import { takeOwnership } from './owner-lock.ts';

/** An open database, and what a person should know of its opening. */
export interface Opened {
  readonly database: DatabaseSync;
  /** Held by the one system that runs on it; a command that only looks in has none. */
  readonly lock: DatabaseSync | undefined;
  readonly warnings: readonly string[];
}

/** Opens `setup.path`; a damaged file is set aside in favour of the last backup, or of a new one. */
export async function openFile(setup: WorkerSetup): Promise<Opened> {
  const { path, repair, stamp } = setup;
  const warnings: string[] = [];
  const lock = repair ? takeOwnership(path, sqlite()) : undefined;
  let database: DatabaseSync;
  try {
    database = openChecked(path);
  } catch (error) {
    const told = toldError(error);
    if (told.code !== 'STORAGE_CORRUPT' || !repair) throw error;
    const aside = `${path}.damaged-${stamp}`;
    setAside(path, aside);
    warnings.push(`The database was damaged (${told.text}); it was set aside as ${aside}`);
    database = openBackup(path, warnings);
  }
  // Kysely takes longer to load than all else of a start, and at most starts there is nothing for it to do.
  if (!isUpToDate(database)) await (await import('./migrate.ts')).migrate(database);
  // From here on nothing waits inside SQLite; the worker tries again by itself.
  database.exec('PRAGMA busy_timeout = 0');
  return { database, lock, warnings };
}

/** Writes a backup beside the database; tells why when it could not, since a full disk must not keep a server from starting. */
export function keepBackup(database: DatabaseSync, path: string): string | undefined {
  const fresh = `${backupPath(path)}.new`;
  try {
    rmSync(fresh, { force: true });
    closeSync(openSync(fresh, 'a', 0o600));
    database.prepare('VACUUM INTO ?').run(fresh);
    renameSync(fresh, backupPath(path));
    return undefined;
  } catch (error) {
    rmSync(fresh, { force: true });
    return `No backup could be made (${toldError(error).text})`;
  }
}

// Two processes may open a new file at the same moment; the worker thread may wait for the other, in milliseconds.
const openWait = 2000;

function backupPath(path: string): string {
  return `${path}.backup`;
}

function openChecked(path: string): DatabaseSync {
  // Created by us, so that its mode is 0600 from the first byte; SQLite gives the same mode to its log files.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const { DatabaseSync } = sqlite();
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${openWait}`);
    const check = database.prepare('PRAGMA quick_check(1)').get();
    const verdict = check?.['quick_check'];
    if (verdict !== 'ok')
      throw new StorageError('STORAGE_CORRUPT', String(verdict).replaceAll(/\s+/g, ' '));
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON',
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function setAside(path: string, aside: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
}

function openBackup(path: string, warnings: string[]): DatabaseSync {
  if (existsSync(backupPath(path))) {
    try {
      copyFileSync(backupPath(path), path);
      const database = openChecked(path);
      warnings.push('The last backup is in use: changes made after it are lost');
      return database;
    } catch (error) {
      warnings.push(`The backup could not be used either (${toldError(error).text})`);
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    }
  }
  warnings.push('A new, empty database was made: there are no users and no registrations in it');
  return openChecked(path);
}

/** The module; Node.js 22 calls it experimental on each start, and only that warning is dropped. */
export function sqlite(): typeof import('node:sqlite') {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!/SQLite is an experimental/.test(String(warning))) emitWarning(warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
