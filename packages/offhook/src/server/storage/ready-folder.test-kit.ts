// Data folders for tests that need a database and not its making.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { openStorage } from './storage.ts';

const file = 'offhook.sqlite';
let made: Promise<Uint8Array> | undefined;

/** A new folder with an empty database that has all its tables: to open it takes half the time. The name begins with `offhook-`. */
export async function readyFolder(name: string): Promise<string> {
  made ??= emptyDatabase();
  const bytes = await made;
  const folder = mkdtempSync(join(tmpdir(), `offhook-${name}-`));
  writeFileSync(join(folder, file), bytes, { mode: 0o600 });
  return folder;
}

async function emptyDatabase(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-empty-'));
  const storage = await openStorage({ folder, clock: new VirtualClock(), log: silentLogger });
  await storage.close();
  const bytes = readFileSync(join(folder, file));
  rmSync(folder, { recursive: true, force: true });
  return bytes;
}
