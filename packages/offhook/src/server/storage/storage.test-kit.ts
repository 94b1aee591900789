// What the tests of the database share: folders and storages that are gone after each test, users, and a log that can be read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { silentLogger } from '@offhook/sip';
import type { Logger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import type { CompiledQuery } from 'kysely';
import { StorageError } from './errors.ts';
import { openStorage } from './storage.ts';
import type { Storage } from './storage.ts';

const folders: string[] = [];
/** Closed after each test. */
export const open: Storage[] = [];

/** Has each test clear up behind itself. */
export function clearUp(): void {
  afterEach(async () => {
    for (const storage of open.splice(0)) await storage.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}

/** A data folder that is not there yet. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-storage-'));
  folders.push(folder);
  return join(folder, 'data');
}

/** The system's storage in a folder. */
export async function storageIn(folder: string, log: Logger = silentLogger): Promise<Storage> {
  const storage = await openStorage({ folder, log, clock: new VirtualClock() });
  open.push(storage);
  return storage;
}

/** What a command opens beside the system. */
export async function visitorIn(folder: string): Promise<Storage> {
  const clock = new VirtualClock();
  const storage = await openStorage({ folder, log: silentLogger, clock, owner: false });
  open.push(storage);
  return storage;
}

/** A log whose lines can be read. */
export class Lines implements Logger {
  readonly lines: string[] = [];
  debug(message: string): void {
    this.lines.push(`debug ${message}`);
  }
  info(message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  error(message: string): void {
    this.lines.push(`error ${message}`);
  }
}

/** The statement that adds a user. */
export function addUser(storage: Storage, name: string): CompiledQuery {
  const row = { realm: 'example.com', name, ha1_md5: 'm', ha1_sha256: 's', created: 1, changed: 1 };
  return storage.queries.insertInto('user').values(row).compile();
}

/** The names of all users. */
export async function names(storage: Storage): Promise<string[]> {
  return (await storage.queries.selectFrom('user').select('name').orderBy('name').execute()).map(
    (row) => row.name,
  );
}

/** The code of the error that a promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof StorageError ? error.code : String(error);
  }
  return 'no error';
}
