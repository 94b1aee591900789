// What strangers, and users who are up to something, try with requests that are well formed.
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import { recordRoutes } from './phone.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';

async function two(): Promise<{ world: CoreWorld; alice: Phone; bob: Phone }> {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  return { world, alice, bob };
}

test.each([
  'P-Asserted-Identity: <sip:boss@example.com>',
  'p-asserted-identity : <sip:boss@example.com>',
  'P-ASSERTED-IDENTITY\t:\t<sip:boss@example.com>',
  'P-Asserted-Identity:\r\n <sip:boss@example.com>',
  'P-Asserted-Identity: <sip:a@example.com>\r\nP-Asserted-Identity: <sip:boss@example.com>',
  'P-Preferred-Identity: <sip:boss@example.com>',
  'Remote-Party-ID: <sip:boss@example.com>;party=calling;screen=yes',
  'P-Served-User: <sip:boss@example.com>',
  'P-Charging-Vector: icid-value=boss',
])(
  'who one is cannot be smuggled past us, in a request or in an answer: %j (A02, A21)',
  async (line) => {
    const { alice, bob } = await two();
    bob.scripted.when('MESSAGE', (message) =>
      bob.scripted.respond(message, 200, { headers: [line, 'X-Mine: 2'] }),
    );
    const headers = [line, 'X-Mine: 1'];
    const { text } = await alice.proved('MESSAGE', { user: 'alice' }, { headers });
    const message = bob.scripted.log.find((one) => one.text.startsWith('MESSAGE'))?.text ?? '';
    expect(message).toMatch(/X-Mine: 1/);
    expect(message).not.toMatch(/boss/);
    expect(text).toMatch(/X-Mine: 2/);
    expect(text).not.toMatch(/boss/);
  },
);

test('nothing of a call changes by requests that name it and prove nothing (A23)', async () => {
  const { world, alice, bob } = await two();
  bob.answers();
  const mallory = await world.peer('192.0.2.66');
  const answered = await alice.proved('INVITE', { user: 'alice' });
  const to = headerRows(answered.text, 'To')[0] ?? '';
  const callId = headerRows(answered.text, 'Call-ID')[0] ?? '';
  const before = bob.methods.length;
  const named = { to, callId, from: '<sip:alice@example.com>;tag=a1' };
  for (const method of ['BYE', 'INVITE', 'UPDATE', 'INFO', 'REFER']) {
    mallory.send(method, { ...named, uri: 'sip:bob@example.com', cseq: 9 });
    mallory.send(method, { ...named, uri: 'sip:phone@192.0.2.20', cseq: 9 });
    await world.pass();
  }
  const wrong = { user: 'alice', password: 'guessed' };
  await mallory.proved('BYE', wrong, { ...named, uri: 'sip:bob@example.com', cseq: 20 });
  mallory.send('CANCEL', { ...named, branch: 'z9hG4bK-1', cseq: 2, headers: [] });
  mallory.send('ACK', { ...named, uri: 'sip:phone@192.0.2.20', cseq: 2, headers: [] });
  await world.pass();
  expect(mallory.statuses.filter((status) => status < 300)).toEqual([]);
  expect(bob.methods.length).toBe(before);
  // The owner still can.
  const headers = recordRoutes(answered).map((row) => row.replace('Record-Route', 'Route'));
  alice.send('BYE', { uri: 'sip:phone@192.0.2.20', to, headers, cseq: 30 });
  await world.pass();
  expect(bob.methods.at(-1)).toBe('BYE');
});

test('a right password answers for its own name only: not in From, and what Contact says changes nothing (A21)', async () => {
  const { world, alice, bob } = await two();
  bob.answers();
  const carol = await world.peer('192.0.2.30');
  await carol.register('carol');
  for (const method of ['INVITE', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'REFER', 'OPTIONS', 'FOO']) {
    const from = '<sip:carol@example.com>;tag=x';
    const { text } = await alice.proved(method, { user: 'alice' }, { from, callId: method });
    expect(text, method).toMatch(/^SIP\/2\.0 403 /);
  }
  const asCarol = { headers: ['Contact: <sip:carol@192.0.2.30>'] };
  await alice.proved('INVITE', { user: 'alice' }, asCarol);
  expect(world.location.bindings('sip:carol@example.com')).toMatchObject([
    { contact: 'sip:carol@192.0.2.30', source: { host: '192.0.2.30' } },
  ]);
  expect(bob.methods).toEqual(['INVITE']);
});

test('what belongs to nothing is dropped or refused, and leaves nothing behind (A45)', async () => {
  const { world, bob } = await two();
  const junk = await world.peer('192.0.2.66');
  await world.pass(60_000);
  const before = world.endpoint.transactionCount;
  for (let at = 0; at < 300; at += 1) {
    const callId = `junk-${at}`;
    const to = '<sip:bob@example.com>;tag=none';
    junk.send('ACK', { callId, to, uri: 'sip:bob@192.0.2.20', headers: [] });
    junk.send('BYE', { callId, to, uri: 'sip:bob@example.com', headers: [] });
    junk.send('CANCEL', { callId, headers: [] });
    junk.scripted.send(
      `SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${at}\nFrom: <sip:a@b>;tag=1\n` +
        `To: <sip:c@d>;tag=2\nCall-ID: ${callId}\nCSeq: 1 INVITE\n\n`,
      { host: '192.0.2.1', port: 5060 },
    );
  }
  await world.pass(1_000);
  expect(bob.methods).toEqual([]);
  const { statuses } = junk;
  expect(new Set(statuses)).toEqual(new Set([407, 481]));
  await world.pass(60_000);
  expect(world.endpoint.transactionCount).toBe(before);
  expect(world.endpoint.faults).toBe(0);
});
