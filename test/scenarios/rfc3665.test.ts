// The call flows of RFC 3665, played by our user agents and our proxies: the same messages between the same parties, and a ladder of each.
import { expect, test } from 'vitest';
import { SipError } from '@offhook/sip';
import type { Resolver } from '@offhook/sip';
import { VirtualResolver } from '@offhook/sip/testing';
import type { Zone } from '@offhook/sip/testing';
import { fromCallee, sdp } from '../conformance/texts.ts';
import { World } from '../conformance/world.ts';
import type { AgentOptions } from '../conformance/world.ts';
import { DomainProxy } from './domain-proxy.ts';
import { expectPlayed } from './played.ts';
import type { Party } from './played.ts';

const hosts = {
  A: '192.0.2.101',
  '1': '192.0.2.111',
  '2': '192.0.2.222',
  B: '192.0.2.201',
  /** Where bob goes in §3.7. */
  C: '192.0.2.203',
  /** The redirect server of §3.6. */
  R: '192.0.2.112',
} as const;
/** Bob waits so long before he does anything that the proxies have said 100, which they do after 200 ms, and he has not. */
const think = 197;
const atlanta = 'atlanta.example.com';
const biloxi = 'biloxi.example.com';
const bobUri = `sip:bob@${biloxi}`;
const zone: Zone = {
  a: { [atlanta]: [hosts['1']], [biloxi]: [hosts['2']], 'ss1.example': [hosts['1']], 'ss2.example': [hosts['2']] }, // prettier-ignore
  srv: {
    // §3.4: the first server of the service is silent, the second is not.
    '_sip._udp.service.example': [
      { priority: 1, weight: 0, port: 5060, target: 'ss1.example' },
      { priority: 2, weight: 0, port: 5060, target: 'ss2.example' },
    ],
  },
};

test('RFC 3665 §3.1: a session between two user agents', async () => {
  const world = new World();
  const alice = await world.agent('alice', hosts.A);
  const bob = await world.agent('bob', hosts.B);
  const outgoing = alice.ua.call(`sip:bob@${hosts.B}`);
  const incoming = await bob.nextCall();
  incoming.ring();
  await world.elapse(2_000);
  const answered = await world.during(incoming.accept());
  await world.during(outgoing.answered);
  await world.elapse(5_000);
  await world.during(answered.hangUp());
  await played(world, 'session', [alice, bob], ['AB INVITE', 'BA 180', 'BA 200', 'AB ACK', 'BA BYE', 'AB 200']); // prettier-ignore
});

test('RFC 3665 §3.2: a session through two proxies, the first of which asks who calls', async () => {
  const stage = await twoDomains({ asks: 'first' });
  const { world, alice, bob } = stage;
  const outgoing = alice.ua.call(bobUri);
  const incoming = await bob.nextCall();
  await world.elapse(think);
  incoming.ring();
  await world.elapse(2_000);
  const answered = await world.during(incoming.accept());
  await world.during(outgoing.answered);
  await world.elapse(5_000);
  await world.during(answered.hangUp());
  await played(world, 'two-proxies', stage.all, [
    ...['A1 INVITE', '1A 407', 'A1 ACK'],
    ...['A1 INVITE', '12 INVITE', '2B INVITE', '1A 100', '21 100'],
    ...['B2 180', '21 180', '1A 180', 'B2 200', '21 200', '1A 200', 'A1 ACK', '12 ACK', '2B ACK'],
    ...['B2 BYE', '21 BYE', '1A BYE', 'A1 200', '12 200', '2B 200'],
  ]);
});

test('RFC 3665 §3.3: a session through two proxies that both ask who calls', async () => {
  const stage = await twoDomains({ asks: 'both' });
  const { world, alice, bob } = stage;
  const outgoing = alice.ua.call(bobUri);
  const incoming = await bob.nextCall();
  await world.elapse(think);
  const answered = await world.during(incoming.accept());
  await world.during(outgoing.answered);
  await world.elapse(5_000);
  await world.during(answered.hangUp());
  await played(world, 'two-proxies-that-ask', stage.all, [
    ...['A1 INVITE', '1A 407', 'A1 ACK'],
    ...['A1 INVITE', '12 INVITE', '21 407', '12 ACK', '1A 407', 'A1 ACK'],
    ...['A1 INVITE', '12 INVITE', '2B INVITE', '1A 100', '21 100'],
    ...['B2 200', '21 200', '1A 200', 'A1 ACK', '12 ACK', '2B ACK'],
    // The RFC stops here; the call is hung up as in §3.2.
    ...['B2 BYE', '21 BYE', '1A BYE', 'A1 200', '12 200', '2B 200'],
  ]);
});

test('RFC 3665 §3.4: a session after the first of two servers stayed silent', async () => {
  const world = new World({ icmp: false });
  const proxy = await DomainProxy.start(world, {
    ...{ name: 'proxy 2', host: hosts['2'], domain: biloxi, zone, seed: 2002 },
    asks: { alice: 'secret' },
    users: { bob: `sip:bob@${hosts.B}` },
  });
  const alice = await world.agent('alice', hosts.A, {
    ...member(world, 'alice', atlanta),
    server: 'sip:service.example;transport=udp',
  });
  const bob = await world.agent('bob', hosts.B, member(world, 'bob', biloxi));
  const outgoing = alice.ua.call(bobUri);
  const incoming = await bob.nextCall();
  await world.elapse(think);
  incoming.ring();
  await world.elapse(2_000);
  const answered = await world.during(incoming.accept());
  await world.during(outgoing.answered);
  await world.elapse(5_000);
  await world.during(answered.hangUp());
  await played(
    world,
    'proxy-failure',
    [alice, proxy, bob],
    [
      ...Array.from({ length: 7 }, () => 'A1 INVITE'),
      ...['A2 INVITE', '2A 407', 'A2 ACK'],
      ...['A2 INVITE', '2B INVITE', '2A 100', 'B2 180', '2A 180'],
      ...['B2 200', '2A 200', 'A2 ACK', '2B ACK', 'B2 BYE', '2A BYE', 'A2 200', '2B 200'],
    ],
  );
});

test('RFC 3665 §3.6: a session by way of a redirect server and a proxy, its offer in the 200 and its answer in the ACK', async () => {
  const world = new World();
  const chicago = 'chicago.example.com';
  const names: Zone = { a: { [biloxi]: [hosts.R], [chicago]: [hosts['2']] } };
  const redirect = await world.peer(hosts.R);
  redirect.when('INVITE', (invite) =>
    redirect.respond(invite, 302, {
      reason: 'Moved Temporarily',
      headers: [`Contact: <sip:bob@${chicago}>`],
    }),
  );
  redirect.when('ACK', () => undefined);
  const proxy = await DomainProxy.start(world, {
    ...{ name: 'proxy 3', host: hosts['2'], domain: chicago, zone: names, seed: 2003 },
    users: { bob: `sip:bob@${hosts.B}` },
  });
  const alice = await world.agent('alice', hosts.A, {
    ...member(world, 'alice', atlanta),
    resolver: new VirtualResolver(world.clock, names),
  });
  const bob = await world.agent('bob', hosts.B, member(world, 'bob', chicago));
  const outgoing = alice.ua.call(bobUri, { offerless: true });
  const incoming = await bob.nextCall();
  await world.elapse(think);
  incoming.ring();
  await world.elapse(2_000);
  const answered = world.during(incoming.accept());
  await world.during(outgoing.answered);
  await world.elapse(5_000);
  await world.during((await answered).hangUp());
  await played(world, 'redirect', [alice, proxy, bob], [
    ...['AR INVITE', 'RA 302', 'AR ACK'],
    ...['A2 INVITE', '2B INVITE', '2A 100', 'B2 180', '2A 180', 'B2 200', '2A 200'],
    ...['A2 ACK', '2B ACK', 'B2 BYE', '2A BYE', 'A2 200', '2B 200'],
  ]); // prettier-ignore
});

test('RFC 3665 §3.7: a session whose callee moves to another address', async () => {
  const world = new World();
  const proxy = await DomainProxy.start(world, {
    ...{ name: 'proxy 2', host: hosts['2'], domain: biloxi, zone, seed: 2002 },
    users: { bob: `sip:bob@${hosts.B}` },
  });
  const alice = await world.agent('alice', hosts.A, member(world, 'alice', atlanta));
  const bob = await world.peer(hosts.B);
  const moved = await world.peer(hosts.C);
  const outgoing = alice.ua.call(bobUri);
  const invite = await world.during(bob.expect('INVITE'));
  await world.elapse(think);
  const body = (address: string, version: number): string => sdp({ address, version });
  const routes = (/^Record-Route: .*$/gm.exec(invite.text) ?? []).map((row) => row.trim());
  const answer = { toTag: 'b', headers: [`Contact: <sip:bob@${hosts.B}>`, ...routes] };
  bob.respond(invite, 180, { reason: 'Ringing', ...answer });
  await world.elapse(2_000);
  bob.respond(invite, 200, {
    reason: 'OK',
    toTag: 'b',
    headers: [...answer.headers, 'Content-Type: application/sdp'],
    body: body(hosts.B, 1),
  });
  const call = await world.during(outgoing.answered);
  await world.during(bob.expect('ACK'));
  await world.elapse(3_000);
  // In the RFC bob now speaks to alice directly; a proxy that stays in the dialog, as ours does, stays in its path.
  const headers = routes.map((row) => row.replace('Record-Route', 'Route'));
  const say = (method: string, text: Parameters<typeof fromCallee>[2] = {}): void => {
    const inDialog = { tag: 'b', method, contact: `<sip:bob@${hosts.C}>`, headers, ...text };
    moved.send(fromCallee(moved.address, invite, inDialog), { host: hosts['2'], port: 5060 });
  };
  say('INVITE', { body: body(hosts.C, 2) });
  await world.during(moved.expect('SIP/2.0 200'));
  say('ACK');
  await world.elapse(3_000);
  moved.when('BYE', (bye) => moved.respond(bye, 200, { reason: 'OK' }));
  await world.during(call.hangUp());
  await played(
    world,
    'callee-moves',
    [alice, proxy],
    [
      ...[
        'A2 INVITE',
        '2B INVITE',
        '2A 100',
        'B2 180',
        '2A 180',
        'B2 200',
        '2A 200',
        'A2 ACK',
        '2B ACK',
      ],
      ...['C2 INVITE', '2A INVITE', 'A2 200', '2C 200', 'C2 ACK', '2A ACK'],
      ...['A2 BYE', '2C BYE', 'C2 200', '2A 200'],
    ],
  );
});

test('RFC 3665 §3.8: alice gives up while bob rings', async () => {
  const stage = await twoDomains({});
  const { world, alice, bob } = stage;
  const outgoing = alice.ua.call(bobUri);
  const incoming = await bob.nextCall();
  await world.elapse(think);
  incoming.ring();
  await world.elapse(5_000);
  outgoing.cancel();
  await expect(world.during(outgoing.answered)).rejects.toThrow(SipError);
  await played(world, 'no-answer', stage.all, [
    ...['A1 INVITE', '12 INVITE', '2B INVITE', '1A 100', '21 100', 'B2 180', '21 180', '1A 180'],
    ...['A1 CANCEL', '1A 200', '12 CANCEL', '21 200', '2B CANCEL', 'B2 200', 'B2 487'],
    ...['2B ACK', '21 487', '12 ACK', '1A 487', 'A1 ACK'],
  ]);
});

test('RFC 3665 §3.9: bob is busy', async () => {
  const stage = await twoDomains({});
  const { world, alice, bob } = stage;
  const outgoing = alice.ua.call(bobUri);
  const incoming = await bob.nextCall();
  await world.elapse(think);
  incoming.reject(486);
  await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
  await played(world, 'busy', stage.all, [
    ...['A1 INVITE', '12 INVITE', '2B INVITE', '1A 100', '21 100'],
    ...['B2 486', '2B ACK', '21 486', '12 ACK', '1A 486', 'A1 ACK'],
  ]);
});

test('RFC 3665 §3.10: bob does not answer at all; the timeout is a 408 (RFC 3261 §16.7)', async () => {
  const stage = await twoDomains({ bob: 'absent' });
  const { world, alice } = stage;
  const outgoing = alice.ua.call(bobUri);
  await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 408 });
  await played(world, 'no-response', stage.all, [
    ...['A1 INVITE', '12 INVITE', '2B INVITE', '1A 100', '21 100'],
    ...Array.from({ length: 6 }, () => '2B INVITE'),
    ...['21 408', '12 ACK', '1A 408', 'A1 ACK'],
  ]);
});

test('RFC 3665 §3.11: bob rings, and is then not available', async () => {
  const stage = await twoDomains({});
  const { world, alice, bob } = stage;
  const outgoing = alice.ua.call(bobUri);
  const incoming = await bob.nextCall();
  await world.elapse(think);
  incoming.ring();
  await world.elapse(2_000);
  incoming.reject(480);
  await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 480 });
  await played(world, 'unavailable', stage.all, [
    ...['A1 INVITE', '12 INVITE', '2B INVITE', '1A 100', '21 100', 'B2 180', '21 180', '1A 180'],
    ...['B2 480', '2B ACK', '21 480', '12 ACK', '1A 480', 'A1 ACK'],
  ]);
});

/** Alice behind proxy 1, bob behind proxy 2. */
async function twoDomains({
  asks,
  bob: presence,
}: {
  readonly asks?: 'first' | 'both';
  readonly bob?: 'absent';
}) {
  const world = new World({ icmp: false });
  const first = await DomainProxy.start(world, {
    ...{ name: 'proxy 1', host: hosts['1'], domain: atlanta, zone, seed: 2001 },
    asks: asks === undefined ? undefined : { alice: 'secret' },
  });
  const second = await DomainProxy.start(world, {
    ...{ name: 'proxy 2', host: hosts['2'], domain: biloxi, zone, seed: 2002 },
    asks: asks === 'both' ? { alice: 'secret' } : undefined,
    users: { bob: `sip:bob@${hosts.B}` },
  });
  const alice = await world.agent('alice', hosts.A, {
    ...member(world, 'alice', atlanta),
    server: `sip:${hosts['1']}`,
  });
  const bob = await world.agent(
    'bob',
    presence === 'absent' ? '192.0.2.250' : hosts.B,
    member(world, 'bob', biloxi),
  );
  return { world, alice, bob, all: [alice, first, second, bob] as const };
}

function member(world: World, name: string, domain: string): AgentOptions {
  const resolver: Resolver = new VirtualResolver(world.clock, zone);
  return { account: { aor: `sip:${name}@${domain}`, password: 'secret' }, resolver };
}

/** Holds what was sent against the RFC's list, and the ladder against its file. */
function played(
  world: World,
  name: string,
  parties: readonly Party[],
  messages: readonly string[],
): Promise<void> {
  return expectPlayed(world, { file: `rfc3665/${name}`, parties, hosts, messages });
}
