// The database among the faults that files, disks and other processes bring.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { silentLogger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import { migrations } from './migrations.ts';
import { adapter } from './migrate.ts';
import { backupInterval, openStorage } from './storage.ts';
import {
  addUser,
  clearUp,
  codeOf,
  Lines,
  names,
  newFolder,
  open,
  storageIn,
  visitorIn,
} from './storage.test-kit.ts';

clearUp();

test('X03: a lock held by another process fails a write with STORAGE_BUSY, reads go on, and one alarm is given', async () => {
  const folder = newFolder();
  const log = new Lines();
  const storage = await storageIn(folder, log);
  await storage.write([addUser(storage, 'alice')]);
  const other = new DatabaseSync(join(folder, 'offhook.sqlite'));
  other.exec('BEGIN IMMEDIATE');
  const began = performance.now();
  const ended: string[] = [];
  const write = async (name: string): Promise<void> => {
    ended.push(await codeOf(storage.write([addUser(storage, name)])));
  };
  const writes = [write('bob'), write('carol')];
  expect(await names(storage)).toEqual(['alice']);
  expect(ended).toEqual([]);
  await Promise.all(writes);
  expect(ended).toEqual(['STORAGE_BUSY', 'STORAGE_BUSY']);
  expect(performance.now() - began).toBeGreaterThan(300);
  other.exec('ROLLBACK');
  expect(await codeOf(storage.write([addUser(storage, 'bob')]))).toBe('no error');
  other.close();
  expect(await names(storage)).toEqual(['alice', 'bob']);
  expect(log.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
  expect(log.lines.at(-1)).toBe('warn The database can be written again');
});

test('X03: a lock that ends in time costs nothing but the wait', async () => {
  const folder = newFolder();
  const storage = await storageIn(folder);
  const other = new DatabaseSync(join(folder, 'offhook.sqlite'));
  // A machine that is busy may let the lock's time run out before we give it back: then once more.
  const outcomes: string[] = [];
  while (outcomes.at(-1) !== 'no error' && outcomes.length < 10) {
    other.exec('BEGIN IMMEDIATE');
    const write = codeOf(storage.write([addUser(storage, 'alice')]));
    await names(storage);
    other.exec('COMMIT');
    outcomes.push(await write);
  }
  other.close();
  expect(outcomes.at(-1)).toBe('no error');
  expect(new Set(outcomes.slice(0, -1))).not.toContain('no error');
  expect(await names(storage)).toEqual(['alice']);
});

test('X04: a full disk fails a write with STORAGE_FULL, stores nothing of it, and passes', async () => {
  const storage = await storageIn(newFolder());
  await storage.write([addUser(storage, 'alice')]);
  await storage.read({ sql: 'PRAGMA max_page_count = 10', parameters: [] });
  const big = Array.from({ length: 2000 }, (_, at) =>
    addUser(storage, `user${at}${'x'.repeat(200)}`),
  );
  expect(await codeOf(storage.write(big))).toBe('STORAGE_FULL');
  expect(await names(storage)).toEqual(['alice']);
  await storage.read({ sql: 'PRAGMA max_page_count = 100000', parameters: [] });
  expect(await codeOf(storage.write(big))).toBe('no error');
});

test.each([
  ['garbage', (path: string) => writeFileSync(path, 'this is no database'.repeat(300))],
  ['a damaged page', (path: string) => damage(path)],
  ['half a file', (path: string) => truncateSync(path, 4096 * 2 + 100)],
])(
  'X06: %s instead of a database is set aside, and the last backup is used',
  async (_name, spoil) => {
    const folder = newFolder();
    const path = join(folder, 'offhook.sqlite');
    const first = await storageIn(folder);
    await first.write(Array.from({ length: 200 }, (_, at) => addUser(first, `user${at}`)));
    await first.close();
    spoil(path);
    const log = new Lines();
    const storage = await storageIn(folder, log);
    expect(await names(storage)).toHaveLength(200);
    expect(log.lines[0]).toMatch(/^error The database was damaged .*set aside/);
    expect(readdirSync(folder).some((file) => file.includes('damaged-2026-01-01-00-00-00'))).toBe(
      true,
    );
    expect(await codeOf(storage.write([addUser(storage, 'new')]))).toBe('no error');
  },
);

test('X06: without a backup that can be used the start succeeds empty and says so', async () => {
  const folder = newFolder();
  await (await storageIn(folder)).close();
  for (const file of ['offhook.sqlite', 'offhook.sqlite.backup'])
    writeFileSync(join(folder, file), 'spoilt'.repeat(1000));
  const log = new Lines();
  expect(await names(await storageIn(folder, log))).toEqual([]);
  expect(log.lines.at(-1)).toMatch(/^error A new, empty database was made/);
});

test('a visitor leaves a damaged file in place', async () => {
  const folder = newFolder();
  await (await storageIn(folder)).close();
  writeFileSync(join(folder, 'offhook.sqlite'), 'spoilt'.repeat(1000));
  const visit = openStorage({
    folder,
    log: silentLogger,
    clock: new VirtualClock(),
    owner: false,
  });
  expect(await codeOf(visit)).toBe('STORAGE_CORRUPT');
  expect(existsSync(join(folder, 'offhook.sqlite'))).toBe(true);
});

test('a database of the first release is brought up to date with all that is in it', async () => {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  await firstRelease(join(folder, 'offhook.sqlite'));
  const storage = await storageIn(folder);
  const found = await storage.queries.selectFrom('binding').selectAll().execute();
  expect(found).toMatchObject([
    { aor: 'sip:a@b', key: 'sip:c@d', contact: 'sip:c@d', instance: '"<urn:1>"', reg_id: null },
  ]);
});

test('X05: a worker that dies is started again: until then writes fail, and what comes after is stored', async () => {
  const folder = newFolder();
  const log = new Lines();
  const clock = new VirtualClock();
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  const storage = await openStorage({ folder, clock, log });
  open.push(storage);
  expect(await codeOf(storage.write([addUser(storage, 'alice')]))).toBe('no error');
  const worker = post.mock.contexts.at(-1);
  post.mockRestore();
  if (!(worker instanceof Worker)) throw new Error('There is no worker');
  await worker.terminate();
  expect(await codeOf(storage.write([addUser(storage, 'bob')]))).toBe('STORAGE_IO');
  expect(log.lines.at(-1)).toMatch(/^error The database worker ended/);
  const last = (): string | undefined => {
    clock.advance(100);
    return log.lines.at(-1);
  };
  await expect.poll(last).toMatch(/^warn The database worker was started again/);
  expect(await codeOf(storage.write([addUser(storage, 'carol')]))).toBe('no error');
  expect(await names(storage)).toEqual(['alice', 'carol']);
});

test('X06: a backup is made within an hour after a change, not only at the end', async () => {
  const folder = newFolder();
  const clock = new VirtualClock();
  const storage = await openStorage({ folder, clock, log: silentLogger });
  open.push(storage);
  const backup = join(folder, 'offhook.sqlite.backup');
  await expect.poll(() => existsSync(backup)).toBe(true);
  await storage.write([addUser(storage, 'alice')]);
  clock.advance(backupInterval);
  // A backup and reads are done in one thread and in order.
  await storage.version();
  await expect
    .poll(() => new DatabaseSync(backup, { readOnly: true }).prepare('select name from user').all())
    .toEqual([{ name: 'alice' }]);
});

test('a system and a command may open a new database at the same moment', async () => {
  const folder = newFolder();
  const both = await Promise.all([storageIn(folder), visitorIn(folder)]);
  expect(both).toHaveLength(2);
  await both[0]?.write([addUser(both[0], 'alice')]);
  expect(await Promise.all(both.map(names))).toEqual([['alice'], ['alice']]);
});

test('a data folder belongs to one running system; a command may look in beside it', async () => {
  const folder = newFolder();
  const first = await storageIn(folder);
  expect(await codeOf(storageIn(folder))).toBe('STORAGE_IN_USE');
  await (await visitorIn(folder)).close();
  await first.close();
  await (await storageIn(folder)).close();
});

/** A database as the first step alone makes it, with one binding. */
async function firstRelease(path: string): Promise<void> {
  const name = '0001-users-and-bindings';
  const database = new DatabaseSync(path);
  const kysely = new Kysely<unknown>({
    dialect: new SqliteDialect({ database: adapter(database) }),
  });
  const step = migrations[name];
  if (step === undefined) throw new Error('The first step is gone');
  const provider = { getMigrations: () => Promise.resolve({ [name]: step }) };
  await new Migrator({ db: kysely, provider }).migrateToLatest();
  database.exec(
    `insert into binding values ('sip:a@b', 'sip:c@d', null, 1, 'c', 1, 'f', 0, 'UDP', 'h', 1, null, '[]', '"<urn:1>"', 1, 1)`,
  );
  database.close();
}

/** Overwrites all pages but the first, as a bad disk does. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, 4096));
}
