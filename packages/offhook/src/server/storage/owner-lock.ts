// One running system for each data folder: the second would overwrite what the first knows of registrations.
import { closeSync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { toldError } from './engine.ts';
import { StorageError } from './errors.ts';

// The one before may be on its way out, in milliseconds.
const wait = 1000;

/**
 * Takes the folder of the database at `path` for this process, until the result is closed or the process ends, however it
 * ends: the lock is the operating system's. Throws `STORAGE_IN_USE` when another process has it.
 */
export function takeOwnership(
  path: string,
  { DatabaseSync: Database }: typeof import('node:sqlite'),
): DatabaseSync {
  const file = `${path}.owner`;
  closeSync(openSync(file, 'a', 0o600));
  const lock = new Database(file);
  try {
    lock.exec(`PRAGMA busy_timeout = ${wait}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`);
    return lock;
  } catch (error) {
    lock.close();
    if (toldError(error).code !== 'STORAGE_BUSY') throw error;
    throw new StorageError('STORAGE_IN_USE', 'Another Offhook runs on this data folder');
  }
}
