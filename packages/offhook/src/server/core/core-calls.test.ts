// Calls through the core: routes of dialogs, ACKs that come bare, CANCEL, draining, and a database that fails.
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import type { Arrived } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import { recordRoutes } from './phone.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';
import { nothingLeft, two } from './users.test-kit.ts';

/** A call that alice has set up with bob through the server, and what she knows of it. */
async function callUp(): Promise<{
  world: CoreWorld;
  alice: Phone;
  bob: Phone;
  to: string;
  routes: readonly string[];
}> {
  const { world, alice, bob } = await two();
  const ok = await alice.proved('INVITE', { user: 'alice' });
  const [to = ''] = headerRows(ok.text, 'To');
  const routes = recordRoutes(ok)
    .map((row) => row.replace('Record-Route', 'Route'))
    .toReversed();
  expect(routes.length).toBeGreaterThan(0);
  return { world, alice, bob, to, routes };
}

test('requests in a dialog pass by our signed route without proof', async () => {
  const { world, alice, bob, to, routes } = await callUp();
  const inDialog = { uri: 'sip:phone@192.0.2.20', to, headers: routes };
  alice.send('ACK', { ...inDialog, cseq: 2 });
  alice.send('BYE', { ...inDialog, cseq: 3 });
  await world.pass();
  alice.scripted.take('SIP/2.0 200');
  expect(bob.methods).toEqual(['INVITE', 'ACK', 'BYE']);
  expect(await world.end()).toEqual(nothingLeft);
});

test('a route with a forged token, or with that of another call, opens nothing', async () => {
  const { world, alice, bob, to, routes } = await callUp();
  const forged = routes.map((row) => row.replace(/ok=\w{4}/, 'ok=0000'));
  alice.send('BYE', { uri: 'sip:phone@192.0.2.20', to, headers: forged });
  alice.send('BYE', { uri: 'sip:phone@192.0.2.20', to, headers: routes, callId: 'another' });
  alice.send('ACK', { uri: 'sip:phone@192.0.2.20', to, headers: forged, callId: 'another' });
  await world.pass();
  expect(alice.statuses.slice(-2)).toEqual([403, 403]);
  expect(bob.methods).toEqual(['INVITE']);
});

test('a simple client on this machine that ignores Record-Route completes a call: ACK and BYE without Route', async () => {
  const world = await CoreWorld.start();
  const echo = await world.peer('127.0.0.1');
  world.users.names.add('echo');
  await echo.register('echo');
  echo.answers();
  const sipp = await world.peer('127.0.0.2');
  sipp.send('INVITE', { uri: 'sip:echo@example.com' });
  await world.pass();
  const [to = ''] = headerRows(sipp.scripted.take('SIP/2.0 200').text, 'To');
  sipp.send('ACK', { uri: 'sip:echo@example.com', to });
  sipp.send('BYE', { uri: 'sip:echo@example.com', to, cseq: 2 });
  await world.pass();
  sipp.scripted.take('SIP/2.0 200');
  expect(echo.methods).toEqual(['INVITE', 'ACK', 'BYE']);
});

test('A45: an ACK without Route from elsewhere goes on only with the credentials of its INVITE', async () => {
  const { world, alice, bob } = await two();
  alice.send('INVITE');
  await world.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.acknowledge(challenge);
  const ok = await alice.answer(challenge, 'INVITE', { user: 'alice' });
  const [to = ''] = headerRows(ok.text, 'To');
  alice.send('ACK', { to, cseq: 2 });
  await world.pass();
  expect(bob.methods).toEqual(['INVITE']);
  const invite = world.network.packets.findLast(
    ({ text }) => text.startsWith('INVITE') && text.includes('Authorization'),
  );
  const row = headerRows(invite?.text ?? '', 'Proxy-Authorization').map(
    (value) => `Proxy-Authorization: ${value}`,
  );
  alice.send('ACK', { to, cseq: 2, headers: row });
  await world.pass();
  expect(bob.methods).toEqual(['INVITE', 'ACK']);
});

test('RFC 3261 §16.10: a CANCEL while the database is asked gets 200, the INVITE 487, and nobody is called (C097)', async () => {
  const { world, alice, bob } = await two();
  alice.send('INVITE');
  await world.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.acknowledge(challenge);
  let release = (): void => undefined;
  world.users.answer = (value) => new Promise((resolve) => (release = () => resolve(value)));
  const branch = 'z9hG4bK-slow';
  alice.sendAnswer(challenge, 'INVITE', { user: 'alice' }, { branch });
  await world.pass();
  alice.send('CANCEL', { branch, cseq: 2, headers: [] });
  await world.pass();
  expect(alice.statuses.slice(-2)).toEqual([200, 487]);
  alice.acknowledge(alice.scripted.take('SIP/2.0 487'));
  world.users.answer = (value) => value;
  release();
  await world.pass();
  expect(bob.methods).toEqual([]);
  expect(await world.end()).toEqual(nothingLeft);
});

test('a CANCEL of a forwarded call reaches the callee, and one for nothing gets 481', async () => {
  const world = await CoreWorld.start();
  const [alice, bob] = [await world.peer('192.0.2.10'), await world.peer('192.0.2.20')];
  await bob.register('bob');
  bob.scripted.when('INVITE', (invite) => bob.scripted.respond(invite, 180));
  alice.send('INVITE');
  await world.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.acknowledge(challenge);
  alice.sendAnswer(challenge, 'INVITE', { user: 'alice' }, { branch: 'z9hG4bK-ring' });
  await world.pass();
  expect(world.core.pending).toBe(1);
  alice.send('CANCEL', { branch: 'z9hG4bK-ring', cseq: 2, headers: [] });
  alice.send('CANCEL', { branch: 'z9hG4bK-none', cseq: 2, headers: [] });
  await world.pass();
  bob.scripted.take('CANCEL');
  expect(alice.statuses.slice(-2).toSorted((a, b) => a - b)).toEqual([200, 481]);
});

test('while draining new INVITEs get 503 with Retry-After; calls in progress and registrations go on (X25)', async () => {
  const { world, alice, bob, to, routes } = await callUp();
  world.draining = true;
  alice.send('INVITE', { callId: 'new' });
  await world.pass();
  expect(headerRows(alice.scripted.take('SIP/2.0 503').text, 'Retry-After')).toHaveLength(1);
  alice.send('INVITE', {
    uri: 'sip:phone@192.0.2.20',
    to,
    headers: [...routes, 'Contact: <sip:a@192.0.2.10>'],
    cseq: 5,
  });
  await world.pass();
  alice.scripted.take('SIP/2.0 200');
  // A client that ignores Record-Route is not cut off either.
  alice.send('INVITE', { to, cseq: 6 });
  await world.pass();
  alice.scripted.take('SIP/2.0 407');
  expect((await alice.register('alice')).text).toMatch(/^SIP\/2\.0 200 /);
  expect(bob.methods).toEqual(['INVITE', 'INVITE']);
});

test('X04: when the database fails the answer is 500 with Retry-After, never a 200, and the system goes on', async () => {
  const { world, alice } = await two();
  world.location.trouble = true;
  const stored = await alice.register('alice');
  expect(stored.text).toMatch(/^SIP\/2\.0 500 /);
  expect(headerRows(stored.text, 'Retry-After')).toHaveLength(1);
  world.location.trouble = false;
  world.users.answer = () => Promise.reject(new Error('the disk fails'));
  const asked = await alice.proved('INVITE', { user: 'alice' });
  expect(asked.text).toMatch(/^SIP\/2\.0 500 /);
  expect(headerRows(asked.text, 'Retry-After')).toHaveLength(1);
  expect(world.errors).toEqual(['A request could not be served']);
  world.users.answer = (value) => value;
  expect((await alice.register('alice')).text).toMatch(/^SIP\/2\.0 200 /);
  expect(await world.end()).toEqual(nothingLeft);
});

test.each(['TCP', 'WS'] as const)(
  'RFC 5626 §5.3: a callee that registered over %s is reached on that connection, and its binding ends with it (C151)',
  async (protocol) => {
    const world = await CoreWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('10.0.0.7', protocol);
    await bob.register(
      'bob',
      protocol === 'WS' ? undefined : 'sip:bob@10.0.0.7:49152;transport=tcp',
    );
    bob.answers();
    expect((await alice.proved('INVITE', { user: 'alice' })).text).toMatch(/^SIP\/2\.0 200 /);
    expect(bob.methods).toEqual(['INVITE']);
    world.network.cut('10.0.0.7');
    expect(world.location.size).toBe(0);
    const later = await alice.proved('INVITE', { user: 'alice' }, { callId: 'later' });
    expect(later.text).toMatch(/^SIP\/2\.0 480 /);
  },
);

test('a simple client’s ACK to a callee on a WebSocket goes on that WebSocket', async () => {
  const world = await CoreWorld.start();
  const sipp = await world.peer('127.0.0.2');
  const bob = await world.peer('10.0.0.7', 'WS');
  await bob.register('bob');
  bob.answers();
  const ok = await sipp.proved('INVITE', { user: 'alice' });
  const [to = ''] = headerRows(ok.text, 'To');
  sipp.send('ACK', { to, cseq: 2 });
  await world.pass();
  expect(bob.methods).toEqual(['INVITE', 'ACK']);
});

test('RFC 3261 §16.6: every contact of a user rings, and the first to answer has the call', async () => {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  const phones = [
    await world.peer('192.0.2.20'),
    await world.peer('192.0.2.21'),
    await world.peer('192.0.2.22'),
  ];
  for (const phone of phones) {
    await phone.register('bob');
    phone.scripted.when('CANCEL', (cancel) => phone.scripted.respond(cancel, 200));
  }
  alice.send('INVITE');
  await world.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.acknowledge(challenge);
  alice.sendAnswer(challenge, 'INVITE', { user: 'alice' });
  await world.pass();
  const invites = phones.map((phone) => phone.scripted.take('INVITE'));
  for (const [at, phone] of phones.entries())
    phone.scripted.respond(invites[at] as Arrived, 180, { toTag: `t${at}` });
  await world.pass();
  phones[1]?.scripted.respond(invites[1] as Arrived, 200, {
    toTag: 't1',
    headers: ['Contact: <sip:b@192.0.2.21>'],
  });
  await world.pass();
  alice.scripted.take('SIP/2.0 200');
  expect(phones.map((phone) => phone.methods.includes('CANCEL'))).toEqual([true, false, true]);
});
