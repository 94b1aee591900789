// The stored messages on a real database, and the end of the process at any moment.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { openStorage } from '../storage/storage.ts';
import { readyFolder } from '../storage/ready-folder.test-kit.ts';
import type { Storage } from '../storage/storage.ts';
import { openMessages } from './sqlite-store.ts';
import type { NewMessage } from './store.ts';

const folders: string[] = [];
const open: Storage[] = [];
const bob = 'sip:bob@example.com';

afterEach(async () => {
  for (const storage of open.splice(0)) await storage.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await readyFolder('messages');
  folders.push(folder);
  return folder;
}

async function storageIn(folder: string): Promise<Storage> {
  const storage = await openStorage({ folder, clock: new VirtualClock(), log: silentLogger });
  open.push(storage);
  return storage;
}

function message(callId: string, given: Partial<NewMessage> = {}): NewMessage {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  return { aor: bob, callId, fromTag: 't', cseq: 1, received: 1000, due: 2000, bytes, ...given };
}

test('messages come back in their order and byte for byte, after a new start too', async () => {
  const folder = await newFolder();
  const first = await storageIn(folder);
  const store = await openMessages(first);
  await Promise.all(['a', 'b', 'c'].map((callId) => store.keep(message(callId))));
  await store.keep(message('d', { aor: 'sip:carol@example.com', due: 5000 }));
  expect([store.count(bob), store.aors().length]).toEqual([3, 2]);
  await first.close();
  const next = await openMessages(await storageIn(folder));
  const found = await next.of(bob);
  expect(found.map(({ callId }) => callId)).toEqual(['a', 'b', 'c']);
  expect([...(found[0]?.bytes ?? [])]).toEqual([...message('').bytes]);
  expect(next.count(bob)).toBe(3);
  const later = await next.keep(message('e'));
  expect(later).toBeGreaterThan(found.at(-1)?.id ?? Infinity);
  expect((await next.expired(3000)).map(({ callId }) => callId)).toEqual(['a', 'b', 'c', 'e']);
  for (const one of found) await next.remove(one);
  await next.removeAll('sip:carol@example.com');
  expect([next.count(bob), next.aors()]).toEqual([1, [bob]]);
});

test('a repeat of a message is stored once and has the id of the first', async () => {
  const store = await openMessages(await storageIn(await newFolder()));
  const id = await store.keep(message('a'));
  expect(await store.keep(message('a'))).toBe(id);
  expect(await store.keep(message('a', { cseq: 2 }))).not.toBe(id);
  expect([store.count(bob), (await store.of(bob)).length]).toEqual([2, 2]);
});

test('what could not be stored is not counted', async () => {
  const storage = await storageIn(await newFolder());
  const store = await openMessages(storage);
  await storage.close();
  await expect(store.keep(message('a'))).rejects.toThrow();
  expect(store.count(bob)).toBe(0);
});

/** The process that is killed: stores as fast as it can, and tells of each message that was stored. */
const storeForever = `
import { openStorage } from '${new URL('../storage/storage.ts', import.meta.url).href}';
import { openMessages } from '${new URL('./sqlite-store.ts', import.meta.url).href}';
const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const clock = { now: () => performance.now(), wall: () => Date.now(), after: () => ({ cancel: quiet }) };
const store = await openMessages(await openStorage({ folder: process.argv[2], clock, log }));
const line = async (name) => {
  for (let at = 0; ; at += 1) {
    const callId = name + '-' + at;
    await store.keep({ aor: 'sip:bob@example.com', callId, fromTag: 't', cseq: 1, received: 1, due: 2, bytes: new Uint8Array(500) });
    process.stdout.write(callId + '\\n');
  }
};
await Promise.all(Array.from({ length: 10 }, (_, name) => line(name)));
`;

test('X01: kill -9 while messages are stored loses none that was told as stored, and doubles none', async () => {
  const folder = await newFolder();
  const program = join(folder, 'child.mjs');
  writeFileSync(program, storeForever);
  const child = spawn(process.execPath, ['--conditions=offhook-source', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString('latin1');
    if (told.length > 5000) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  const acknowledged = told.slice(0, told.lastIndexOf('\n')).split('\n');
  expect(acknowledged.length).toBeGreaterThan(500);
  const store = await openMessages(await storageIn(folder));
  const found = (await store.of(bob)).map(({ callId }) => callId);
  expect(new Set(found).size).toBe(found.length);
  expect(acknowledged.filter((callId) => !found.includes(callId))).toEqual([]);
});
