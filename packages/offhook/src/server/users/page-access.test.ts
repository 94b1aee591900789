// Links and sessions of pages on a real database.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '@offhook/sip';
import { seededRandom, VirtualClock } from '@offhook/sip/testing';
import { openStorage } from '../storage/storage.ts';
import { readyFolder } from '../storage/ready-folder.test-kit.ts';
import type { Storage } from '../storage/storage.ts';
import { linkMilliseconds, PageAccess, sessionMilliseconds } from './page-access.ts';

const realm = 'example.com';
const clock = new VirtualClock();
let folder: string;
let storage: Storage;
let access: PageAccess;

beforeEach(async () => {
  folder = await readyFolder('pages');
  storage = await openStorage({ folder, clock, log: silentLogger });
  access = new PageAccess({ storage, clock, random: seededRandom(1) });
});

afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function browser(name: string): Promise<string> {
  const joined = await access.join((await access.link(name, realm)).reveal(), realm);
  return joined?.session.reveal() ?? '';
}

test('A link makes one browser its user’s phone, once', async () => {
  const link = (await access.link('alice', realm)).reveal();
  const both = await Promise.all([access.join(link, realm), access.join(link, realm)]);
  const [joined, ...others] = both.filter((one) => one !== undefined);
  expect([joined?.name, others]).toEqual(['alice', []]);
  expect(await access.userOf(joined?.session.reveal() ?? '', realm)).toBe('alice');
  expect(await access.join(link, realm)).toBeUndefined();
});

test('A link is good for a day and for its realm alone, and a session for half a year', async () => {
  const link = (await access.link('alice', realm)).reveal();
  expect(await access.join(link, 'example.net')).toBeUndefined();
  const late = (await access.link('alice', realm)).reveal();
  clock.advance(linkMilliseconds);
  expect(await access.join(late, realm)).toBeUndefined();
  const session = await browser('alice');
  expect(await access.userOf(session, 'example.net')).toBeUndefined();
  clock.advance(sessionMilliseconds - 1);
  expect(await access.userOf(session, realm)).toBe('alice');
  clock.advance(1);
  expect(await access.userOf(session, realm)).toBeUndefined();
});

test('What is taken back is gone at once, with the links that were not used; other users keep theirs', async () => {
  const [first, second, bob] = [
    await browser('alice'),
    await browser('alice'),
    await browser('bob'),
  ];
  const link = (await access.link('alice', realm)).reveal();
  expect(await access.browsers()).toEqual(
    new Map([
      ['example.com\nalice', 2],
      ['example.com\nbob', 1],
    ]),
  );
  await access.leave(first);
  expect(await access.userOf(first, realm)).toBeUndefined();
  expect(await access.revoke('alice', realm)).toBe(1);
  expect(await access.userOf(second, realm)).toBeUndefined();
  expect(await access.join(link, realm)).toBeUndefined();
  expect(await access.userOf(bob, realm)).toBe('bob');
});

test('A user has at most twenty browsers: the oldest gives way', async () => {
  const sessions: string[] = [];
  for (let made = 0; made < 22; made += 1) {
    sessions.push(await browser('alice'));
    clock.advance(1);
  }
  const alive = await Promise.all(sessions.map((session) => access.userOf(session, realm)));
  expect(alive.map((user) => user !== undefined)).toEqual(sessions.map((_, at) => at >= 2));
});

test('Neither the secret of a link nor that of a session is in the data folder', async () => {
  const link = (await access.link('alice', realm)).reveal();
  const session = await browser('bob');
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name), 'latin1');
    expect(bytes.includes(link) || bytes.includes(session), name).toBe(false);
  }
});

test.each(["' OR 1=1--", '%', '', '\0', 'x'.repeat(10_000)])(
  'What is no secret opens nothing: %j (A16)',
  async (text) => {
    await browser('alice');
    await access.link('alice', realm);
    expect(await access.userOf(text, realm)).toBeUndefined();
    expect(await access.join(text, realm)).toBeUndefined();
  },
);
