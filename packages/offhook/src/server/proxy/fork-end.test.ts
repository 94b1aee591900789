// How a forked request ends early: CANCEL, timer C, the end of the server, and requests other than INVITE.
import { describe, expect, test, vi } from 'vitest';
import { createResponse } from '@offhook/sip/message';
import {
  methods,
  ProxyWorld,
  proxyAddress,
  requestText,
  rows,
  statuses,
} from './proxy.test-kit.ts';

describe('CANCEL', () => {
  test('RFC 3261 §16.10: it gets 200 at once, and every pending branch a CANCEL with its Reason (C170)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bobs = [await world.peer('192.0.2.20', 'bob'), await world.peer('192.0.2.21', 'bob')];
    for (const bob of bobs) {
      bob.when('INVITE', (invite) => {
        bob.respond(invite, 180);
        bob.when('CANCEL', (cancel) => {
          bob.respond(cancel, 200);
          bob.respond(invite, 487);
        });
      });
    }
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(100);
    const headers = ['Reason: Q.850;cause=16'];
    alice.send(
      requestText({ method: 'CANCEL', branch: 'z9hG4bK-INVITE-1', headers }),
      proxyAddress,
    );
    await world.clock.elapse(100);
    expect(statuses(alice)).toEqual([180, 180, 200, 487]);
    for (const bob of bobs)
      expect(rows(bob.log[1] ?? fail(), 'Reason')).toEqual(['Q.850;cause=16']);
    await world.end();
  });

  test('RFC 3261 §16.10: a request that was answered before its targets were known is not forwarded (C170)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    const request = world.request.bind(world);
    vi.spyOn(world, 'request').mockImplementation((received, transaction, flow) => {
      transaction.respond(createResponse(received, 487, { toTag: transaction.localTag }));
      request(received, transaction, flow);
    });
    alice.send(requestText(), proxyAddress);
    await world.end();
    expect([bob.log, world.proxy.size]).toEqual([[], 0]);
  });

  test('RFC 3261 §16.10, §9.2: one for no request of ours gets 481 (C170)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    alice.send(requestText({ method: 'CANCEL' }), proxyAddress);
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([481]);
    await world.end();
  });
});

describe('the end of the server', () => {
  test.each([true, false])(
    'a call that rings leaves no context, branch or timer (proxy closed first: %s)',
    async (first) => {
      const world = await ProxyWorld.start();
      const alice = await world.peer('192.0.2.10');
      const bob = await world.peer('192.0.2.20', 'bob');
      await world.peer('192.0.2.21', 'bob');
      alice.send(requestText({ headers: ['Max-Breadth: 1'] }), proxyAddress);
      await world.clock.elapse(10);
      bob.respond(bob.take('INVITE'), 180);
      await world.clock.elapse(10);
      if (first) world.proxy.close();
      await world.endpoint.close();
      expect([world.proxy.size, world.clock.pending, world.endpoint.faults]).toEqual([0, 0, 0]);
      await world.end();
    },
  );
});

describe('timer C', () => {
  test('RFC 3261 §16.8: it cancels a branch that rings for more than 3 minutes (C169)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const invite = bob.take('INVITE');
    bob.respond(invite, 180);
    await world.clock.elapse(180_500);
    expect(methods(bob)).toEqual(['INVITE']);
    await world.clock.elapse(5_000);
    bob.respond(bob.take('CANCEL'), 200);
    bob.respond(invite, 487);
    await world.clock.elapse(10);
    expect(statuses(alice)).toEqual([180, 487]);
    await world.end();
  });

  test('RFC 3261 §16.7 item 2: each 101-199 begins it anew, a 100 does not (C169)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const invite = bob.take('INVITE');
    for (const status of [180, 183, 180]) {
      bob.respond(invite, status);
      await world.clock.elapse(170_000);
    }
    expect(methods(bob)).toEqual(['INVITE']);
    bob.respond(invite, 100);
    await world.clock.elapse(20_000);
    expect(methods(bob)).toContain('CANCEL');
    await world.end();
    // RFC 3261 §9.1: the callee answers neither INVITE nor CANCEL, so after 64*T1 the INVITE counts as cancelled.
    expect(statuses(alice).filter((status) => status >= 200)[0]).toBe(487);
  });
});

describe('a request other than INVITE', () => {
  const message = { method: 'MESSAGE', body: 'hello', headers: ['Content-Type: text/plain'] };

  test('RFC 3261 §16.7 item 5: exactly one final response goes up, the first 2xx of all branches (C164)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bobs = [
      await world.peer('192.0.2.20', 'bob'),
      await world.peer('192.0.2.21', 'bob'),
    ] as const;
    alice.send(requestText(message), proxyAddress);
    await world.clock.elapse(10);
    bobs[0].respond(bobs[0].take('MESSAGE'), 200);
    bobs[1].respond(bobs[1].take('MESSAGE'), 202);
    await world.end();
    expect(statuses(alice)).toEqual([200]);
    expect(methods(bobs[1])).toEqual(['MESSAGE']);
  });

  test('RFC 4320 §4.2: after its timeout nothing is sent, not even what another branch had said (C068)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const refuses = await world.peer('192.0.2.20', 'bob');
    await world.peer('192.0.2.21', 'bob');
    alice.send(requestText(message), proxyAddress);
    await world.clock.elapse(10);
    refuses.respond(refuses.take('MESSAGE'), 404);
    await world.end();
    expect(statuses(alice).filter((status) => status >= 200)).toEqual([]);
  });

  test('RFC 4320 §4.1: a provisional response other than 100 does not go up', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    alice.send(requestText(message), proxyAddress);
    await world.clock.elapse(10);
    const request = bob.take('MESSAGE');
    bob.respond(request, 183);
    await world.clock.elapse(10);
    bob.respond(request, 200);
    await world.end();
    expect(statuses(alice)).toEqual([200]);
  });
});

function fail(): never {
  throw new Error('A message was expected');
}
