// Who gets a request that reached the server: every way through the core, on a virtual network.
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import type { Arrived } from '@offhook/sip/testing';
import { CoreWorld, recordRoutes, server } from './core.test-kit.ts';
import type { Phone } from './core.test-kit.ts';

const nothingLeft = { transactions: 0, contexts: 0, faults: 0 };
const registerUri = 'sip:example.com';

function registerOf(user: string): { uri: string; from: string; to: string; headers: string[] } {
  const aor = `<sip:${user}@example.com>`;
  return {
    uri: registerUri,
    from: `${aor};tag=r1`,
    to: aor,
    headers: ['Contact: <sip:x@192.0.2.10>'],
  };
}

/** alice on .10 and bob on .20, both registered; bob answers. */
async function two(): Promise<{ world: CoreWorld; alice: Phone; bob: Phone }> {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  bob.answers();
  return { world, alice, bob };
}

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
