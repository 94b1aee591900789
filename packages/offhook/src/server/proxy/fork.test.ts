// Forking: which responses go upstream, and when the other branches are cancelled.
import { describe, expect, test } from 'vitest';
import {
  methods,
  ProxyWorld,
  proxyAddress,
  requestText,
  rows,
  statuses,
  uriOf,
} from './proxy.test-kit.ts';

describe('a forked INVITE', () => {
  test('RFC 3261 §16.6 item 8: each branch has a branch of its own, and ACK and CANCEL use it again (C161, C054)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bobs = [
      await world.peer('192.0.2.20', 'bob'),
      await world.peer('192.0.2.21', 'bob'),
    ] as const;
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const invites = bobs.map((bob) => bob.take('INVITE'));
    expect(invites.map(uriOf)).toEqual(['sip:bob@192.0.2.20:5060', 'sip:bob@192.0.2.21:5060']);
    const [first = '', second = ''] = invites.map((invite) => rows(invite, 'Via')[0]);
    expect(first).not.toBe(second);
    const [one, two] = invites;
    if (one === undefined || two === undefined) throw new Error('Two branches were expected');
    bobs[1].respond(two, 180);
    bobs[0].respond(one, 603);
    await world.clock.elapse(10);
    expect(rows(bobs[0].take('ACK'), 'Via')[0]).toBe(first);
    expect(rows(bobs[1].take('CANCEL'), 'Via')).toEqual([second]);
    bobs[1].respond(two, 487);
    await world.end();
  });

  test('RFC 3261 §16.7 item 5: 101-199 go up at once and 100 never (C164)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const invite = bob.take('INVITE');
    bob.respond(invite, 100);
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([]);
    bob.respond(invite, 180);
    bob.respond(invite, 183);
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([180, 183]);
    bob.respond(invite, 486);
    await world.end();
  });

  test('RFC 3261 §16.7 items 5 and 10: the first 2xx goes up at once and the other branches are cancelled (C164, C168)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const rings = await world.peer('192.0.2.20', 'bob');
    const answers = await world.peer('192.0.2.21', 'bob');
    const silent = await world.peer('192.0.2.22', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const ringing = rings.take('INVITE');
    rings.respond(ringing, 180);
    answers.respond(answers.take('INVITE'), 200, { toTag: 'two' });
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([180, 200]);
    const cancel = rings.take('CANCEL');
    expect(rows(cancel, 'Reason')).toEqual(['SIP;cause=200;text="Call completed elsewhere"']);
    // RFC 3261 §9.1: no CANCEL before a provisional response.
    expect(methods(silent)).not.toContain('CANCEL');
    silent.respond(silent.take('INVITE'), 100);
    await world.clock.elapse(10);
    expect(methods(silent)).toContain('CANCEL');
    rings.respond(ringing, 487);
    silent.respond(silent.log[0] ?? cancel, 487);
    await world.end();
    expect(statuses(alice)).toEqual([180, 200]);
  });

  test('RFC 6026 §7.1, RFC 3261 §16.7 item 5: a 2xx of another branch goes up after the first, each with its own tag (C164, C168)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bobs = [
      await world.peer('192.0.2.20', 'bob'),
      await world.peer('192.0.2.21', 'bob'),
    ] as const;
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    bobs[0].respond(bobs[0].take('INVITE'), 200, { toTag: 'one' });
    bobs[1].respond(bobs[1].take('INVITE'), 200, { toTag: 'two' });
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([200, 200]);
    expect(alice.log.map((arrived) => rows(arrived, 'To')[0])).toEqual([
      '<sip:bob@example.com>;tag=one',
      '<sip:bob@example.com>;tag=two',
    ]);
    await world.end();
  });

  test('RFC 3261 §16.7 item 5: a 2xx that the callee repeats is passed on each time (C164)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const invite = bob.take('INVITE');
    for (let sent = 0; sent < 3; sent += 1) {
      bob.respond(invite, 200);
      await world.clock.elapse(500);
    }
    expect(statuses(alice)).toEqual([200, 200, 200]);
    await world.end();
  });

  test('RFC 3261 §16.7 item 5: a 6xx cancels the rest, begins no branch, and waits for their end (C167)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const declines = await world.peer('192.0.2.20', 'bob');
    const rings = await world.peer('192.0.2.21', 'bob');
    const later = await world.peer('192.0.2.22', 'bob', { q: 0.1 });
    alice.send(requestText({ headers: ['Max-Breadth: 2'] }), proxyAddress);
    await world.clock.elapse(10);
    const ringing = rings.take('INVITE');
    rings.respond(ringing, 180);
    await world.clock.elapse(10);
    declines.respond(declines.take('INVITE'), 603);
    await world.clock.elapse(100);
    expect(statuses(alice)).toEqual([180]);
    rings.respond(rings.take('CANCEL'), 200);
    rings.respond(ringing, 487);
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([180, 603]);
    await world.end();
    expect(later.log).toEqual([]);
  });

  test('RFC 3261 §16.7 item 5: a 2xx that crosses the CANCEL after a 6xx still wins (C167, C099)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const declines = await world.peer('192.0.2.20', 'bob');
    const answers = await world.peer('192.0.2.21', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const invite = answers.take('INVITE');
    answers.respond(invite, 180);
    await world.clock.elapse(10);
    declines.respond(declines.take('INVITE'), 603);
    answers.respond(invite, 200);
    await world.end();
    expect(statuses(alice)).toEqual([180, 200]);
  });

  test('RFC 3261 §16.7 item 6: the best of all responses goes up once all are there, with its tag (C165)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const one = await world.peer('192.0.2.20', 'bob');
    const two = await world.peer('192.0.2.21', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    one.respond(one.take('INVITE'), 500);
    await world.clock.elapse(100);
    expect(statuses(alice)).toEqual([]);
    two.respond(two.take('INVITE'), 486, { toTag: 'busy' });
    await world.clock.elapse(10);
    expect(rows(alice.take('SIP/2.0 486'), 'To')).toEqual(['<sip:bob@example.com>;tag=busy']);
    await world.end();
  });

  test('RFC 3261 §16.7 item 6: an INVITE that nobody answers gets a 408 of ours (C165)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    await world.peer('192.0.2.20', 'bob');
    await world.peer('192.0.2.21', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(31_000);
    expect(statuses(alice)).toEqual([100]);
    await world.clock.elapse(1_500);
    expect(statuses(alice).slice(0, 2)).toEqual([100, 408]);
    await world.end();
  });

  test('RFC 3261 §16.7 item 6, §16.9: a lone 503, received or our own, becomes 500 (C165)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    world.network.change({ icmp: true });
    world.add('nobody', { uri: { scheme: 'sip', host: '192.0.2.99', parameters: new Map() } });
    alice.send(requestText(), proxyAddress);
    alice.send(
      requestText({ uri: 'sip:nobody@example.com', branch: 'z9hG4bK-2', callId: 'call-2' }),
      proxyAddress,
    );
    await world.clock.elapse(10);
    bob.respond(bob.take('INVITE'), 503);
    await world.clock.elapse(10);
    expect(new Set(statuses(alice))).toEqual(new Set([500]));
    expect(new Set(alice.log.map((arrived) => rows(arrived, 'Call-ID')[0])).size).toBe(2);
    await world.end();
  });

  test('RFC 3261 §16.7 item 7, RFC 8760 §2.5: the challenges of all branches are in the one that goes up (C166)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const one = await world.peer('192.0.2.20', 'bob');
    const two = await world.peer('192.0.2.21', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const challenge = (realm: string, algorithm: string): string =>
      `Digest realm="${realm}", nonce="n", algorithm=${algorithm}`;
    one.respond(one.take('INVITE'), 401, {
      headers: [
        `WWW-Authenticate: ${challenge('one', 'SHA-256')}`,
        `WWW-Authenticate: ${challenge('one', 'MD5')}`,
      ],
    });
    await world.clock.elapse(10);
    two.respond(two.take('INVITE'), 407, {
      headers: [
        `WWW-Authenticate: ${challenge('two', 'MD5')}`,
        `Proxy-Authenticate: ${challenge('three', 'SHA-256')}`,
        `Proxy-Authenticate: ${challenge('three', 'MD5')}`,
      ],
    });
    await world.clock.elapse(10);
    const response = alice.take('SIP/2.0 401');
    expect(rows(response, 'WWW-Authenticate')).toEqual([
      challenge('one', 'SHA-256'),
      challenge('one', 'MD5'),
      challenge('two', 'MD5'),
    ]);
    expect(rows(response, 'Proxy-Authenticate')).toEqual([
      challenge('three', 'SHA-256'),
      challenge('three', 'MD5'),
    ]);
    await world.end();
  });

  test('RFC 3261 §16.7 item 3: a response without a further Via is not forwarded (C171)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const invite = bob.take('INVITE');
    const [own = ''] = rows(invite, 'Via');
    bob.send(
      `SIP/2.0 180 Ringing\nVia: ${own}\nFrom: <sip:a@example.com>;tag=a1\nTo: <sip:b@example.com>;tag=b\nCall-ID: call-1\nCSeq: 1 INVITE\n\n`,
      proxyAddress,
    );
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([]);
    bob.respond(invite, 486);
    await world.end();
    expect(statuses(alice)).toContain(486);
  });

  test('RFC 3261 §16.5: a target that is there twice is tried once (C160)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    world.targets.set('bob', [
      ...(world.targets.get('bob') ?? []),
      ...(world.targets.get('bob') ?? []),
    ]);
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    expect(methods(bob)).toEqual(['INVITE']);
    bob.respond(bob.take('INVITE'), 486);
    await world.end();
  });
});

describe('Max-Breadth', () => {
  test('RFC 5393 §5.3.3: 60 is added and shared out, and what comes in is never exceeded (C163)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bobs = [
      await world.peer('192.0.2.20', 'bob'),
      await world.peer('192.0.2.21', 'bob'),
    ] as const;
    for (const bob of bobs) bob.when('INVITE', (invite) => bob.respond(invite, 486));
    alice.send(requestText(), proxyAddress);
    alice.send(
      requestText({ callId: 'call-2', branch: 'z9hG4bK-2', headers: ['Max-Breadth: 5'] }),
      proxyAddress,
    );
    await world.clock.elapse(10);
    const shares = bobs.map((bob) =>
      bob.log
        .filter(({ text }) => text.startsWith('INVITE'))
        .map((invite) => rows(invite, 'Max-Breadth')[0]),
    );
    expect(shares).toEqual([
      ['30', '3'],
      ['30', '2'],
    ]);
    await world.end();
  });

  test('RFC 5393 §5.3.3: with a breadth of 1 the targets are tried one after the other, and 0 gets 440 (C163)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bobs = [
      await world.peer('192.0.2.20', 'bob', { q: 0.5 }),
      await world.peer('192.0.2.21', 'bob'),
    ] as const;
    alice.send(requestText({ headers: ['Max-Breadth: 1'] }), proxyAddress);
    await world.clock.elapse(10);
    expect(bobs[0].log).toEqual([]);
    bobs[1].respond(bobs[1].take('INVITE'), 486);
    await world.clock.elapse(10);
    const invite = bobs[0].take('INVITE');
    expect(rows(invite, 'Max-Breadth')).toEqual(['1']);
    bobs[0].respond(invite, 404);
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([486]);
    alice.send(
      requestText({ callId: 'call-2', branch: 'z9hG4bK-2', headers: ['Max-Breadth: 0'] }),
      proxyAddress,
    );
    await world.clock.elapse(10);
    expect(statuses(alice)).toContain(440);
    await world.end();
  });
});
