// Users on a real database, changed by this process and by another.
import { createSecretKey } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ha1, silentLogger } from '@offhook/sip';
import { seededRandom, VirtualClock } from '@offhook/sip/testing';
import { openStorage } from '../storage/storage.ts';
import { readyFolder } from '../storage/ready-folder.test-kit.ts';
import type { Storage } from '../storage/storage.ts';
import { keyFileName } from './key-file.ts';
import { seal, unseal } from './seal.ts';
import { UserError } from './user-error.ts';
import { openUsers } from './users.ts';
import type { Users } from './users.ts';

const realm = 'example.com';
const folders: string[] = [];
const open: Storage[] = [];

afterEach(async () => {
  for (const storage of open.splice(0)) await storage.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Process {
  readonly folder: string;
  readonly storage: Storage;
  readonly users: Users;
  readonly clock: VirtualClock;
}

async function start(given?: string, seed = 1): Promise<Process> {
  const folder = given ?? (await readyFolder('users'));
  folders.push(folder);
  const clock = new VirtualClock();
  const storage = await openStorage({ folder, clock, log: silentLogger, owner: seed === 1 });
  open.push(storage);
  const users = await openUsers({ storage, clock, random: seededRandom(seed), log: silentLogger });
  return { folder, storage, users, clock };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof UserError ? error.code : String(error)),
  );
}

describe('users', () => {
  test('a new user gets a password of 20 characters whose HA1s are found for both algorithms', async () => {
    const { users } = await start();
    const password = await users.add('alice', 'Example.COM');
    expect(password.reveal()).toMatch(/^[a-z0-9]{20}$/);
    expect(String(password)).toBe('•••');
    expect(await users.ha1('alice', realm, 'MD5')).toBe(
      ha1('MD5', 'alice', realm, password.reveal()),
    );
    expect(await users.ha1('alice', realm, 'SHA-256')).toBe(
      ha1('SHA-256', 'alice', realm, password.reveal()),
    );
    expect(await users.list()).toEqual([
      { name: 'alice', realm, created: 1767225600000, changed: 1767225600000 },
    ]);
  });

  test('neither password nor HA1 stands in any file, and the key file is ours alone', async () => {
    const { users, folder } = await start();
    await users.add('alice', realm, 'wonderland');
    const secrets = [
      'wonderland',
      ha1('MD5', 'alice', realm, 'wonderland'),
      ha1('SHA-256', 'alice', realm, 'wonderland'),
    ];
    for (const file of readdirSync(folder)) {
      const content = readFileSync(join(folder, file), 'latin1');
      for (const hidden of secrets) expect(content).not.toContain(hidden);
    }
    expect(statSync(join(folder, keyFileName)).mode & 0o777).toBe(0o600);
  });

  test('a user may be added once, with a name that fits a URI', async () => {
    const { users } = await start();
    await users.add('alice', realm);
    expect(await codeOf(users.add('alice', 'EXAMPLE.com'))).toBe('USER_EXISTS');
    expect(await codeOf(users.add('alice', 'other.example'))).toBe('no error');
    for (const name of [
      '',
      'a b',
      'a@b',
      'a:b',
      "' OR 1=1 --\n",
      '%61lice',
      'x'.repeat(65),
      '\u0430lice',
    ]) {
      expect(await codeOf(users.add(name, realm))).toBe('USER_NAME');
    }
  });

  test('a changed password and a removal take effect at once', async () => {
    const { users } = await start();
    await users.add('alice', realm, 'old');
    expect(await users.ha1('alice', realm, 'MD5')).toBe(ha1('MD5', 'alice', realm, 'old'));
    await users.setPassword('alice', realm, 'new');
    expect(await users.ha1('alice', realm, 'MD5')).toBe(ha1('MD5', 'alice', realm, 'new'));
    await users.remove('alice', realm);
    expect(await users.ha1('alice', realm, 'MD5')).toBeUndefined();
    expect(await codeOf(users.setPassword('alice', realm))).toBe('USER_UNKNOWN');
    expect(await codeOf(users.remove('alice', realm))).toBe('USER_UNKNOWN');
  });

  test('what another process changes takes effect within 500 ms', async () => {
    const server = await start();
    const command = await start(server.folder, 2);
    expect(await server.users.ha1('alice', realm, 'MD5')).toBeUndefined();
    await command.users.add('alice', realm, 'first');
    server.clock.advance(500);
    expect(await server.users.ha1('alice', realm, 'MD5')).toBe(ha1('MD5', 'alice', realm, 'first'));
    await command.users.setPassword('alice', realm, 'second');
    server.clock.advance(500);
    expect(await server.users.ha1('alice', realm, 'MD5')).toBe(
      ha1('MD5', 'alice', realm, 'second'),
    );
    await command.users.remove('alice', realm);
    server.clock.advance(500);
    expect(await server.users.ha1('alice', realm, 'MD5')).toBeUndefined();
  });

  test('while nothing changes a known and an unknown user are answered from memory alike (A27)', async () => {
    const { users, clock } = await start();
    await users.add('alice', realm);
    for (const name of ['alice', 'nobody'])
      expect(users.ha1(name, realm, 'MD5')).toBeInstanceOf(Promise);
    await Promise.all(['alice', 'nobody'].map((name) => users.has(name, realm)));
    for (const name of ['alice', 'nobody'])
      expect(users.ha1(name, realm, 'MD5')).not.toBeInstanceOf(Promise);
    clock.advance(500);
    for (const name of ['alice', 'nobody'])
      expect(users.ha1(name, realm, 'MD5')).toBeInstanceOf(Promise);
  });

  test('when the database can no longer be read, the last known answer stands', async () => {
    const { users, clock, storage } = await start();
    await users.add('alice', realm, 'wonderland');
    await users.ha1('alice', realm, 'MD5');
    await storage.close();
    clock.advance(1000);
    expect(await users.ha1('alice', realm, 'MD5')).toBe(ha1('MD5', 'alice', realm, 'wonderland'));
    await expect(users.ha1('bob', realm, 'MD5')).rejects.toThrow('closed');
  });

  test('without the key file users are not lost silently', async () => {
    const { users, folder, storage } = await start();
    await users.add('alice', realm);
    await storage.close();
    rmSync(join(folder, keyFileName));
    expect(await codeOf(start(folder))).toBe('USER_KEY');
  });

  test('a sealed HA1 opens only with its key and for its user', () => {
    const random = seededRandom(5);
    const key = createSecretKey(random.bytes(32));
    const sealed = seal(key, 'example.com\nalice', 'secret', random);
    expect(unseal(key, 'example.com\nalice', sealed)).toBe('secret');
    expect(unseal(key, 'example.com\nbob', sealed)).toBeUndefined();
    expect(unseal(createSecretKey(random.bytes(32)), 'example.com\nalice', sealed)).toBeUndefined();
    expect(unseal(key, 'example.com\nalice', `${sealed.slice(0, -2)}AA`)).toBeUndefined();
    expect(unseal(key, 'example.com\nalice', 'v1.AA')).toBeUndefined();
    expect(unseal(key, 'example.com\nalice', 'plain')).toBeUndefined();
  });
});
