// Loops and spirals (RFC 5393 §4.2), and how much one request can become.
import { expect, test } from 'vitest';
import { sipUri } from '@offhook/sip/message';
import {
  methods,
  ProxyWorld,
  proxyAddress,
  requestText,
  rows,
  statuses,
} from './proxy.test-kit.ts';

test('RFC 5393 §4.2.2: what comes back with the same Request-URI gets 482 at its second turn (C162)', async () => {
  const world = await ProxyWorld.start();
  const alice = await world.peer('192.0.2.10');
  world.add('loop', { uri: sipUri('sip:loop@192.0.2.1') });
  alice.send(requestText({ uri: 'sip:loop@192.0.2.1' }), proxyAddress);
  await world.clock.elapse(2_000);
  expect(new Set(statuses(alice))).toEqual(new Set([482]));
  expect(invites(world)).toBe(2);
  await world.end();
});

test('RFC 5393 §4.2.2: a loop that takes other users on its way is found when it closes (C162)', async () => {
  const world = await ProxyWorld.start();
  const alice = await world.peer('192.0.2.10');
  for (const [user, next] of [
    ['one', 'two'],
    ['two', 'three'],
    ['three', 'one'],
  ] as const)
    world.add(user, { uri: sipUri(`sip:${next}@example.com;maddr=192.0.2.1`) });
  alice.send(requestText({ uri: 'sip:one@example.com' }), proxyAddress);
  await world.clock.elapse(2_000);
  expect(new Set(statuses(alice))).toEqual(new Set([482]));
  expect(invites(world)).toBeLessThanOrEqual(5);
  await world.end();
});

test('RFC 5393 §4.2.2: a spiral with another Request-URI passes, and a request of another CSeq too (C162)', async () => {
  const world = await ProxyWorld.start();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20', 'bob');
  bob.when('MESSAGE', (message) => bob.respond(message, 200));
  world.add('desk', { uri: sipUri('sip:bob@192.0.2.1') });
  for (const cseq of [1, 2])
    alice.send(requestText({ method: 'MESSAGE', uri: 'sip:desk@example.com', cseq }), proxyAddress);
  await world.clock.elapse(100);
  expect(statuses(alice)).toEqual([200, 200]);
  expect(methods(bob)).toEqual(['MESSAGE', 'MESSAGE']);
  await world.end();
});

test('RFC 5393 §4.2.1: the mark does not depend on the method, and its CANCEL and ACK have the same branch (C161, C162)', async () => {
  const world = await ProxyWorld.start();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20', 'bob');
  for (const method of ['INVITE', 'MESSAGE'])
    alice.send(requestText({ method, branch: `z9hG4bK-${method}` }), proxyAddress);
  await world.clock.elapse(10);
  const [invite, message] = [bob.take('INVITE'), bob.take('MESSAGE')];
  const marks = [invite, message].map((one) => rows(one, 'Via')[0]?.replace(/^.*(-\w+);.*$/, '$1'));
  expect(marks[0]).toMatch(/^-\w{13,15}$/);
  expect(marks[0]).toBe(marks[1]);
  bob.respond(message, 200);
  bob.respond(invite, 486);
  await world.clock.elapse(10);
  expect(rows(bob.take('ACK'), 'Via')).toEqual(rows(invite, 'Via').slice(0, 1));
  await world.end();
});

test('RFC 5393 §4.2.2: parameters that choose no other targets do not hide a loop (C162)', async () => {
  const world = await ProxyWorld.start();
  const alice = await world.peer('192.0.2.10');
  for (let at = 0; at < 10; at += 1) {
    world.add('a', { uri: sipUri(`sip:b@192.0.2.1;n=${at}`) });
    world.add('b', { uri: sipUri(`sip:a@192.0.2.1;n=${at}`) });
  }
  alice.send(requestText({ uri: 'sip:a@192.0.2.1' }), proxyAddress);
  await world.clock.elapse(30_000);
  expect(new Set(statuses(alice))).toEqual(new Set([482]));
  await world.end();
  expect(invites(world)).toBe(1 + 10 + 10 * 10);
});

function invites({ observations }: ProxyWorld): number {
  return observations.filter(
    (one) => one.kind === 'message' && one.direction === 'in' && one.text.startsWith('INVITE'),
  ).length;
}
