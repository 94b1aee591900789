// Opens the file of the traces, in the thread that keeps them. Traces are no registrations: a damaged file is set aside, and another begun.
import { chmodSync, closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { Engine, toldError } from '../storage/engine.ts';
import { sqlite } from '../storage/open.ts';
import { tables, tablesVersion } from './tables.ts';

/** An open file, and what a person should know of its opening. */
export interface OpenedTraces {
  readonly engine: Engine;
  readonly warnings: readonly string[];
}

/** Opens `path`; a file that is damaged or of another version gives way to a new one. */
export function openTraceFile(path: string): OpenedTraces {
  try {
    return { engine: openOne(path), warnings: [] };
  } catch (error) {
    const { code, text } = toldError(error);
    if (code !== 'STORAGE_CORRUPT') throw error;
    setAside(path);
    const warning = `The file of traces could not be used (${text}); it is ${aside(path)} now, and a new one is begun`;
    return { engine: openOne(path), warnings: [warning] };
  }
}

/** Moves the file out of the way; of earlier ones only the last stays, so that they cannot fill a disk. */
export function setAside(path: string): void {
  renameSync(path, aside(path));
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}

function aside(path: string): string {
  return `${path}.damaged`;
}

function openOne(path: string): Engine {
  // Created by us, so that its mode is 0600 from the first octet; SQLite gives the same mode to its log files.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const { DatabaseSync } = sqlite();
  const database = new DatabaseSync(path);
  try {
    database.exec(
      // Space that is no longer needed goes back to the disk, in steps.
      `PRAGMA auto_vacuum = INCREMENTAL;
       PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
       PRAGMA journal_size_limit = 16777216; PRAGMA busy_timeout = 2000`,
    );
    const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version !== tablesVersion) database.exec(tables);
    return new Engine(database);
  } catch (error) {
    database.close();
    throw error;
  }
}
