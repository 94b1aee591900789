// Phones that send their calls on with a 3xx: followed within the system, told to the caller where it leads elsewhere.
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';

/** alice calls bob, whose phone sends calls on to these contacts; carol answers. */
async function sendingOn(
  ...contacts: readonly string[]
): Promise<{ world: CoreWorld; alice: Phone; bob: Phone; carol: Phone }> {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20');
  const carol = await world.peer('192.0.2.30');
  await bob.register('bob');
  await carol.register('carol');
  carol.answers();
  const headers = contacts.map((one) => `Contact: <${one}>`);
  if (headers.length > 0)
    bob.scripted.when('INVITE', (invite) => bob.scripted.respond(invite, 302, { headers }));
  return { world, alice, bob, carol };
}

test('RFC 3261 §16.7 item 4: a 302 to another user of ours is followed, and the caller hears nothing of it', async () => {
  const { world, alice, carol } = await sendingOn('sip:carol@example.com');
  expect((await alice.proved('INVITE', { user: 'alice' })).text).toMatch(/^SIP\/2\.0 200 /);
  expect(alice.statuses).not.toContain(302);
  expect(carol.methods).toContain('INVITE');
  expect(await world.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
});

test.each([
  ['to another domain', ['sip:+4930123@example.org']],
  ['to an address that is not a user', ['sip:192.0.2.30']],
  ['to a user of ours and elsewhere', ['sip:carol@example.com', 'sip:x@example.org']],
  ['back to who was called', ['sip:bob@example.com']],
  ['to somebody without a phone', ['sip:alice@example.com']],
  ['to a user of ours, but securely (RFC 5630 §5.3)', ['sips:carol@example.com']],
])('RFC 3261 §16.7 item 4: a 302 %s goes up as it came (A33)', async (_, contacts) => {
  const { alice, carol } = await sendingOn(...contacts);
  const { text } = await alice.proved('INVITE', { user: 'alice' });
  expect(text).toMatch(/^SIP\/2\.0 302 /);
  expect(headerRows(text, 'Contact')).toEqual(contacts.map((one) => `<${one}>`));
  expect(carol.methods).toEqual([]);
});

test('RFC 5393 §3: two phones that send calls on to each other are called once each (A42)', async () => {
  const { world, alice, bob } = await sendingOn('sip:dave@example.com');
  world.users.names.add('dave');
  const dave = await world.peer('192.0.2.40');
  await dave.register('dave');
  dave.scripted.when('INVITE', (invite) =>
    dave.scripted.respond(invite, 302, { headers: ['Contact: <sip:bob@example.com>'] }),
  );
  expect((await alice.proved('INVITE', { user: 'alice' })).text).toMatch(/^SIP\/2\.0 302 /);
  const invites = [...bob.methods, ...dave.methods].filter((method) => method === 'INVITE');
  expect(invites).toHaveLength(2);
});

test('RFC 3261 §16.7 item 5: a 302 that comes after the caller gave up is not followed (C170)', async () => {
  const { world, alice, bob, carol } = await sendingOn();
  bob.scripted.when('INVITE', (invite) => bob.scripted.respond(invite, 180));
  bob.scripted.when('CANCEL', (cancel) => {
    bob.scripted.respond(cancel, 200);
    const invite = bob.scripted.log.find(({ text }) => text.startsWith('INVITE'));
    const headers = ['Contact: <sip:carol@example.com>'];
    if (invite !== undefined) bob.scripted.respond(invite, 302, { headers });
  });
  alice.send('INVITE', { branch: 'z9hG4bK-first' });
  await world.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.acknowledge(challenge);
  alice.sendAnswer(challenge, 'INVITE', { user: 'alice' }, { branch: 'z9hG4bK-second' });
  await world.pass();
  alice.send('CANCEL', { branch: 'z9hG4bK-second', cseq: 2, headers: [] });
  await world.pass();
  expect(alice.statuses.slice(-2)).toEqual([200, 302]);
  expect(carol.methods).toEqual([]);
});
