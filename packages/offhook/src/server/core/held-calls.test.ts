// Calls for phones that have to be woken: what the caller hears, and when (RFC 8599 §5.2).
import { expect, test } from 'vitest';
import { CoreWorld } from './core.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';
import { holdMilliseconds } from './held-calls.ts';

const user = 'alice';
const bob = 'sip:bob@example.com';
const branch = 'z9hG4bK-held';

interface Sleeping {
  readonly world: CoreWorld;
  readonly alice: Phone;
  readonly woken: string[];
}

/** alice calls bob, whose `pages` pages are closed. */
async function callSleeping(pages: number): Promise<Sleeping> {
  const world = await CoreWorld.start();
  const woken: string[] = [];
  world.wake = async (aor) => {
    woken.push(aor);
    return pages;
  };
  const alice = await world.peer('192.0.2.10');
  alice.send('INVITE');
  await world.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.acknowledge(challenge);
  alice.sendAnswer(challenge, 'INVITE', { user }, { branch });
  await world.pass();
  return { world, alice, woken };
}

async function page(world: CoreWorld, host = '192.0.2.20'): Promise<Phone> {
  const phone = await world.peer(host, 'TCP');
  phone.answers();
  return phone;
}

test('A call waits without a word while the page is woken, and rings it as soon as it has registered (P26)', async () => {
  const { world, alice, woken } = await callSleeping(1);
  await world.pass(5_000);
  expect(woken).toEqual([bob]);
  expect(world.core.pending).toBe(1);
  expect(alice.statuses.filter((status) => status !== 407)).toEqual([100]);
  const phone = await page(world);
  await phone.register('bob');
  await world.pass();
  expect(phone.methods).toEqual(['INVITE']);
  alice.scripted.take('SIP/2.0 200');
  expect(await world.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
});

test('Nobody comes: 480 after twenty seconds, and a page that comes then is not rung', async () => {
  const { world, alice } = await callSleeping(1);
  await world.pass(holdMilliseconds - 100);
  expect(alice.statuses).not.toContain(480);
  await world.pass(200);
  alice.scripted.take('SIP/2.0 480');
  const phone = await page(world);
  await phone.register('bob');
  await world.pass(1_000);
  expect(phone.methods).toEqual([]);
  expect(await world.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
});

test('Nobody can be woken: 480 at once', async () => {
  const { world, alice } = await callSleeping(0);
  alice.scripted.take('SIP/2.0 480');
  expect(world.core.pending).toBe(0);
});

test('When the subscriptions cannot be read it is 480, and nothing else suffers', async () => {
  const world = await CoreWorld.start();
  world.wake = () => Promise.reject(new Error('database or disk is full'));
  const alice = await world.peer('192.0.2.10');
  const { text } = await alice.proved('INVITE', { user });
  expect(text).toMatch(/^SIP\/2\.0 480 /);
  expect((await world.end()).faults).toBe(0);
});

test('The caller gives up: 487, and nobody is rung any more', async () => {
  const { world, alice } = await callSleeping(1);
  alice.send('CANCEL', { cseq: 2, headers: [], branch });
  await world.pass();
  alice.scripted.take('SIP/2.0 487');
  expect(world.core.pending).toBe(0);
  const phone = await page(world);
  await phone.register('bob');
  await world.pass(1_000);
  expect(phone.methods).toEqual([]);
});

test('Two pages are woken: both ring, the second if it comes within a second', async () => {
  const { world } = await callSleeping(2);
  const [first, second] = [await page(world), await page(world, '192.0.2.21')];
  await first.register('bob');
  await world.pass(500);
  expect(first.methods).toEqual([]);
  await second.register('bob');
  await world.pass();
  expect([first.methods[0], second.methods[0]]).toEqual(['INVITE', 'INVITE']);
});

test('Of two pages one does not come: the other rings after a second', async () => {
  const { world } = await callSleeping(2);
  const phone = await page(world);
  await phone.register('bob');
  await world.pass(1_100);
  expect(phone.methods).toEqual(['INVITE']);
});

test('A user is woken for ten calls at once at most', async () => {
  const { world, alice } = await callSleeping(1);
  for (let call = 1; call < 11; call += 1) {
    alice.send('INVITE', { callId: `more-${call}` });
    await world.pass();
    const challenge = alice.scripted.take('SIP/2.0 407');
    alice.sendAnswer(challenge, 'INVITE', { user }, { callId: `more-${call}` });
    await world.pass();
  }
  expect(world.held.size).toBe(10);
  alice.scripted.take('SIP/2.0 480');
});
