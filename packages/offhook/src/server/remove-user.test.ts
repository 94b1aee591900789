// A user who is removed, by a command beside a running system, with all that was kept for it.
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { silentLogger, systemClock, systemRandom } from '@offhook/sip';
import { openLocation } from './location/sqlite-store.ts';
import type { Binding } from './location/store.ts';
import { Mailbox } from './mailbox/mailbox.ts';
import { openMessages } from './mailbox/sqlite-store.ts';
import { forgetRemoved, removeUser } from './remove-user.ts';
import { openStorage } from './storage/storage.ts';
import { readyFolder } from './storage/ready-folder.test-kit.ts';
import { openUsers } from './users/users.ts';

const shared = { clock: systemClock, log: silentLogger, random: systemRandom };

function binding(contact: string): Binding {
  return {
    contact,
    q: undefined,
    due: systemClock.now() + 3_600_000,
    callId: 'c',
    cseq: 1,
    flow: 'udp',
    connection: false,
    source: { protocol: 'UDP', host: '127.0.0.1', port: 5070 },
    userAgent: undefined,
    path: [],
    instance: undefined,
    regId: undefined,
  };
}

test('registrations and messages of a removed user go with it, in the database and in a running system', async () => {
  const folder = await readyFolder('remove');
  const storage = await openStorage({ ...shared, folder });
  const users = await openUsers({ ...shared, storage });
  const location = await openLocation({ ...shared, storage });
  const store = await openMessages(storage);
  const mailbox = new Mailbox({
    ...shared,
    store,
    run: (event) => event(),
    forward: () => false,
    aorOf: () => undefined,
    dateOf: String,
  });
  for (const name of ['alice', 'bob']) {
    const aor = `sip:${name}@example.com`;
    await users.add(name, 'example.com');
    await location.change(aor, { put: [binding(`sip:${name}@h`)], remove: [] });
    const bytes = new Uint8Array(1);
    await store.keep({ aor, callId: name, fromTag: 't', cseq: 1, received: 1, due: 2, bytes });
  }
  const echo = 'sip:echo@example.com';
  await location.change(echo, { put: [binding('sip:echo@h')], remove: [] });
  let forgotten: Promise<void> | undefined;
  const stop = users.watch(() => {
    forgotten = forgetRemoved({ users, location, mailbox, others: [echo] });
  });
  await users.ha1('alice', 'example.com', 'MD5');

  const visitor = await openStorage({ ...shared, folder, owner: false });
  const beside = await openUsers({ ...shared, storage: visitor });
  await removeUser({ storage: visitor, users: beside }, 'alice', 'example.com');
  for (const table of ['binding', 'message'] as const) {
    const rows = await visitor.queries.selectFrom(table).select('aor').execute();
    expect(rows).not.toContainEqual({ aor: 'sip:alice@example.com' });
  }
  await visitor.close();

  await expect.poll(() => forgotten !== undefined).toBe(true);
  await forgotten;
  expect(location.aors().toSorted()).toEqual(['sip:bob@example.com', echo]);
  expect(mailbox.aors()).toEqual(['sip:bob@example.com']);
  stop();
  mailbox.close();
  await location.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});
