// Which targets are tried together, and which one after the other.
import { describe, expect, test } from 'vitest';
import { sipUri } from '@offhook/sip/message';
import {
  ProxyWorld,
  proxyAddress,
  requestText,
  rows,
  statuses,
  webAddress,
} from './proxy.test-kit.ts';
import { planRounds } from './target.ts';
import type { ProxyTarget } from './target.ts';

describe('rounds', () => {
  test('RFC 3261 §16.6: targets of one q are tried together, lower ones later (C163)', () => {
    expect(planned([at('a', 0.5), at('b', 1), at('c', 0.5), at('d')], 60)).toEqual([
      ['b 30', 'd 30'],
      ['a 30', 'c 30'],
    ]);
  });

  test('RFC 5393 §5.3.3: a round has as many as the breadth allows (C163)', () => {
    expect(planned([at('a'), at('b'), at('c'), at('d', 0.1)], 2)).toEqual([
      ['a 1', 'b 1'],
      ['c 2'],
      ['d 2'],
    ]);
  });

  test('RFC 5626 §7: one user agent has one place in a round, with all its flows (C152)', () => {
    const targets = [at('a1', 1, 'A'), at('b'), at('a2', 0.2, 'A')];
    expect(planned(targets, 60)).toEqual([['a1>a2 30', 'b 30']]);
  });

  test('RFC 3261 §16.5: a URI that is there twice has one place, unless two flows of one agent have it (C160)', () => {
    expect(planned([at('a'), at('a')], 60)).toEqual([['a 60']]);
    expect(planned([at('a', 1, 'A'), at('a', 1, 'B')], 60)).toEqual([['a 60']]);
  });
});

describe('flows of one user agent', () => {
  test.each([
    [430, ['next'], [180, 200]],
    [408, ['next'], [180, 200]],
    [486, [], [486]],
    [503, [], [500]],
  ])('RFC 5626 §7: after %i from the first flow: %j (C152)', async (status, next, upstream) => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const first = await world.peer('192.0.2.20', 'bob', { instance: 'A' });
    const second = await world.peer('192.0.2.21', 'bob', { instance: 'A' });
    first.when('INVITE', (invite) => first.respond(invite, status));
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(20);
    const came = second.log.map(() => 'next');
    expect(came).toEqual(next);
    for (const invite of second.log) {
      expect(rows(invite, 'Max-Breadth')).toEqual(['60']);
      second.respond(invite, 180);
      second.respond(invite, 200);
    }
    await world.clock.elapse(20);
    expect(statuses(alice)).toEqual(upstream);
    await world.end();
  });

  test('RFC 5626 §7: a flow that is gone leads to the next one, and the last that fails is 480 for the caller (C152)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const browser = await world.client('WS', '192.0.2.30');
    browser.send(requestText({ method: 'OPTIONS', protocol: 'WS', callId: 'ws' }), webAddress);
    await world.clock.elapse(20);
    const flow = world.flows.get('ws');
    await browser.close();
    await world.clock.elapse(20);
    for (const user of ['bob', 'carol'])
      world.add(user, { uri: sipUri('sip:b@b.invalid;transport=ws'), flow, instance: 'A' });
    const bob = await world.peer('192.0.2.20', 'bob', { instance: 'A' });
    bob.when('INVITE', (invite) => bob.respond(invite, 200));
    alice.send(requestText(), proxyAddress);
    alice.send(
      requestText({ uri: 'sip:carol@example.com', callId: 'c2', branch: 'z9hG4bK-2' }),
      proxyAddress,
    );
    await world.clock.elapse(20);
    expect(statuses(alice)).toEqual([480, 200]);
    await world.end();
  });

  test('RFC 5626 §7, RFC 3261 §16.10: after a CANCEL no further flow is tried (C152)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const first = await world.peer('192.0.2.20', 'bob', { instance: 'A' });
    const second = await world.peer('192.0.2.21', 'bob', { instance: 'A' });
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(20);
    const invite = first.take('INVITE');
    first.respond(invite, 180);
    alice.send(
      requestText({ method: 'CANCEL', branch: 'z9hG4bK-INVITE-1', headers: [] }),
      proxyAddress,
    );
    await world.clock.elapse(20);
    first.respond(invite, 430);
    await world.clock.elapse(20);
    expect(second.log).toEqual([]);
    expect(statuses(alice)).toEqual([180, 200, 480]);
    await world.end();
  });
});

function at(name: string, q?: number, instance?: string): ProxyTarget {
  return { uri: sipUri(`sip:${name}@192.0.2.20`), q, instance };
}

function planned(targets: readonly ProxyTarget[], breadth: number): readonly string[][] {
  return planRounds(targets, breadth).map((round) =>
    round.map(({ ways, breadth: share }) => `${ways.map(nameOf).join('>')} ${share}`),
  );
}

function nameOf({ uri }: ProxyTarget): string {
  return 'user' in uri ? (uri.user ?? '') : '';
}
