// The database with a real worker and a real file.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { migrations } from './migrations.ts';
import { newestStep } from './newest-step.ts';
import { openStorage } from './storage.ts';
import { addUser, clearUp, codeOf, names, newFolder, storageIn } from './storage.test-kit.ts';

clearUp();

test('what was written is there after a new start, in a folder and files that only we can read', async () => {
  const folder = newFolder();
  const first = await storageIn(folder);
  await first.write([addUser(first, 'alice'), addUser(first, 'bob')]);
  await first.close();
  expect(await names(await storageIn(folder))).toEqual(['alice', 'bob']);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder))
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).toSorted()).toEqual([
    'offhook.sqlite',
    'offhook.sqlite-shm',
    'offhook.sqlite-wal',
    'offhook.sqlite.backup',
    'offhook.sqlite.owner',
  ]);
});

test('one write is stored whole or not at all, whatever else is in its transaction', async () => {
  const storage = await storageIn(newFolder());
  const first = storage.write([addUser(storage, 'alice')]);
  const [bad, good, changes] = await Promise.all([
    codeOf(storage.write([addUser(storage, 'carol'), addUser(storage, 'alice')])),
    codeOf(storage.write([addUser(storage, 'bob')])),
    first,
  ]);
  expect([bad, good, changes]).toEqual(['STORAGE_SQL', 'no error', [1]]);
  expect(await names(storage)).toEqual(['alice', 'bob']);
});

test('A16: user text never becomes SQL', async () => {
  const storage = await storageIn(newFolder());
  const nasty = [
    "' OR 1=1--",
    '%s%n',
    '*)(uid=*',
    'a\r\nDEL x',
    '"; DROP TABLE user; --',
    '\u{1f600}',
  ];
  await storage.write(nasty.map((name) => addUser(storage, name)));
  expect((await names(storage)).toSorted()).toEqual(nasty.toSorted());
});

test('a typed write tells how many rows it changed, and a transaction of Kysely is refused', async () => {
  const storage = await storageIn(newFolder());
  await storage.write([addUser(storage, 'alice'), addUser(storage, 'bob')]);
  const result = await storage.queries
    .deleteFrom('user')
    .where('realm', '=', 'example.com')
    .executeTakeFirst();
  expect(result.numDeletedRows).toBe(2n);
  expect(await codeOf(storage.queries.transaction().execute(() => Promise.resolve()))).toMatch(
    /TypeError/,
  );
});

test('the newest step is the one that a database is looked at for', () => {
  expect(Object.keys(migrations).toSorted().at(-1)).toBe(newestStep);
});

test('a folder that cannot be made is a typed error', async () => {
  const folder = newFolder();
  await (await storageIn(folder)).close();
  expect(await codeOf(storageIn(join(folder, 'offhook.sqlite', 'below')))).toBe('STORAGE_IO');
});

test('another process that changes the database changes its version', async () => {
  const folder = newFolder();
  const storage = await storageIn(folder);
  const before = await storage.version();
  await storage.write([addUser(storage, 'alice')]);
  expect(await storage.version()).toBe(before);
  const visitor = await openStorage({
    folder,
    log: silentLogger,
    clock: new VirtualClock(),
    owner: false,
  });
  await visitor.write([addUser(visitor, 'bob')]);
  await visitor.close();
  expect(await storage.version()).not.toBe(before);
  expect(await names(storage)).toEqual(['alice', 'bob']);
});

test('a folder that the system does not make is a typed error, and at once', async () => {
  expect(await codeOf(storageIn('/proc/offhook/data'))).toBe('STORAGE_IO');
});

test('closing stores what was asked for and refuses what comes later; closing twice is closing once', async () => {
  const folder = newFolder();
  const storage = await storageIn(folder);
  const write = storage.write([addUser(storage, 'alice')]);
  await Promise.all([storage.close(), storage.close()]);
  expect(await write).toEqual([1]);
  expect(await codeOf(storage.write([]))).toBe('STORAGE_CLOSED');
  expect(await codeOf(storage.version())).toBe('STORAGE_CLOSED');
});
