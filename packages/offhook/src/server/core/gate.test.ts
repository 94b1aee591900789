// What the gate does to requests from outside: no memory, no repeats, no amplification, no floods.
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import { server } from './phone.test-kit.ts';

const methods = ['REGISTER', 'INVITE', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'NOTIFY'];

test('a request over UDP gets one response, at most half as long again, that is never repeated and needs no memory (A41)', async () => {
  const world = await CoreWorld.start();
  const victim = await world.peer('192.0.2.66');
  for (const method of methods) {
    for (const uri of ['sip:bob@example.com', 'sip:example.com', 'sip:x@example.org']) {
      world.network.forgetPackets();
      victim.send(method, { uri });
      await world.clock.elapse(60_000);
      const [asked, ...answers] = world.network.packets;
      expect(answers, `${method} ${uri}`).toHaveLength(1);
      expect(answers[0]?.text.length).toBeLessThanOrEqual(1.5 * (asked?.text.length ?? 0));
      expect(answers[0]?.text).not.toMatch(/^SIP\/2\.0 1/);
    }
  }
  expect(world.endpoint.transactionCount).toBe(0);
  expect(world.users.asked).toBe(0);
  expect(world.clock.pending).toBe(0);
});

test('a short request gets a short challenge, in the algorithm that every phone knows, and a tiny one nothing (A41)', async () => {
  const world = await CoreWorld.start();
  const peer = await world.peer('192.0.2.66');
  const lines = (more: readonly string[]): string =>
    [
      'REGISTER sip:example.com SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bKx;rport',
      'From: <sip:alice@example.com>;tag=1',
      'To: <sip:alice@example.com>',
      'Call-ID: 1',
      'CSeq: 1 REGISTER',
      ...more,
      '',
      '',
    ].join('\n');
  peer.scripted.send(
    lines([
      'Max-Forwards: 70',
      'Contact: <sip:alice@192.0.2.66:5060>',
      'User-Agent: A phone 1.0',
      'Expires: 3600',
    ]),
    server,
  );
  await world.pass();
  const rows = headerRows(peer.scripted.take('SIP/2.0 401').text, 'WWW-Authenticate');
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatch(/algorithm=MD5/);
  peer.scripted.send(lines([]), server);
  await world.pass();
  expect(peer.scripted.untaken).toEqual([]);
});

test('RFC 3581 §4: the answer of the gate says where the request came from, and the same tag to each repeat', async () => {
  const world = await CoreWorld.start();
  const phone = await world.peer('192.0.2.10', 'UDP', 40_001);
  const tags = new Set<string>();
  for (let at = 0; at < 2; at += 1) {
    phone.send('REGISTER', { uri: 'sip:example.com', branch: 'z9hG4bK-same' });
    await world.pass();
    const { text } = phone.scripted.take('SIP/2.0 401');
    expect(headerRows(text, 'Via')[0]).toMatch(
      /;rport=40001.*;received=192\.0\.2\.10|;received=192\.0\.2\.10.*;rport=40001/,
    );
    tags.add(/tag=(\w+)$/.exec(headerRows(text, 'To')[0] ?? '')?.[1] ?? '');
  }
  expect(tags.size).toBe(1);
});

test('a flood of every method without credentials leaves nothing behind, and a good client is served meanwhile (A40)', async () => {
  const world = await CoreWorld.start();
  world.network.change({ latency: 0 });
  const flooder = await world.peer('192.0.2.66');
  const alice = await world.peer('192.0.2.10');
  for (let second = 0; second < 10; second += 1) {
    for (let at = 0; at < 200; at += 1)
      flooder.send(methods[at % methods.length] ?? 'INVITE', { uri: 'sip:bob@example.com' });
    await world.clock.elapse(1000);
  }
  expect(flooder.statuses.length).toBeLessThanOrEqual(60 + 20 * 10);
  expect(world.endpoint.transactionCount).toBe(0);
  expect((await alice.register('alice')).text).toMatch(/^SIP\/2\.0 200 /);
  expect(world.rate.dropped).toBeGreaterThan(1500);
});

test('a source over its rate is heard again a second later: nobody is banned (A28)', async () => {
  const world = await CoreWorld.start();
  const phone = await world.peer('192.0.2.10');
  for (let at = 0; at < 200; at += 1) phone.send('OPTIONS');
  await world.clock.elapse(1000);
  for (let at = 0; at < 60; at += 1) phone.scripted.take('SIP/2.0 407');
  expect(phone.scripted.untaken).toEqual([]);
  expect((await phone.register('alice')).text).toMatch(/^SIP\/2\.0 200 /);
});

test('STUN of strangers is answered at a rate of its own, which takes nothing from their requests (A41)', async () => {
  const world = await CoreWorld.start();
  const phone = await world.peer('192.0.2.10');
  let answers = 0;
  phone.scripted.whenKeptAlive(() => (answers += 1));
  for (let at = 0; at < 1_000; at += 1) {
    // RFC 8489 §5: a Binding request without attributes, the magic cookie, and what tells it from others.
    const request = new DataView(new ArrayBuffer(20));
    request.setUint16(0, 1);
    request.setUint32(4, 0x2112a442);
    request.setUint32(8, at);
    phone.scripted.sendRaw(new Uint8Array(request.buffer), server);
  }
  await world.pass();
  expect(answers).toBe(300);
  expect((await phone.register('alice')).text).toMatch(/^SIP\/2\.0 200 /);
});

test('false credentials do not pass the limit either, and right ones do not count', async () => {
  const world = await CoreWorld.start();
  const flooder = await world.peer('192.0.2.66', 'TCP');
  const headers = [
    'Proxy-Authorization: Digest username="a", realm="example.com", nonce="x", uri="sip:b", qop=auth, nc=00000001, cnonce="c", response="0123456789abcdef0123456789abcdef"',
  ];
  for (let at = 0; at < 200; at += 1) flooder.send('MESSAGE', { headers });
  await world.pass();
  expect(flooder.statuses).toHaveLength(60);
  const alice = await world.peer('192.0.2.10');
  for (let at = 0; at < 100; at += 1) {
    const { text } = await alice.proved('OPTIONS', { user: 'alice' }, { callId: `options-${at}` });
    expect(text).toMatch(/^SIP\/2\.0 480 /);
    await world.clock.elapse(50);
  }
});

test('what the gate answers is seen by the tap like everything else', async () => {
  const world = await CoreWorld.start();
  const phone = await world.peer('192.0.2.10');
  phone.send('REGISTER', { uri: 'sip:example.com' });
  await world.pass();
  const messages = world.observations.filter(({ kind }) => kind === 'message');
  expect(messages).toMatchObject([{ direction: 'in' }, { direction: 'out' }]);
});

test('garbage and responses pass to the endpoint, which counts them', async () => {
  const world = await CoreWorld.start();
  const phone = await world.peer('192.0.2.10');
  phone.scripted.send('MESSAGE nonsense\n\n', server);
  phone.scripted.send(
    'SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKq\nFrom: <sip:a@b>;tag=1\nTo: <sip:a@b>\nCall-ID: 1\nCSeq: 1 INVITE\n\n',
    server,
  );
  await world.pass();
  expect(world.endpoint.counters).toMatchObject({ malformed: 1, strayResponses: 1 });
});

test.each([
  'X: uthorization',
  'Authorization: Basic x',
  'Proxy-Authorization: Digest realm="example.com", nonce="made up"',
])('what only looks like credentials is not worth a transaction: %s (A41)', async (header) => {
  const world = await CoreWorld.start();
  const stranger = await world.peer('192.0.2.66');
  stranger.send('INVITE', { headers: [header] });
  await world.pass();
  stranger.scripted.take('SIP/2.0 407');
  expect(world.endpoint.transactionCount).toBe(0);
  await world.clock.elapse(32_000);
  expect(stranger.scripted.untaken).toEqual([]);
});

test('what has no credentials leaves nothing behind either when it comes from this machine or on a connection (A40)', async () => {
  const world = await CoreWorld.start();
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  await world.clock.elapse(60_000);
  const before = bob.methods.length;
  const here = await world.peer('192.0.2.1', 'UDP', 7_000);
  const connected = await world.peer('192.0.2.66', 'TCP');
  for (const phone of [here, connected]) {
    for (const method of methods)
      phone.send(method, { uri: 'sip:bob@example.com', callId: method });
    await world.pass();
    expect(phone.statuses.every((status) => status === 401 || status === 407)).toBe(true);
    expect(phone.statuses).toHaveLength(methods.length);
    expect(world.endpoint.transactionCount).toBe(0);
    const refusal = phone.scripted.log.find(({ text }) => text.includes('CSeq: 1 INVITE'));
    if (refusal === undefined) throw new Error('An answer to the INVITE was expected');
    phone.acknowledge(refusal, { uri: 'sip:bob@example.com', callId: 'INVITE' });
    await world.pass();
  }
  expect(bob.methods).toHaveLength(before);
  await world.clock.elapse(40_000);
  expect(here.statuses).toHaveLength(methods.length);
});

test.each(['UDP', 'TCP'] as const)(
  'RFC 3261 §8.2.7: a REGISTER over %s without proof is challenged and leaves nothing behind',
  async (protocol) => {
    const world = await CoreWorld.start();
    // From the server's own machine, where no gate stands.
    const phone = await world.peer(server.host, protocol, 40_001);
    phone.send('REGISTER', { uri: 'sip:example.com' });
    await world.pass();
    expect(phone.scripted.take('SIP/2.0 401').text).toContain('WWW-Authenticate: Digest');
    expect(world.endpoint.transactionCount).toBe(0);
  },
);
