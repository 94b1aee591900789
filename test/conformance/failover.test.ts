// Several servers for one name: which is asked, which is passed over, and for how long (RFC 3263 §4.3, RFC 3261 §21.5.4).
import { describe, expect, test } from 'vitest';
import type { Resolver, ServiceRecord } from '../../packages/sip/src/transport/resolver.ts';
import type { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { answerWith } from './calls.ts';
import { request, row, sdp } from './texts.ts';
import { giveUp, inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

/** `_sip._udp.example.com` and `_sip._tcp.example.com` with these servers, the liked ones first. */
function zone(...hosts: readonly string[]): Resolver {
  const services = hosts.map((_host, priority): ServiceRecord => {
    return { priority, weight: 0, port: 5060, target: `s${priority}.example.com` };
  });
  return {
    a: async (name) => {
      const host = hosts[Number(/^s(\d)/.exec(name)?.[1])];
      return host === undefined ? [] : [host];
    },
    aaaa: async () => [],
    srv: async () => services,
    naptr: async () => [],
  };
}

async function pair(world: World): Promise<{
  readonly alice: Agent;
  readonly first: ScriptedPeer;
  readonly second: ScriptedPeer;
}> {
  const resolver = zone('10.0.0.11', '10.0.0.12');
  const alice = await world.agent('alice', '10.0.0.1', { resolver });
  const [first, second] = [await world.peer('10.0.0.11'), await world.peer('10.0.0.12')];
  second.when('OPTIONS', (arrived) => second.respond(arrived, 200));
  return { alice, first, second };
}

function contactOf(host: string): readonly string[] {
  return [`Contact: <sip:bob@${host}>`, 'Content-Type: application/sdp'];
}

const ask = (world: World, { ua }: Agent, uri = 'sip:bob@example.com'): Promise<unknown> =>
  world.during(ua.options(uri).then(({ status }) => status));

describe('The next server', () => {
  test('RFC 3263 §4.2: is tried after silence, a closed port and a 503, by priority (C053)', () =>
    inWorld(async (world) => {
      const resolver = zone('10.0.0.11', '10.0.0.99', '10.0.0.12', '10.0.0.13');
      const alice = await world.agent('alice', '10.0.0.1', { resolver });
      const silent = await world.peer('10.0.0.11');
      const busy = await world.peer('10.0.0.12');
      const good = await world.peer('10.0.0.13');
      busy.when('INVITE', (arrived) => busy.respond(arrived, 503));
      good.when('INVITE', (arrived) => answerWith(good, arrived));
      const outgoing = alice.ua.call('sip:bob@example.com');
      const call = await world.during(outgoing.answered);
      expect(world.clock.now()).toBeGreaterThan(giveUp);
      expect(silent.log).toHaveLength(7);
      expect(busy.log.map(({ text }) => text.split(' ')[0])).toEqual(['INVITE', 'ACK']);
      good.when('BYE', (arrived) => good.respond(arrived, 200));
      await world.during(call.hangUp());
    }));

  test('RFC 4321 §1.1: gets its share of the time that one who asked will wait: 64*T1 for all of them (C053)', () =>
    inWorld(async (world) => {
      const { alice, first, second } = await pair(world);
      expect(await ask(world, alice)).toBe(200);
      expect(first.log.length).toBeGreaterThan(3);
      const [asked] = second.log;
      expect(asked?.at).toBeGreaterThanOrEqual(giveUp / 2);
      expect(asked?.at).toBeLessThanOrEqual(giveUp / 2 + 100);
    }));

  test('RFC 4321 §1.1: when all are silent, it is known after 64*T1, however many they are (C053)', () =>
    inWorld(async (world) => {
      const hosts = ['10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.14'];
      const alice = await world.agent('alice', '10.0.0.1', { resolver: zone(...hosts) });
      const peers = await Promise.all(hosts.map((host) => world.peer(host)));
      await expect(ask(world, alice)).rejects.toMatchObject({ code: 'SIP_TIMEOUT' });
      expect(world.clock.now()).toBeLessThanOrEqual(giveUp + 100);
      for (const { log } of peers) expect(log.length).toBeGreaterThan(2);
    }));

  test('RFC 4320 §4.1: is not asked when the first one said 100 in time: it is at work (C053)', () =>
    inWorld(async (world) => {
      const { alice, first, second } = await pair(world);
      const status = ask(world, alice);
      await world.elapse(100);
      const asked = first.take('OPTIONS');
      first.respond(asked, 100);
      await world.elapse(25_000);
      first.respond(asked, 486);
      expect(await status).toBe(486);
      expect(second.log).toEqual([]);
    }));

  test('RFC 3263 §4.3: is tried for a request within a dialog too (C053)', () =>
    inWorld(async (world) => {
      const { alice, first, second } = await pair(world);
      const outgoing = alice.ua.call('sip:bob@example.com');
      first.when('INVITE', (arrived) =>
        first.respond(arrived, 200, { headers: contactOf('example.com'), body: sdp() }),
      );
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      first.take('ACK');
      await world.during(first.close());
      second.when('BYE', (arrived) => second.respond(arrived, 200));
      await world.during(call.hangUp());
      await world.elapse(100);
      expect(second.log.map(({ text }) => text.split(' ')[0])).toEqual(['BYE']);
    }));
});

describe('A server that failed', () => {
  test('RFC 4321 §1.3: comes after the others for a while, and is liked again then', () =>
    inWorld(async (world) => {
      const { alice, first, second } = await pair(world);
      await ask(world, alice);
      const before = first.log.length;
      const start = world.clock.now();
      expect(await ask(world, alice)).toBe(200);
      expect(world.clock.now() - start).toBeLessThan(50);
      expect([first.log.length, second.log.length]).toEqual([before, 2]);
      await world.elapse(61_000);
      first.when('OPTIONS', (arrived) => first.respond(arrived, 480));
      expect(await ask(world, alice)).toBe(480);
    }));

  test('RFC 3261 §21.5.4: with 503 and Retry-After it gets nothing new for that time, and then again (C055)', () =>
    inWorld(async (world) => {
      const { alice, first, second } = await pair(world);
      first.when('OPTIONS', (arrived) =>
        first.respond(arrived, 503, { headers: ['Retry-After: 120'] }),
      );
      for (let asked = 0; asked < 3; asked += 1) expect(await ask(world, alice)).toBe(200);
      expect([first.log.length, second.log.length]).toEqual([1, 3]);
      await expect(ask(world, alice, 'sip:bob@10.0.0.11')).rejects.toMatchObject({
        code: 'SIP_TRANSPORT',
        status: 503,
      });
      await world.elapse(118_000);
      await ask(world, alice);
      expect(first.log).toHaveLength(1);
      await world.elapse(3_000);
      await ask(world, alice);
      expect(first.log).toHaveLength(2);
    }));

  test('RFC 3261 §21.5.4: with a bare 503 it is asked again the next time (C055)', () =>
    inWorld(async (world) => {
      const { alice, first, second } = await pair(world);
      first.when('OPTIONS', (arrived) => first.respond(arrived, 503));
      for (let asked = 0; asked < 3; asked += 1) expect(await ask(world, alice)).toBe(200);
      expect([first.log.length, second.log.length]).toEqual([3, 3]);
    }));

  test('RFC 3261 §21.5.4: a BYE still goes to a server that wants nothing new (C055)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.11');
      peer.when('INVITE', (arrived) =>
        peer.respond(arrived, 200, { headers: contactOf('10.0.0.11'), body: sdp() }),
      );
      const call = await world.during(alice.ua.call('sip:bob@10.0.0.11').answered);
      peer.when('OPTIONS', (arrived) =>
        peer.respond(arrived, 503, { headers: ['Retry-After: 120'] }),
      );
      expect(await ask(world, alice, 'sip:bob@10.0.0.11')).toBe(503);
      peer.when('BYE', (arrived) => peer.respond(arrived, 200));
      await world.during(call.hangUp());
      expect(peer.log.at(-1)?.text).toMatch(/^BYE/);
    }));
});

describe('A name that DNS says nothing of', () => {
  test('RFC 3263 §4: fails within five seconds, and the call beside it is not held up (X13)', () =>
    inWorld(async (world) => {
      const never = new Promise<never>(() => undefined);
      const resolver: Resolver = {
        a: () => never,
        aaaa: () => never,
        srv: () => never,
        naptr: () => never,
      };
      const alice = await world.agent('alice', '10.0.0.1', { resolver });
      const peer = await world.peer('10.0.0.9');
      peer.when('OPTIONS', (arrived) => peer.respond(arrived, 200));
      const lost = alice.ua.call('sip:bob@dead.example').answered.catch((error: unknown) => error);
      expect(await ask(world, alice, 'sip:bob@10.0.0.9')).toBe(200);
      expect(world.clock.now()).toBeLessThan(50);
      expect(await world.during(lost)).toMatchObject({ code: 'SIP_UNRESOLVED', status: 503 });
      expect(world.clock.now()).toBeLessThanOrEqual(5_000);
    }));

  test('RFC 3261 §9.1: a call that is given up meanwhile is over at once, and nothing is sent when DNS answers (X13)', () =>
    inWorld(async (world) => {
      let answer: (addresses: readonly string[]) => void = () => undefined;
      const late = new Promise<readonly string[]>((resolve) => (answer = resolve));
      const resolver: Resolver = {
        a: () => late,
        aaaa: async () => [],
        srv: async () => [],
        naptr: async () => [],
      };
      const alice = await world.agent('alice', '10.0.0.1', { resolver });
      const call = alice.ua.call('sip:bob@slow.example');
      await world.elapse(100);
      call.cancel();
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      expect(world.clock.now()).toBeLessThan(200);
      answer(['10.0.0.9']);
      await world.elapse(100);
      expect(world.sentBy('10.0.0.1')).toEqual([]);
    }));
});

test('RFC 3263 §5: a response whose connection is gone, and that the source does not take, goes to the servers of its sent-by (C037)', () =>
  inWorld(async (world) => {
    const resolver = zone('10.0.0.98', '10.0.0.12');
    const bob = await world.agent('bob', '10.0.0.2', { protocol: 'TCP', resolver });
    const gone = await world.peer('10.0.0.9', 'TCP');
    const other = await world.peer('10.0.0.12', 'TCP');
    const invite = request(
      { host: 'example.com', port: 5060 },
      { via: 'SIP/2.0/TCP example.com;branch=z9hG4bK-5', uri: 'sip:bob@10.0.0.2' },
    );
    gone.send(invite, { host: '10.0.0.2', port: 5060 });
    const call = await bob.nextCall();
    await world.during(gone.close());
    await world.elapse(20);
    call.reject(486);
    expect(row(await world.during(other.expect('SIP/2.0 486')), 'CSeq')).toBe('1 INVITE');
  }));

describe('A connection whose end is not heard of yet', () => {
  for (const protocol of ['TCP', 'TLS', 'WS'] as const) {
    test(`RFC 3261 §18.4: over ${protocol} a request that meets it goes once more, on a new one; in a dialog and outside (A44)`, () =>
      inWorld(async (world) => {
        const peer = await world.peer('10.0.0.9', protocol, 5060);
        const transport = `;transport=${protocol.toLowerCase()}`;
        const alice = await world.agent('alice', '10.0.0.1', { protocol, port: undefined });
        peer.when('INVITE', (invite) =>
          peer.respond(invite, 200, {
            headers: [
              `Contact: <sip:bob@10.0.0.9:5060${transport}>`,
              'Content-Type: application/sdp',
            ],
            body: sdp(),
            toTag: 'peer',
          }),
        );
        peer.when('BYE', (bye) => peer.respond(bye, 200));
        peer.when('OPTIONS', (asked) => peer.respond(asked, 200));
        const drop = (): void => {
          const last = peer.log.at(-1);
          if (last === undefined) throw new Error('Nothing came');
          last.flow.close();
        };
        const call = await world.during(
          alice.ua.call(`sip:bob@10.0.0.9:5060${transport}`).answered,
        );
        await world.elapse(100);
        drop();
        expect(await ask(world, alice, `sip:bob@10.0.0.9:5060${transport}`)).toBe(200);
        drop();
        await world.during(call.hangUp());
        expect(await call.ended).toMatchObject({ by: 'local', cause: 'bye' });
        expect(new Set(peer.log.map(({ flow }) => flow.id)).size).toBe(3);
      }));

    test(`RFC 3261 §18.4: over ${protocol} it is not sent a second time once it was answered, or after a while, and never a third time (A44)`, () =>
      inWorld(async (world) => {
        const peer = await world.peer('10.0.0.9', protocol, 5060);
        const uri = `sip:bob@10.0.0.9:5060;transport=${protocol.toLowerCase()}`;
        const alice = await world.agent('alice', '10.0.0.1', { protocol, port: undefined });
        let late = 0;
        peer.when('OPTIONS', (asked) => peer.respond(asked, 200));
        peer.when('MESSAGE', (asked) => {
          world.clock.after(late, () => asked.flow.close());
        });
        const sent = (): number => peer.log.filter(({ text }) => text.startsWith('MESSAGE')).length;
        const message = (): Promise<unknown> =>
          world.during(alice.ua.message(uri, 'Hello').catch((error: unknown) => error));
        expect(await ask(world, alice, uri)).toBe(200);
        expect(await message()).toMatchObject({ code: 'SIP_TRANSPORT' });
        expect(sent()).toBe(2);
        late = 1_000;
        expect(await ask(world, alice, uri)).toBe(200);
        expect(await message()).toMatchObject({ code: 'SIP_TRANSPORT' });
        expect(sent()).toBe(3);
      }));
  }
});
