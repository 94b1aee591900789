// Who gets a request: users and strangers, proof and no proof, this server and elsewhere.
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import type { Arrived } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import { server } from './phone.test-kit.ts';
import { nothingLeft, registerOf, two } from './users.test-kit.ts';

test('RFC 3261 §10.3: a REGISTER is challenged with 401, and with the right answer bound', async () => {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  const { text } = await alice.register('alice');
  expect(text).toMatch(/^SIP\/2\.0 200 /);
  expect(alice.statuses).toEqual([401, 200]);
  expect(world.location.bindings('sip:alice@example.com')).toMatchObject([
    { contact: 'sip:alice@192.0.2.10' },
  ]);
  expect(await world.end()).toEqual(nothingLeft);
});

test('A21: alice’s password lets nobody register bob, call as bob, or register for a foreign domain', async () => {
  const { world, alice, bob } = await two();
  expect((await alice.proved('REGISTER', { user: 'alice' }, registerOf('bob'))).text).toMatch(
    /^SIP\/2\.0 403 /,
  );
  const mixed = { ...registerOf('alice'), from: '<sip:bob@example.com>;tag=r' };
  expect((await alice.proved('REGISTER', { user: 'alice' }, mixed)).text).toMatch(
    /^SIP\/2\.0 403 /,
  );
  for (const method of ['INVITE', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'REFER']) {
    const from = '<sip:carol@example.com>;tag=x';
    const { text } = await alice.proved(method, { user: 'alice' }, { from, callId: method });
    expect(text, method).toMatch(/^SIP\/2\.0 403 /);
  }
  alice.send('REGISTER', { ...registerOf('alice'), uri: 'sip:example.org' });
  await world.pass();
  alice.scripted.take('SIP/2.0 403');
  expect(bob.methods).toEqual([]);
});

test('A21: what a caller asserts of its identity goes no further, in whatever form it is written', async () => {
  const { alice, bob } = await two();
  await alice.proved(
    'MESSAGE',
    { user: 'alice' },
    { headers: ['p-asserted-identity : <sip:boss@example.com>', 'X-Mine: 1'] },
  );
  const text = bob.scripted.log.find((one) => one.text.startsWith('MESSAGE'))?.text;
  expect(text).not.toMatch(/boss/);
  expect(text).toMatch(/X-Mine: 1/);
});

test('the callee never sees the caller’s credentials, but those for others pass', async () => {
  const { alice, bob } = await two();
  const other = 'Digest username="a", realm="example.org", nonce="n", uri="sip:x", response="r"';
  await alice.proved('MESSAGE', { user: 'alice' }, { headers: [`Proxy-Authorization: ${other}`] });
  const message = bob.scripted.log.find(({ text }) => text.startsWith('MESSAGE'));
  expect(headerRows(message?.text ?? '', 'Proxy-Authorization')).toEqual([other]);
});

test.each([
  'INVITE',
  'OPTIONS',
  'MESSAGE',
  'SUBSCRIBE',
  'PUBLISH',
  'NOTIFY',
  'REFER',
  'INFO',
  'BYE',
  'UPDATE',
  'FOO',
])('%s to a user is challenged with 407, by UDP and by TCP (A20)', async (method) => {
  const { world, alice, bob } = await two();
  const overTcp = await world.peer('192.0.2.11', 'TCP');
  for (const [phone, rows] of [
    [alice, 2],
    [overTcp, 3],
  ] as const) {
    phone.send(method);
    await world.pass();
    const { text } = phone.scripted.take('SIP/2.0 407');
    expect(headerRows(text, 'Proxy-Authenticate')).toHaveLength(rows);
  }
  expect(bob.methods).toEqual([]);
});

test('RFC 3261 §16.5: only who is proved learns whether there is such a user: 404, or 480 without a phone (C160)', async () => {
  const { alice } = await two();
  expect(
    (await alice.proved('INVITE', { user: 'alice' }, { uri: 'sip:nobody@example.com' })).text,
  ).toMatch(/^SIP\/2\.0 404 /);
  const call = { uri: 'sip:carol@example.com', callId: 'second' };
  expect((await alice.proved('INVITE', { user: 'alice' }, call)).text).toMatch(/^SIP\/2\.0 480 /);
});

test('A27: known and unknown users get the same answers and headers, as callee, as caller and as registrant', async () => {
  const world = await CoreWorld.start();
  const shape = ({ text }: Arrived): string =>
    text
      .replaceAll(/nonce="[^"]*"|tag=\w+|branch=[^;\s]*|Call-ID: \S*/g, '')
      .replaceAll(/nobody|alice/g, 'N');
  const answersTo = async (user: string): Promise<readonly string[]> => {
    const phone = await world.peer(user === 'alice' ? '192.0.2.10' : '192.0.2.11');
    const seen: string[] = [];
    for (const method of ['INVITE', 'OPTIONS']) {
      phone.send(method, { uri: `sip:${user}@example.com`, callId: `${user}-${method}` });
      await world.pass();
      seen.push(shape(phone.scripted.take('SIP/2.0 407')));
    }
    const wrong = await phone.proved('REGISTER', { user, password: 'wrong' }, registerOf(user));
    const callee = await phone.proved(
      'MESSAGE',
      { user, password: 'wrong' },
      { from: `<sip:${user}@example.com>;tag=f` },
    );
    return [...seen, shape(wrong), shape(callee)].map((text) =>
      text.replaceAll('192.0.2.11', '192.0.2.10'),
    );
  };
  expect(await answersTo('nobody')).toEqual(await answersTo('alice'));
});

test('A33: what is addressed to others gets 403 and nothing leaves, with or without proof', async () => {
  const { world, alice, bob } = await two();
  const stranger = await world.peer('192.0.2.66');
  world.network.forgetPackets();
  for (const uri of [
    'sip:x@192.0.2.66',
    'sip:+4930123@example.org',
    'tel:+4930123',
    'sips:x@example.org',
    'sip:x@example.com:5999',
  ]) {
    alice.send('INVITE', { uri, callId: uri.replaceAll(/\W/g, '') });
    await world.pass();
    alice.scripted.take('SIP/2.0 403');
  }
  alice.send('MESSAGE', { headers: ['Route: <sip:192.0.2.66;lr>'] });
  await world.pass();
  alice.scripted.take('SIP/2.0 403');
  expect(stranger.scripted.log).toEqual([]);
  expect(bob.methods).toEqual([]);
  expect(
    world.network.packets.filter(({ to }) => to.host !== '192.0.2.10' && to.host !== server.host),
  ).toEqual([]);
});

test('RFC 3261 §11: the server answers OPTIONS for itself, and does not say which program it is', async () => {
  const { world, alice } = await two();
  alice.send('OPTIONS', { uri: 'sip:example.com' });
  await world.pass();
  const { text } = alice.scripted.take('SIP/2.0 200');
  expect(headerRows(text, 'Allow')[0]).toMatch(/INVITE.*REGISTER/);
  expect(text).not.toMatch(/offhook/i);
  for (const [method, status] of [
    ['INVITE', 404],
    ['MESSAGE', 405],
  ] as const) {
    alice.send(method, { uri: 'sip:example.com' });
    await world.pass();
    alice.scripted.take(`SIP/2.0 ${status}`);
  }
  alice.send('BYE', { uri: 'sip:192.0.2.1', to: '<sip:192.0.2.1>;tag=unknown' });
  await world.pass();
  alice.scripted.take('SIP/2.0 481');
  alice.send('OPTIONS', { uri: 'sip:example.com', headers: ['Require: foo, bar'] });
  await world.pass();
  expect(headerRows(alice.scripted.take('SIP/2.0 420').text, 'Unsupported')).toEqual(['foo, bar']);
});

test('echo is called without proof from this machine only', async () => {
  const world = await CoreWorld.start();
  const echo = await world.peer('127.0.0.1');
  world.users.names.add('echo');
  await echo.register('echo');
  echo.answers();
  const [near, far] = [await world.peer('127.0.0.2'), await world.peer('192.0.2.10')];
  for (const phone of [near, far]) phone.send('INVITE', { uri: 'sip:echo@example.com' });
  await world.pass();
  near.scripted.take('SIP/2.0 200');
  far.scripted.take('SIP/2.0 407');
  expect(
    (await far.proved('INVITE', { user: 'alice' }, { uri: 'sip:echo@example.com', callId: 'p' }))
      .text,
  ).toMatch(/^SIP\/2\.0 200 /);
});

test('RFC 3581 §4: a phone behind a NAT is called where its REGISTER came from', async () => {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  // Its own address is a part of the NAT's text, so that comparing texts would not do.
  const bob = await world.peer('192.0.2.20', 'UDP', 40_001);
  await bob.register('bob', 'sip:bob@192.0.2.2:5060');
  bob.answers();
  expect((await alice.proved('INVITE', { user: 'alice' })).text).toMatch(/^SIP\/2\.0 200 /);
  expect(bob.methods).toEqual(['INVITE']);
});

test('names of the domain in any letters, and its address, are the same users', async () => {
  const { alice } = await two();
  for (const uri of [
    'sip:bob@EXAMPLE.com',
    'sip:bob@192.0.2.1',
    'sip:bob@example.COM:5060;transport=udp',
  ]) {
    const { text } = await alice.proved(
      'MESSAGE',
      { user: 'alice' },
      { uri, callId: uri.replaceAll(/\W/g, '') },
    );
    expect(text, uri).toMatch(/^SIP\/2\.0 200 /);
  }
});

test('credentials that are malformed are 400, and those of another realm count for nothing', async () => {
  const { world, alice } = await two();
  alice.send('MESSAGE');
  await world.pass();
  const nonce = /nonce="([^"]+)"/.exec(alice.scripted.take('SIP/2.0 407').text)?.[1] ?? '';
  alice.send('MESSAGE', {
    headers: [`Proxy-Authorization: Digest realm="example.com", nonce="${nonce}", response="y"`],
  });
  await world.pass();
  alice.scripted.take('SIP/2.0 400');
  alice.send('MESSAGE', {
    headers: [
      'Proxy-Authorization: Digest username="alice", realm="example.org", nonce="x", uri="sip:x", response="y"',
    ],
  });
  await world.pass();
  alice.scripted.take('SIP/2.0 407');
});

test('X26: a fault of our own while a request is served costs that request a 500, and no more', async () => {
  const { world, alice } = await two();
  const { bindings } = world.location;
  world.location.bindings = () => {
    throw new Error('a fault');
  };
  expect((await alice.proved('INVITE', { user: 'alice' })).text).toMatch(/^SIP\/2\.0 500 /);
  expect(world.endpoint.faults).toBe(1);
  world.location.bindings = bindings;
  expect((await alice.proved('INVITE', { user: 'alice' }, { callId: 'next' })).text).toMatch(
    /^SIP\/2\.0 200 /,
  );
});
