// Messages for users who are away: stored, told with 202, delivered in order at the next registration (RFC 3428 §7).
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import type { Arrived } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import type { Phone, Wish } from './phone.test-kit.ts';

const bob = 'sip:bob@example.com';

async function world() {
  const started = await CoreWorld.start();
  const alice = await started.peer('192.0.2.10');
  const phone = await started.peer('192.0.2.20');
  return { world: started, alice, phone };
}

let count = 0;

/** Registers bob's phone once more. */
async function again(phone: Phone): Promise<void> {
  count += 1;
  const aor = `<${bob}>`;
  const headers = ['Contact: <sip:bob@192.0.2.20>'];
  const wish = { uri: 'sip:example.com', from: `${aor};tag=r`, to: aor, callId: `r-${count}` };
  const answer = await phone.proved('REGISTER', { user: 'bob' }, { ...wish, headers });
  expect(answer.text).toMatch(/^SIP\/2\.0 200 /);
}

/** What a message of alice to bob is answered with, in the end. */
async function say(alice: Phone, body: string, wish: Wish = {}): Promise<Arrived> {
  count += 1;
  const callId = `message-${count}`;
  return alice.proved('MESSAGE', { user: 'alice' }, { callId, headers: text, body, ...wish });
}

const text = ['Content-Type: text/plain'];

function messagesTo(phone: Phone): readonly string[] {
  return phone.scripted.log.flatMap(({ text: got }) => (got.startsWith('MESSAGE') ? [got] : []));
}

function bodies(phone: Phone): readonly string[] {
  return messagesTo(phone).map((got) => got.slice(got.indexOf('\r\n\r\n') + 4));
}

test('RFC 3428 §7: a message for a user who is away is 202, and comes at the next registration as it was sent', async () => {
  const { world: all, alice, phone } = await world();
  const answer = await say(alice, 'gr\u00fcezi', {
    from: '"Alice A." <sip:alice@example.com>;tag=a7',
    headers: [...text, 'Subject: lunch', 'X-Mine: 1'],
  });
  expect(answer.text).toMatch(/^SIP\/2\.0 202 /);
  expect(answer.text).not.toMatch(/^Contact/m);
  expect(all.mailbox.waiting(bob)).toBe(1);
  await all.clock.elapse(3_600_000);
  phone.answers();
  await phone.register('bob');
  await all.pass();
  const [got = ''] = messagesTo(phone);
  expect(got).toMatch(/^MESSAGE sip:bob@192\.0\.2\.20 /);
  expect(headerRows(got, 'From')).toEqual(['"Alice A." <sip:alice@example.com>;tag=a7']);
  expect(headerRows(got, 'Call-ID')).toEqual([headerRows(answer.text, 'Call-ID')[0]]);
  expect(headerRows(got, 'Date')).toEqual(['Thu, 01 Jan 2026 00:00:00 GMT']);
  expect([...headerRows(got, 'Subject'), ...headerRows(got, 'X-Mine')]).toEqual(['lunch', '1']);
  expect(got).not.toMatch(/Authorization/);
  expect(bodies(phone)).toEqual(['gr\u00fcezi']);
  expect(all.mailbox.waiting(bob)).toBe(0);
  await again(phone);
  await all.pass();
  expect(bodies(phone)).toHaveLength(1);
  expect(await all.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
});

test('RFC 3428 §7: stored messages come in order, and a new one behind them', async () => {
  const { world: all, alice, phone } = await world();
  for (const body of ['one', 'two', 'three']) await say(alice, body);
  const slow: Arrived[] = [];
  phone.scripted.when('MESSAGE', (message) => void slow.push(message));
  await phone.register('bob');
  await all.pass();
  // A phone that is slow to answer the first one gets no other meanwhile.
  expect(bodies(phone)).toEqual(['one']);
  expect((await say(alice, 'four')).text).toMatch(/^SIP\/2\.0 202 /);
  for (let at = 0; at < 4; at += 1) {
    const message = slow.at(-1);
    if (message !== undefined) phone.scripted.respond(message, 200);
    await all.pass();
  }
  expect([...new Set(bodies(phone))]).toEqual(['one', 'two', 'three', 'four']);
  expect(all.mailbox.waiting(bob)).toBe(0);
});

test('the sender hears what the phone says when somebody is there', async () => {
  const { world: all, alice, phone } = await world();
  await phone.register('bob');
  let status = 200;
  phone.scripted.when('MESSAGE', (message) => phone.scripted.respond(message, status));
  for (status of [200, 415, 486, 603]) {
    expect((await say(alice, 'x')).text.slice(8, 11)).toBe(String(status));
  }
  expect(all.mailbox.waiting(bob)).toBe(0);
});

test('a phone that says 480 or is silent is away: 202 before the request of the sender ends, and no loss', async () => {
  const { world: all, alice, phone } = await world();
  await phone.register('bob');
  let mood: 'away' | 'silent' | 'there' = 'away';
  phone.scripted.when('MESSAGE', (message) => {
    if (mood !== 'silent') phone.scripted.respond(message, mood === 'away' ? 480 : 200);
  });
  expect((await say(alice, 'first')).text).toMatch(/^SIP\/2\.0 202 /);
  mood = 'silent';
  alice.send('MESSAGE', { callId: 'silent', headers: text, body: 'second' });
  await all.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.sendAnswer(
    challenge,
    'MESSAGE',
    { user: 'alice' },
    { callId: 'silent', headers: text, body: 'second' },
  );
  await all.clock.elapse(9_000);
  expect(alice.scripted.take(/^SIP\/2\.0 [2-6]/).text).toMatch(/^SIP\/2\.0 202 /);
  expect(all.mailbox.waiting(bob)).toBe(2);
  await all.clock.elapse(60_000);
  const seen = bodies(phone).length;
  mood = 'there';
  await again(phone);
  await all.pass();
  expect(bodies(phone).slice(seen)).toEqual(['first', 'second']);
  expect(await all.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
});

test('RFC 3261 §8.2.1: a stored message that meets a phone without messages waits for another', async () => {
  const { world: all, alice, phone } = await world();
  expect((await say(alice, 'first')).text).toMatch(/^SIP\/2\.0 202 /);
  let status = 405;
  phone.scripted.when('MESSAGE', (message) => phone.scripted.respond(message, status));
  await phone.register('bob');
  await all.pass();
  expect(bodies(phone)).toEqual(['first']);
  expect(all.mailbox.waiting(bob)).toBe(1);
  status = 200;
  await again(phone);
  await all.pass();
  expect(bodies(phone)).toEqual(['first', 'first']);
  expect(all.mailbox.waiting(bob)).toBe(0);
});

test('a phone that answers after the 202 has the message, and does not get it a second time', async () => {
  const { world: all, alice, phone } = await world();
  await phone.register('bob');
  phone.scripted.when('MESSAGE', () => undefined);
  alice.send('MESSAGE', { callId: 'late', headers: text, body: 'late' });
  await all.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.sendAnswer(
    challenge,
    'MESSAGE',
    { user: 'alice' },
    { callId: 'late', headers: text, body: 'late' },
  );
  await all.clock.elapse(10_000);
  expect(all.mailbox.waiting(bob)).toBe(1);
  // A registration while the answer may still come does not bring it again.
  await again(phone);
  const message = phone.scripted.log.findLast(({ text: got }) => got.startsWith('MESSAGE'));
  if (message !== undefined) phone.scripted.respond(message, 200);
  await all.pass();
  expect(all.mailbox.waiting(bob)).toBe(0);
  expect(await all.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
});

test('a message that comes while its reader registers is neither lost nor doubled', async () => {
  const { world: all, alice, phone } = await world();
  all.messages.wait = 50;
  phone.answers();
  alice.send('MESSAGE', { callId: 'race', headers: text, body: 'race' });
  await all.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.sendAnswer(
    challenge,
    'MESSAGE',
    { user: 'alice' },
    { callId: 'race', headers: text, body: 'race' },
  );
  await phone.register('bob');
  await all.clock.elapse(1_000);
  expect(bodies(phone)).toEqual(['race']);
  expect(all.mailbox.waiting(bob)).toBe(0);
});

test('X04: what cannot be stored is 500 with Retry-After, never 202', async () => {
  const { world: all, alice } = await world();
  all.messages.trouble = true;
  const answer = await say(alice, 'x');
  expect(answer.text).toMatch(/^SIP\/2\.0 500 /);
  expect(headerRows(answer.text, 'Retry-After')).toEqual(['5']);
});

test('a delivered message that the database does not let go is not delivered again', async () => {
  const { world: all, alice, phone } = await world();
  await say(alice, 'once');
  phone.answers();
  all.messages.trouble = true;
  await phone.register('bob');
  await all.pass();
  all.messages.trouble = false;
  await again(phone);
  await all.pass();
  expect(bodies(phone)).toEqual(['once']);
  expect(all.mailbox.waiting(bob)).toBe(0);
});

test('A20: only a proved sender is stored for, and only for users that there are', async () => {
  const { world: all, alice } = await world();
  alice.send('MESSAGE', { body: 'x' });
  await all.pass();
  alice.scripted.take('SIP/2.0 407');
  const nobody = await say(alice, 'x', { uri: 'sip:nobody@example.com' });
  expect(nobody.text).toMatch(/^SIP\/2\.0 404 /);
  expect(all.messages.kept).toEqual([]);
});

test('a full mailbox is 480, and takes messages again when it was emptied', async () => {
  const { world: all, alice, phone } = await world();
  for (let at = 0; at < 100; at += 1) await say(alice, String(at));
  expect((await say(alice, 'one too many')).text).toMatch(/^SIP\/2\.0 480 Mailbox Full/);
  phone.answers();
  await phone.register('bob');
  await all.clock.elapse(2_000);
  expect(bodies(phone)).toEqual(Array.from({ length: 100 }, (_, at) => String(at)));
});

test('RFC 3428 §7: a message is kept until its Expires, counted from its Date, and for 30 days at most', async () => {
  const { world: all, alice, phone } = await world();
  expect((await say(alice, 'now or never', { headers: [...text, 'Expires: 0'] })).text).toMatch(
    /^SIP\/2\.0 480 /,
  );
  await say(alice, 'a minute', { headers: [...text, 'Expires: 60'] });
  await say(alice, 'a minute ago', {
    headers: [...text, 'Expires: 90', 'Date: Wed, 31 Dec 2025 23:59:30 GMT'],
  });
  await say(alice, 'a wrong date', {
    headers: [...text, 'Expires: 90', 'Date: Thu, 01 Jan 1970 00:00:00 GMT'],
  });
  await say(alice, 'long');
  await all.clock.elapse(70_000);
  phone.answers();
  await phone.register('bob');
  await all.pass();
  expect(bodies(phone)).toEqual(['a wrong date', 'long']);
  await say(alice, 'for carol', { uri: 'sip:carol@example.com' });
  await all.clock.elapse(31 * 86_400_000);
  expect(all.messages.kept).toEqual([]);
});

test('a sender who asks is told when a stored message was delivered, refused or too old', async () => {
  const { world: all, alice, phone } = await world();
  const asking = [...text, 'Disposition-Notification: positive-delivery, negative-delivery'];
  const told = await all.peer('192.0.2.30');
  told.answers();
  await told.register('alice', 'sip:alice@192.0.2.30');
  const first = await say(alice, 'one', { headers: asking });
  await say(alice, 'silent');
  phone.answers();
  await phone.register('bob');
  await all.pass();
  const [notice = ''] = messagesTo(told);
  expect(headerRows(notice, 'From')[0]).toMatch(/^<sip:bob@example\.com>;tag=/);
  expect(headerRows(notice, 'In-Reply-To')).toEqual(headerRows(first.text, 'Call-ID'));
  expect(bodies(told)).toEqual([
    'Delivered: your message of Thu, 01 Jan 2026 00:00:00 GMT to sip:bob@example.com',
  ]);
  await say(alice, 'x', { uri: 'sip:carol@example.com', headers: [...asking, 'Expires: 5'] });
  await all.clock.elapse(1_200_000);
  expect(bodies(told)[1]).toMatch(/^Not delivered in time: .* sip:carol@example\.com$/);
  const carol = await all.peer('192.0.2.40');
  await say(alice, 'y', { uri: 'sip:carol@example.com', headers: asking });
  carol.scripted.when('MESSAGE', (message) => carol.scripted.respond(message, 606));
  await carol.register('carol');
  await all.pass();
  expect(bodies(told)[2]).toMatch(/^Refused: /);
  expect(all.messages.kept).toEqual([]);
});
