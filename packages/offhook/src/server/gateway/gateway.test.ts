// Calls between browsers and desk phones through the gateway, on virtual time, with a bridge of text.
import { expect, test } from 'vitest';
import type { SipError } from '@offhook/sip';
import { formatSdp } from '@offhook/sip/sdp';
import { headerRows } from '@offhook/sip/testing';
import { GatewayWorld, nothingLeft, server, uriOf } from './gateway.test-kit.ts';

const bob = `sip:bob@${server.host}`;

async function two(): Promise<{
  readonly world: GatewayWorld;
  readonly browser: Awaited<ReturnType<GatewayWorld['browser']>>;
  readonly phone: Awaited<ReturnType<GatewayWorld['phone']>>;
}> {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20');
  return { world, browser, phone };
}

test('a browser calls a desk phone: two dialogs, each with its own description, and BYE from the caller ends both', async () => {
  const { world, browser, phone } = await two();
  const [call, answered] = await world.talk(browser, phone, 'bob');
  expect(world.gateway.calls).toBe(1);
  expect(call.dialog.id.callId).not.toBe(answered.dialog.id.callId);
  expect(answered.remote?.uri).toMatchObject({ user: 'alice' });
  const [bridge] = world.engine.bridges;
  expect(bridge?.log).toEqual([
    'add caller webrtc',
    'add callee-1 rtp',
    'offer caller>callee-1',
    'answer callee-1>caller',
  ]);
  const ended = call.hangUp([['Reason', 'SIP;cause=200;text="Bye"']]);
  await world.pass();
  await ended;
  expect(await answered.ended).toMatchObject({ by: 'remote', cause: 'bye', reason: 'Bye' });
  expect(await world.end()).toEqual(nothingLeft);
});

test('BYE from the callee ends both legs', async () => {
  const { world, browser, phone } = await two();
  const [call, answered] = await world.talk(browser, phone, 'bob');
  const ended = answered.hangUp();
  await world.pass();
  await ended;
  expect(await call.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(await world.end()).toEqual(nothingLeft);
});

test('a party of which nothing is heard any more is gone: the call is ended on both legs (X27)', async () => {
  const { world, browser, phone } = await two();
  const [call, answered] = await world.talk(browser, phone, 'bob');
  world.engine.bridges[0]?.tell('silent', { party: 'callee-1' });
  await world.pass();
  expect(await call.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(await answered.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(await world.end()).toEqual(nothingLeft);
});

test('a desk phone calls a browser on its WebSocket, which is offered ICE and a fingerprint', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('bob', '192.0.2.10');
  const phone = await world.phone('alice', '192.0.2.20');
  const [call, answered] = await world.talk(phone, browser, 'bob');
  const [offer] = browser.media[0]?.heard ?? [];
  expect(offer && formatSdp(offer)).toMatch(/UDP\/TLS\/RTP\/SAVPF[\s\S]*a=fingerprint/);
  expect(call.media.agreement?.remote).toBeDefined();
  const ended = answered.hangUp();
  await world.pass();
  await ended;
  await call.ended;
  expect(await world.end()).toEqual(nothingLeft);
});

test('a caller that gives up takes the callee’s INVITE back, with its reason', async () => {
  const { world, browser, phone } = await two();
  const giveUp = new AbortController();
  const outgoing = browser.ua.call(bob, { signal: giveUp.signal });
  outgoing.answered.catch(() => undefined);
  const ringing = phone.ringing();
  await world.pass();
  const incoming = await ringing;
  incoming.ring();
  await world.pass();
  giveUp.abort();
  await world.pass();
  expect(await incoming.ended).toMatchObject({ by: 'remote', cause: 'cancel' });
  await expect(outgoing.answered).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
  expect(await world.end()).toEqual(nothingLeft);
});

test.each([
  [486, 'Busy Here', 486],
  [603, 'Not today', 603],
  [488, 'Not Acceptable Here', 488],
  [480, 'Temporarily Unavailable', 480],
  [503, 'Service Unavailable', 500],
])('a callee that refuses with %i %s is told to the caller as %i', async (status, reason, told) => {
  const { world, browser, phone } = await two();
  const outgoing = browser.ua.call(bob);
  const failure = outgoing.answered.then(
    () => undefined,
    (error: unknown) => error as SipError,
  );
  const ringing = phone.ringing();
  await world.pass();
  (await ringing).reject(status, { reason, headers: [['Warning', '399 x "because"']] });
  await world.pass();
  const error = await failure;
  expect(error?.status).toBe(told);
  if (told === status) {
    expect(error?.response?.reason).toBe(reason);
    expect(error?.response?.rows('Warning')).toEqual(['399 x "because"']);
  }
  expect(await world.end()).toEqual(nothingLeft);
});

test('nobody answers: after three minutes the callee’s INVITE is taken back and the caller gets 480', async () => {
  const world = await GatewayWorld.start();
  const patient = { ringMilliseconds: 600_000 };
  const browser = await world.browser('alice', '192.0.2.10', patient);
  const phone = await world.phone('bob', '192.0.2.20', patient);
  const outgoing = browser.ua.call(bob, {});
  const failure = outgoing.answered.catch((error: unknown) => error as SipError);
  const ringing = phone.ringing();
  await world.pass();
  const incoming = await ringing;
  incoming.ring();
  await world.pass(181_000);
  expect(await incoming.ended).toMatchObject({ cause: 'cancel' });
  expect(await failure).toMatchObject({ status: 480 });
  expect(await world.end()).toEqual(nothingLeft);
});

test('a callee that cannot be reached is told as 480', async () => {
  const { world, browser } = await two();
  world.targets.set('bob', [{ uri: uriOf('sip:bob@192.0.2.99') }]);
  const outgoing = browser.ua.call(bob);
  const failure = outgoing.answered.catch((error: unknown) => error as SipError);
  await world.pass(33_000);
  expect(await failure).toMatchObject({ status: 480 });
  expect(await world.end()).toEqual(nothingLeft);
});

test('the caller hears 180 once, early media with its one answer, and the same in the 200', async () => {
  const { world, browser, phone } = await two();
  const outgoing = browser.ua.call(bob);
  const seen: string[] = [];
  const watching = (async () => {
    for await (const { status, media } of outgoing.progress) seen.push(`${status} ${media}`);
  })();
  const ringing = phone.ringing();
  await world.pass();
  const incoming = await ringing;
  incoming.ring();
  await world.pass();
  const preview = incoming.earlyMedia();
  await world.pass();
  await preview;
  await world.pass();
  const accepted = incoming.accept();
  await world.pass();
  await Promise.all([accepted, outgoing.answered]);
  await watching;
  expect(seen).toEqual(['180 false', '183 true']);
  const [bridge] = world.engine.bridges;
  expect(bridge?.log.filter((line) => line.startsWith('answer'))).toEqual([
    'answer callee-1>caller',
  ]);
  const closing = world.gateway.close();
  await world.pass();
  await closing;
  expect(await world.end()).toEqual(nothingLeft);
});

test('of several phones the first to answer has the call; the others hear who has it, and the caller of no fork', async () => {
  const { world, browser, phone } = await two();
  const other = await world.phone('second', '192.0.2.21');
  const third = await world.browser('third', '192.0.2.22');
  for (const name of ['second', 'third'])
    for (const target of world.targets.get(name) ?? []) world.target('bob', target);
  const outgoing = browser.ua.call(bob);
  const rings = [phone.ringing(), other.ringing(), third.ringing()] as const;
  await world.pass();
  const [first, second, last] = await Promise.all(rings);
  first.ring();
  second.ring();
  last.ring();
  await world.pass();
  const preview = first.earlyMedia();
  await world.pass();
  await preview;
  const accepted = second.accept();
  await world.pass();
  const [call] = await Promise.all([outgoing.answered, accepted]);
  expect(await first.ended).toMatchObject({ cause: 'cancel', reason: 'Call completed elsewhere' });
  expect(await last.ended).toMatchObject({ cause: 'cancel', reason: 'Call completed elsewhere' });
  const [bridge] = world.engine.bridges;
  expect(bridge?.log).toEqual([
    'add caller webrtc',
    'add callee-1 rtp',
    'add callee-2 rtp',
    'add callee-3 webrtc',
    'offer caller>callee-1',
    'offer caller>callee-2',
    'offer caller>callee-3',
    'answer callee-1>caller',
    'answer callee-2>caller',
    'remove callee-1',
    'remove callee-3',
  ]);
  const ended = call.hangUp();
  await world.pass();
  await ended;
  expect(await world.end()).toEqual(nothingLeft);
});

test('a 6xx of one phone ends the ringing of all (RFC 3261 §16.7)', async () => {
  const { world, browser, phone } = await two();
  const other = await world.phone('second', '192.0.2.21');
  for (const target of world.targets.get('second') ?? []) world.target('bob', target);
  const outgoing = browser.ua.call(bob);
  const failure = outgoing.answered.catch((error: unknown) => error as SipError);
  const rings = [phone.ringing(), other.ringing()] as const;
  await world.pass();
  const [first, second] = await Promise.all(rings);
  second.ring();
  first.reject(600);
  await world.pass();
  expect(await second.ended).toMatchObject({ cause: 'cancel' });
  expect(await failure).toMatchObject({ status: 600 });
  expect(await world.end()).toEqual(nothingLeft);
});

test('contacts of lower preference ring when the others have refused, and a 3xx is followed within', async () => {
  const { world, browser, phone } = await two();
  const other = await world.phone('second', '192.0.2.21');
  const last = await world.phone('last', '192.0.2.23');
  for (const target of world.targets.get('second') ?? [])
    world.target('bob', { ...target, q: 0.5 });
  const outgoing = browser.ua.call(bob);
  const ringing = phone.ringing();
  await world.pass();
  (await ringing).reject(486);
  const next = other.ringing();
  await world.pass();
  (await next).redirect(`sip:last@${server.host}`);
  const finallyRings = last.ringing();
  await world.pass();
  const accepted = (await finallyRings).accept();
  await world.pass();
  const [call] = await Promise.all([outgoing.answered, accepted]);
  const ended = call.hangUp();
  await world.pass();
  await ended;
  expect(await world.end()).toEqual(nothingLeft);
});

test('what the INVITE says besides goes on, what belongs to one leg does not, and a hop is counted', async () => {
  const { world, browser } = await two();
  const peer = await world.peer('bob2', '192.0.2.30');
  browser.ua
    .call(`sip:bob2@${server.host}`, {
      headers: [
        ['Subject', 'Lunch'],
        ['X-Order', '17'],
      ],
    })
    .answered.catch(() => undefined);
  await world.pass();
  const invite = peer.take('INVITE').text;
  expect(headerRows(invite, 'Subject')).toEqual(['Lunch']);
  expect(headerRows(invite, 'X-Order')).toEqual(['17']);
  expect(headerRows(invite, 'Max-Forwards')).toEqual(['69']);
  expect(headerRows(invite, 'Via')).toHaveLength(1);
  expect(headerRows(invite, 'Contact')).toEqual(['<sip:192.0.2.1:5060>']);
});

test('the two parties have no media in common: 488 for the caller, and the callee is hung up', async () => {
  const { world, browser, phone } = await two();
  const outgoing = browser.ua.call(bob);
  const failure = outgoing.answered.catch((error: unknown) => error as SipError);
  const ringing = phone.ringing();
  await world.pass();
  const [bridge] = world.engine.bridges;
  if (bridge !== undefined) bridge.refuses = (what) => what.startsWith('answer');
  const accepted = (await ringing).accept().then(
    (call) => call.ended,
    () => undefined,
  );
  await world.pass();
  expect(await failure).toMatchObject({ status: 488 });
  await accepted;
  expect(await world.end()).toEqual(nothingLeft);
});
