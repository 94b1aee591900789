// What is refused when there is more to do than can be done, and what never is.
import { expect, test } from 'vitest';
import { createRequest } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { headerRows } from '@offhook/sip/testing';
import { waitingIn } from './busyness.ts';
import type { Busyness } from './overload.ts';
import { CoreWorld } from './core.test-kit.ts';
import { recordRoutes } from './phone.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';

interface Looks {
  /** New requests each second. */
  readonly offered?: number;
  /** How many milliseconds after its time each look is. */
  readonly more?: number;
}

/** As if so much had been to do for so long. */
function looks(
  world: CoreWorld,
  busyness: Busyness,
  milliseconds: number,
  options: Looks = {},
): void {
  const { offered = 200, more = 0 } = options;
  world.busyness = busyness;
  let left = 0;
  for (let passed = 0; passed < milliseconds; passed += 50 + more) {
    for (left += (offered * (50 + more)) / 1_000; left >= 1; left -= 1)
      world.overload.refuses(newRequest);
    world.overload.look(more);
  }
}

/** As if so much had waited for so long, with many requests; 1 is too much. */
function busy(world: CoreWorld, waiting: number, milliseconds: number): void {
  looks(world, { utilization: 1, worked: 1, waiting }, milliseconds);
}

const newRequest = createRequest({
  method: 'OPTIONS',
  uri: 'sip:example.com',
  headers: [['To', '<sip:example.com>']],
});

const much = 2;

async function two(): Promise<{ world: CoreWorld; alice: Phone; bob: Phone }> {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  bob.answers();
  return { world, alice, bob };
}

test('a burst of a quarter of a second is worked off, and nothing is refused (X22)', async () => {
  const { world } = await two();
  busy(world, much, 200);
  expect(world.overload.taken).toBe(1);
  busy(world, 0, 50);
  busy(world, much, 200);
  expect(world.overload.taken).toBe(1);
});

test('the share that is taken falls while too much waits, and is whole again within five seconds after (X20, X19)', async () => {
  const { world } = await two();
  busy(world, much, 2_000);
  expect(world.overload.taken).toBeLessThanOrEqual(0.06);
  busy(world, 0.5, 5_000);
  expect(world.overload.taken).toBeLessThanOrEqual(0.06);
  busy(world, 0, 5_000);
  expect(world.overload.taken).toBe(1);
});

test('RFC 3261 §21.5.4: what is refused gets 503 with a Retry-After of 5 to 30 s, and nothing is remembered of it (X20, A40)', async () => {
  const { world } = await two();
  const here = await world.peer('192.0.2.1', 'UDP', 7_000);
  await world.pass(60_000);
  busy(world, much, 60_000);
  for (let asked = 0; asked < 100; asked += 1)
    here.send('OPTIONS', { uri: 'sip:example.com', callId: `o${asked}` });
  await world.pass();
  const refused = here.scripted.log.filter(({ text }) => text.startsWith('SIP/2.0 503'));
  expect(Math.abs(refused.length - 95)).toBeLessThanOrEqual(1);
  const seconds = refused.map(({ text }) => Number(headerRows(text, 'Retry-After')[0]));
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(5);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(30);
  expect(new Set(seconds).size).toBeGreaterThan(5);
  expect(world.endpoint.transactionCount).toBe(100 - refused.length);
});

test('what is going on already is served first: ACK, BYE and CANCEL pass when everything new is refused (X20)', async () => {
  const { world, alice, bob } = await two();
  const answered = await alice.proved('INVITE', { user: 'alice' });
  const to = headerRows(answered.text, 'To')[0] ?? '';
  const headers = recordRoutes(answered).map((row) => row.replace('Record-Route', 'Route'));
  busy(world, much, 60_000);
  const inDialog = { uri: 'sip:phone@192.0.2.20', to, headers };
  alice.send('ACK', { ...inDialog, cseq: 2 });
  for (let cseq = 3; cseq < 23; cseq += 1) alice.send('INFO', { ...inDialog, cseq });
  alice.send('BYE', { ...inDialog, cseq: 30 });
  alice.send('CANCEL', { branch: 'z9hG4bK-unknown', callId: 'other' });
  await world.pass();
  expect(bob.methods.filter((method) => method === 'INFO')).toHaveLength(20);
  expect(bob.methods.at(-1)).toBe('BYE');
  expect(alice.statuses.filter((status) => status === 503)).toEqual([]);
  expect(alice.statuses).toContain(481);
});

test('who got a challenge is not refused when it answers that, and is when it sends a proof unasked (X20)', async () => {
  const { world } = await two();
  busy(world, much, 60_000);
  const proof = (count: string): Request =>
    createRequest({
      method: 'INVITE',
      uri: 'sip:bob@example.com',
      headers: [
        ['To', '<sip:bob@example.com>'],
        ['Proxy-Authorization', `Digest realm="example.com", nonce="n", qop=auth, nc=${count}`],
      ],
    });
  const refused = (count: string): number =>
    Array.from({ length: 100 }, () => world.overload.refuses(proof(count))).filter(Boolean).length;
  expect(refused('00000001')).toBe(0);
  expect(refused('00000002')).toBeGreaterThan(90);
});

test('too many requests that wait for an answer end new work too (X20)', async () => {
  const world = await CoreWorld.start();
  world.users.names.add('echo');
  const here = await world.peer('192.0.2.1', 'UDP', 7_000);
  await here.register('echo', 'sip:echo@192.0.2.1:7000');
  for (let call = 0; call < 700; call += 1)
    here.send('INVITE', { uri: 'sip:echo@example.com', callId: `c${call}` });
  await world.pass();
  // Each has a transaction on both sides of the server.
  expect(here.statuses.filter((status) => status === 503)).toHaveLength(200);
  expect(world.endpoint.unfinishedCount).toBe(1_000);
});

test('the ACK to such a 503 goes to nobody (X20)', async () => {
  const { world, bob } = await two();
  const here = await world.peer('192.0.2.1', 'UDP', 7_000);
  busy(world, much, 60_000);
  const wish = { callId: 'refused' };
  for (let sent = 0; sent < 30; sent += 1) {
    here.send('INVITE', { ...wish, uri: 'sip:echo@example.com', branch: `z9hG4bK-r${sent}` });
  }
  await world.pass();
  const refusal = here.scripted.log.find(({ text }) => text.startsWith('SIP/2.0 503'));
  if (refusal === undefined) throw new Error('A 503 was expected');
  here.acknowledge(refusal, { ...wish, uri: 'sip:bob@example.com' });
  await world.pass();
  expect(bob.methods).toEqual([]);
});

test('where the system does not tell what waits, the time that is left over counts (X20)', async () => {
  const { world } = await two();
  const look = (utilization: number): void =>
    looks(world, { utilization, worked: 1, waiting: undefined }, 1_000);
  look(0.98);
  const { taken } = world.overload;
  expect(taken).toBeLessThan(0.2);
  look(0.95);
  expect(world.overload.taken).toBe(taken);
  look(0.1);
  expect(world.overload.taken).toBeGreaterThan(taken + 0.3);
});

test('where requests wait in connections, the looks that come late tell (X20)', async () => {
  const { world } = await two();
  looks(world, { utilization: 1, worked: 0.9, waiting: 0 }, 10_000, { more: 200 });
  expect(world.overload.taken).toBeLessThan(0.1);
});

test.each<[string, Busyness, Looks]>([
  ['has other work', { utilization: 1, worked: 0.1, waiting: 0 }, { more: 900 }],
  [
    'has other work, and many calls come',
    { utilization: 1, worked: 0.1, waiting: 0.3 },
    { more: 400, offered: 300 },
  ],
  [
    'is slow, and tells nothing of its sockets',
    { utilization: 1, worked: 0.2, waiting: undefined },
    { offered: 100 },
  ],
  [
    'stalls while a call or two come',
    { utilization: 1, worked: 1, waiting: 2 },
    { more: 300, offered: 20 },
  ],
])('no call is refused when the machine %s (X20)', async (_, busyness, options) => {
  const { world, alice } = await two();
  looks(world, busyness, 60_000, options);
  expect(world.overload.taken).toBe(1);
  const answered = await alice.proved('INVITE', { user: 'alice' });
  expect(answered.text).toMatch(/^SIP\/2\.0 200 /);
});

test('as soon as few requests come again none is refused, however much there was before (X20)', async () => {
  const { world, alice } = await two();
  busy(world, much, 60_000);
  looks(world, { utilization: 1, worked: 1, waiting: much }, 2_000, { offered: 20 });
  expect(world.overload.taken).toBeLessThan(0.1);
  const answered = await alice.proved('INVITE', { user: 'alice' });
  expect(answered.text).toMatch(/^SIP\/2\.0 200 /);
});

test('what waits in the sockets of a port is read from the table of Linux', () => {
  const table = [
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
    ' 8861: 0100007F:13C4 00000000:0000 07 00000000:00000500 00:00000000 00000000     0        0 1 2 0000000000000000 0',
    ' 8862: 0100007F:13C4 0100007F:2000 01 00000000:00000A00 00:00000000 00000000     0        0 1 2 0000000000000000 0',
    ' 8863: 0100007F:13C5 00000000:0000 07 00000000:0000FFFF 00:00000000 00000000     0        0 1 2 0000000000000000 0',
    '',
  ].join('\n');
  expect(waitingIn(table, 5060)).toBe(0x500 + 0xa00);
});
