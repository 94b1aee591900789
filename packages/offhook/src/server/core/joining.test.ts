// Which calls the core gives to the gateway, and which to the proxy.
import { expect, test } from 'vitest';
import { formatUri, isSipUri, parseUri } from '@offhook/sip/message';
import type { Uri } from '@offhook/sip/message';
import { headerRows } from '@offhook/sip/testing';
import { Gateway } from '../gateway/gateway.ts';
import type { MediaPolicy } from '../gateway/media-policy.ts';
import { asBrowser, ScriptedEngine } from '../gateway/scripted-bridge.test-kit.ts';
import { addressOf } from './callee.ts';
import { CoreWorld } from './core.test-kit.ts';
import { server } from './phone.test-kit.ts';
import type { Phone, Wish } from './phone.test-kit.ts';

async function joining(mediaPolicy?: MediaPolicy): Promise<CoreWorld> {
  const world = await CoreWorld.start();
  world.gateway = new Gateway({
    endpoint: world.endpoint,
    engine: new ScriptedEngine(),
    mayReach: () => true,
    addressOf: (uri) => uri,
    mediaPolicy,
  });
  return world;
}

function sdp(host: string): string {
  return `v=0\no=- 1 1 IN IP4 ${host}\ns=-\nc=IN IP4 ${host}\nt=0 0\nm=audio 4000 RTP/AVP 0\n`;
}

function described(host: string, own: string): Wish {
  return {
    headers: [`Contact: <sip:phone@${own}>`, 'Content-Type: application/sdp'],
    body: sdp(host),
  };
}

/** alice, who called from `host`, and how her INVITE reached bob: by the gateway, or by the proxy. */
async function calls(world: CoreWorld, alice: Phone, bob: Phone, wish: Wish): Promise<string> {
  bob.answers(486);
  await alice.proved('INVITE', { user: 'alice' }, wish);
  const invite = bob.scripted.log.find(({ text }) => text.startsWith('INVITE'))?.text ?? '';
  await world.pass(1_000);
  return headerRows(invite, 'Record-Route').length === 0 ? 'gateway' : 'proxy';
}

test('desk phones alike call each other by the proxy, and send their media directly', async () => {
  const world = await joining();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  const wish = described('192.0.2.10', '192.0.2.10');
  expect(await calls(world, alice, bob, wish)).toBe('proxy');
});

test('a browser calls a desk phone by the gateway', async () => {
  const world = await joining();
  const alice = await world.peer('192.0.2.10', 'WS');
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  const body = asBrowser(sdp('192.0.2.10').replaceAll('\n', '\r\n')).replaceAll('\r\n', '\n');
  const wish = { ...described('192.0.2.10', 'a.invalid;transport=ws'), body };
  expect(await calls(world, alice, bob, wish)).toBe('gateway');
});

test.each<[string, string, string, MediaPolicy | undefined, string]>([
  ['a private address in its SDP', '10.0.0.5', 'sip:bob@192.0.2.20', undefined, 'gateway'],
  ['a private address in its SDP', '10.0.0.5', 'sip:bob@192.0.2.20', 'direct', 'proxy'],
  ['another public address in its SDP', '198.51.100.7', 'sip:bob@192.0.2.20', undefined, 'proxy'],
  ['nothing of it', '192.0.2.10', 'sip:bob@192.0.2.20', 'anchor', 'gateway'],
  ['a callee whose contact is private', '192.0.2.10', 'sip:bob@10.0.0.9', undefined, 'gateway'],
])(
  'a desk phone with %s (%s, contact %s) under policy %s is called by the %s',
  async (_what, media, contact, policy, by) => {
    const world = await joining(policy);
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20');
    await bob.register('bob', contact);
    expect(await calls(world, alice, bob, described(media, '192.0.2.10'))).toBe(by);
  },
);

test('a phone whose Via shows a NAT is anchored', async () => {
  const world = await joining();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  const text = alice.send('INVITE', { ...described('192.0.2.10', '192.0.2.10'), callId: 'nat' });
  await world.pass();
  const challenge = alice.scripted.take('SIP/2.0 407');
  alice.acknowledge(challenge, { callId: 'nat' });
  expect(text).toMatch(/Via: SIP\/2\.0\/UDP 192\.0\.2\.10/);
  bob.answers(486);
  alice.viaHost = '10.0.0.5';
  await alice.answer(
    challenge,
    'INVITE',
    { user: 'alice' },
    {
      ...described('192.0.2.10', '192.0.2.10'),
      callId: 'nat',
    },
  );
  const invite = bob.scripted.log.find(({ text: one }) => one.startsWith('INVITE'))?.text ?? '';
  expect(headerRows(invite, 'Record-Route')).toEqual([]);
  expect(headerRows(invite, 'Contact')).toEqual([`<sip:${server.host}:5060>`]);
});

test('a contact of ours becomes its user’s address, which leads there from anywhere, with what it asks for besides', async () => {
  const world = await joining();
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  const said = (text: string): string => {
    const parsed = parseUri(text);
    if (!parsed.ok) throw new Error(parsed.error.text);
    const isOurs = (uri: Uri): boolean => isSipUri(uri) && uri.host === 'example.com';
    return formatUri(addressOf(parsed.value, { location: world.location, isOurs, port: 5062 }));
  };
  expect(said('sip:bob@192.0.2.20?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc')).toBe(
    'sip:bob@example.com?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc',
  );
  expect(said('sip:bob@192.0.2.20:5070')).toBe('sip:bob@192.0.2.20:5070');
  expect(said('sip:carol@example.com')).toBe('sip:carol@example.com');
  expect(said('tel:+4930123')).toBe('tel:+4930123');
  // A desk phone has no WebSocket on which it could ask for a dialog that a browser named.
  expect(said('sip:example.com:8080;transport=ws?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc')).toBe(
    'sip:example.com:5062?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc',
  );
});

test('RFC 3261 §12.2.2: after a crash the BYE of an old bridged dialog is answered with 481 at once (X01)', async () => {
  const world = await joining();
  const alice = await world.peer('192.0.2.10');
  alice.send('BYE', {
    uri: `sip:${server.host}`,
    from: '<sip:alice@example.com>;tag=a1',
    to: '<sip:bob@example.com>;tag=of-before',
    callId: 'of-before',
    cseq: 7,
  });
  await world.pass();
  expect(alice.statuses).toEqual([481]);
});
