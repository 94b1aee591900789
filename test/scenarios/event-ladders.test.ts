// Transfers, subscriptions and messages of the real stack, drawn as ladders and read by eye when they change.
import { expect, test } from 'vitest';
import { ladder } from '../../packages/sip/src/trace/explain/ladder.ts';
import { World } from '../conformance/world.ts';
import type { Agent } from '../conformance/world.ts';
import { row } from '../conformance/texts.ts';
import { withoutChance } from './golden.ts';

const instance = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
const pidf = 'application/pidf+xml';

async function three(world: World): Promise<readonly [Agent, Agent, Agent]> {
  return [
    await world.agent('alice', '192.0.2.1'),
    await world.agent('bob', '192.0.2.2', { transfers: 'follow' }),
    await world.agent('carol', '192.0.2.3'),
  ];
}

test('RFC 5589 §6.1: alice hands bob over to carol', async () => {
  const world = new World();
  const [alice, bob, carol] = await three(world);
  const outgoing = alice.ua.call('sip:bob@192.0.2.2');
  await world.during((await bob.nextCall()).accept());
  const call = await world.during(outgoing.answered);
  await world.elapse(2000);
  const transferred = call.transfer('sip:carol@192.0.2.3');
  const incoming = await carol.nextCall();
  incoming.ring();
  await world.elapse(1000);
  const atCarol = await world.during(incoming.accept());
  await world.during(transferred);
  await world.elapse(1000);
  await world.during(atCarol.hangUp());
  await expectLadder('blind-transfer', [alice, bob, carol]);
  await world.end();
});

test('RFC 5589 §7.3: alice asks carol first, and bob takes her place there', async () => {
  const world = new World();
  const [alice, bob, carol] = await three(world);
  const outgoing = alice.ua.call('sip:bob@192.0.2.2');
  await world.during((await bob.nextCall()).accept());
  const call = await world.during(outgoing.answered);
  await world.elapse(1000);
  await world.during(call.hold());
  const consulting = alice.ua.call('sip:carol@192.0.2.3');
  await world.during((await carol.nextCall()).accept());
  const other = await world.during(consulting.answered);
  await world.elapse(2000);
  const transferred = call.transfer(other);
  const atCarol = await world.during((await carol.nextCall()).accept());
  await world.during(transferred);
  await world.elapse(1000);
  await world.during(atCarol.hangUp());
  await expectLadder('attended-transfer', [alice, bob, carol]);
  await world.end();
});

test('RFC 6665 §4: bob watches alice, who changes, until he has seen enough', async () => {
  const world = new World();
  const [alice, bob] = await three(world);
  const watched = new Promise<(body: string) => void>((resolve) => {
    alice.ua.onSubscription('presence', { types: [pidf] }, (watcher) => {
      watcher.notify('<open/>', pidf);
      resolve((body) => watcher.notify(body, pidf));
    });
  });
  const subscription = bob.ua.subscribe('sip:alice@192.0.2.1', {
    event: 'presence',
    expiresSeconds: 600,
  });
  await world.during(subscription.started);
  await world.elapse(3000);
  (await watched)('<closed/>');
  await world.elapse(540_000);
  await world.during(subscription.close());
  await world.elapse(20);
  await expectLadder('subscription', [bob, alice]);
  await world.end();
});

test('RFC 3428 §4, RFC 3903 §4: a message and a published state are transactions without a dialog', async () => {
  const world = new World();
  const [alice, bob] = await three(world);
  void bob.ua.messages;
  bob.ua.onPublication(
    'presence',
    { types: [pidf] },
    {
      published: () => true,
      removed: () => undefined,
    },
  );
  await world.during(alice.ua.message('sip:bob@192.0.2.2', 'hello'));
  await world.elapse(1000);
  const target = 'sip:bob@192.0.2.2';
  const state = alice.ua.publish('<open/>', { event: 'presence', contentType: pidf, target });
  await world.during(state.published);
  await world.elapse(1000);
  await world.during(state.close());
  await expectLadder('message-and-publish', [alice, bob]);
  await world.end();
});

test('RFC 3261 §8.1.3.4: bob has moved to carol, whom alice calls in his place', async () => {
  const world = new World();
  const [alice, bob, carol] = await three(world);
  const outgoing = alice.ua.call('sip:bob@192.0.2.2');
  (await bob.nextCall()).redirect('sip:carol@192.0.2.3');
  const incoming = await carol.nextCall();
  incoming.ring();
  await world.elapse(1000);
  const atCarol = await world.during(incoming.accept());
  await world.during(outgoing.answered);
  await world.elapse(2000);
  await world.during(atCarol.hangUp());
  await expectLadder('redirected-call', [alice, bob, carol]);
  await world.end();
});

test('RFC 3263 §4.3: the first server says nothing, and the call goes by the second', async () => {
  const world = new World();
  const resolver = {
    a: async (name: string) => [name === 's1.example.com' ? '192.0.2.8' : '192.0.2.2'],
    aaaa: async () => [],
    naptr: async () => [],
    srv: async () =>
      [1, 2].map((priority) => ({
        priority,
        weight: 0,
        port: 5060,
        target: `s${priority}.example.com`,
      })),
  };
  const alice = await world.agent('alice', '192.0.2.1', { resolver });
  const dead = await world.peer('192.0.2.8');
  const bob = await world.agent('bob', '192.0.2.2', { account: { aor: 'sip:bob@example.com' } });
  dead.when('INVITE', (invite) => dead.respond(invite, 503));
  dead.when('ACK', () => undefined);
  const outgoing = alice.ua.call('sip:bob@example.com');
  await world.during((await bob.nextCall()).accept());
  const call = await world.during(outgoing.answered);
  await world.elapse(1000);
  await world.during(call.hangUp());
  await expectLadder('second-server', [alice, bob]);
  await world.end();
});

test('RFC 5626 §4.2: alice registers by two servers over TCP', async () => {
  const world = new World();
  const servers = [await world.peer('192.0.2.8', 'TCP'), await world.peer('192.0.2.9', 'TCP')];
  for (const server of servers)
    server.when('REGISTER', (register) =>
      server.respond(register, 200, {
        headers: [`Contact: ${row(register, 'Contact')}`, 'Require: outbound'],
      }),
    );
  const alice = await world.agent('alice', '192.0.2.1', {
    account: { aor: 'sip:alice@example.com' },
    protocol: 'TCP',
    port: undefined,
    server: 'sip:192.0.2.8;transport=tcp',
    outbound: { proxies: ['sip:192.0.2.9;transport=tcp'], instance },
  });
  await world.during(alice.ua.register());
  await world.elapse(1000);
  await world.during(alice.ua.unregister());
  await expectLadder('two-flows', [alice]);
  await world.end();
});

async function expectLadder(name: string, agents: readonly Agent[]): Promise<void> {
  const text = withoutChance(ladder(agents.flatMap(({ observed }) => observed)));
  await expect(text).toMatchFileSnapshot(new URL(`golden/${name}.txt`, import.meta.url).pathname);
}
