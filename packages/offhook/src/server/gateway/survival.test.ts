// Calls that outlive a party's connection, or the page that it was on (RFC 5626 §5.3, RFC 3891 §3).
import { expect, test } from 'vitest';
import type { Call } from '@offhook/sip';
import type { Negotiator } from '@offhook/sip/sdp';
import type { HeaderInit } from '@offhook/sip/message';
import { GatewayWorld, nothingLeft, server } from './gateway.test-kit.ts';
import type { Party, WebMedia } from './gateway.test-kit.ts';

const page = '192.0.2.10';

async function talking(options: { readonly caller: 'browser' | 'phone' }): Promise<{
  readonly world: GatewayWorld;
  readonly browser: Party<WebMedia>;
  readonly call: Call<WebMedia>;
  readonly other: Call<Negotiator>;
}> {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', page, { outbound: {} });
  const phone = await world.phone('bob', '192.0.2.20');
  if (options.caller === 'browser') {
    const [call, other] = await world.talk(browser, phone, 'bob');
    return { world, browser, call, other };
  }
  const [other, call] = await world.talk(phone, browser, 'alice');
  return { world, browser, call, other };
}

test.each(['browser', 'phone'] as const)(
  'the WebSocket of a page in a call drops, the call was made by the %s: once it is back the call can be held and ended (X09)',
  async (caller) => {
    const { world, call, other } = await talking({ caller });
    world.network.cut(page);
    await world.pass(5_000);
    expect(world.gateway.calls).toBe(1);
    const held = other.hold();
    await world.pass(1_000);
    await held;
    expect(call.streams).toMatchObject([{ direction: 'recvonly' }]);
    world.network.cut(page);
    await world.pass(5_000);
    const ended = call.hangUp();
    await world.pass(1_000);
    expect(await ended).toMatchObject({ by: 'local', cause: 'bye' });
    expect(await other.ended).toMatchObject({ by: 'remote', cause: 'bye' });
    expect(await world.end()).toEqual(nothingLeft);
  },
);

test('a page that never comes back is missed for a minute, then the call is ended (X09)', async () => {
  const { world, other } = await talking({ caller: 'browser' });
  world.network.separate(page, server.host);
  world.network.cut(page);
  await world.pass(59_000);
  expect(other.dialog.state).toBe('Confirmed');
  await world.pass(2_000);
  expect(await other.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  await world.pass(40_000);
  expect(world.gateway.calls).toBe(0);
});

test('a caller whose WebSocket drops while it rings can hear no answer: the callee is called off', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', page);
  const phone = await world.phone('bob', '192.0.2.20');
  browser.ua.call(`sip:bob@${server.host}`).answered.catch(() => undefined);
  const ringing = phone.ringing();
  await world.pass();
  const incoming = await ringing;
  incoming.ring();
  await world.pass();
  world.network.cut(page);
  await world.pass(1_000);
  expect(await incoming.ended).toMatchObject({ cause: 'cancel' });
  expect(await world.end()).toEqual(nothingLeft);
});

test.each(['browser', 'phone'] as const)(
  'a page that was loaded anew takes its place in the call by Replaces; the call was made by the %s (S2)',
  async (caller) => {
    const { world, call, other } = await talking({ caller });
    const again = await world.browser('alice', '192.0.2.11');
    const outgoing = again.ua.call(`sip:bob@${server.host}`, { headers: [replacing(call)] });
    await world.pass(1_000);
    const taken = await outgoing.answered;
    await world.pass(1_000);
    expect(await call.ended).toMatchObject({ by: 'remote', cause: 'bye' });
    expect(other.dialog.state).toBe('Confirmed');
    expect(world.gateway.calls).toBe(1);
    const held = taken.hold();
    await world.pass(1_000);
    await held;
    expect(other.streams).toMatchObject([{ direction: 'recvonly' }]);
    const ended = other.hangUp();
    await world.pass(1_000);
    await ended;
    expect(await taken.ended).toMatchObject({ by: 'remote', cause: 'bye' });
    expect(world.engine.size).toBe(0);
    expect(await world.end()).toEqual(nothingLeft);
  },
);

test('nobody else takes a party’s place, though he knows its dialog', async () => {
  const { world, call } = await talking({ caller: 'browser' });
  const mallory = await world.browser('mallory', '192.0.2.66');
  const outgoing = mallory.ua.call(`sip:bob@${server.host}`, { headers: [replacing(call)] });
  const refused = outgoing.answered.catch((error: unknown) => error);
  await world.pass(1_000);
  expect(await refused).toMatchObject({ status: 403 });
  expect(call.dialog.state).toBe('Confirmed');
});

test('a page that takes its place with media that cannot be joined leaves the call as it was', async () => {
  const { world, call, other } = await talking({ caller: 'browser' });
  const again = await world.browser('alice', '192.0.2.11');
  const [bridge] = world.engine.bridges;
  if (bridge !== undefined) bridge.refuses = (what) => what === 'answer callee-1>taker-1';
  const outgoing = again.ua.call(`sip:bob@${server.host}`, { headers: [replacing(call)] });
  const refused = outgoing.answered.catch((error: unknown) => error);
  await world.pass(1_000);
  expect(await refused).toMatchObject({ status: 488 });
  expect(call.dialog.state).toBe('Confirmed');
  expect(other.dialog.state).toBe('Confirmed');
  const ended = call.hangUp();
  await world.pass(1_000);
  await ended;
  await other.ended;
  expect(await world.end()).toEqual(nothingLeft);
});

test('the server is killed in mid-call: the page comes back with new media, the desk phone is told, and the call can be ended (X01, X02)', async () => {
  const { world, call, other } = await talking({ caller: 'browser' });
  const [written] = [...world.calls.rows.values()];
  expect(written?.length).toBeLessThan(2_000);
  const agreements: string[] = [];
  other.onAgreement(() => agreements.push('agreed'));
  await world.crash();
  expect(world.gateway.calls).toBe(1);
  await world.pass(10_000);
  call.media.ufrag = 'second';
  const again = call.renegotiate();
  await world.pass(2_000);
  await again;
  expect(agreements).toEqual(['agreed']);
  expect(other.streams).toMatchObject([{ codec: 'PCMU', direction: 'sendrecv' }]);
  await world.pass(120_000);
  expect(world.gateway.calls).toBe(1);
  const held = other.hold();
  await world.pass(2_000);
  await held;
  expect(call.streams).toMatchObject([{ direction: 'recvonly' }]);
  const ended = call.hangUp();
  await world.pass(2_000);
  await ended;
  expect(await other.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(world.calls.rows.size).toBe(0);
  expect(await world.end()).toEqual(nothingLeft);
});

test('the server is killed, and the page was loaded anew: it takes its place by Replaces (X02, S2)', async () => {
  const { world, call, other } = await talking({ caller: 'phone' });
  await world.crash();
  world.network.separate(page, server.host);
  const again = await world.browser('alice', '192.0.2.11');
  const outgoing = again.ua.call(`sip:bob@${server.host}`, { headers: [replacing(call)] });
  await world.pass(2_000);
  const taken = await outgoing.answered;
  await world.pass(120_000);
  expect(other.dialog.state).toBe('Confirmed');
  const ended = other.hangUp();
  await world.pass(2_000);
  await ended;
  expect(await taken.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  await world.pass(40_000);
  expect(world.gateway.calls).toBe(0);
});

test('the server is killed: who hangs up then is answered, and the other side hears of it (X01)', async () => {
  const { world, other } = await talking({ caller: 'browser' });
  await world.crash();
  const ended = other.hangUp();
  await world.pass(1_000);
  expect(await ended).toMatchObject({ by: 'local', cause: 'bye' });
  expect(await world.end()).toEqual(nothingLeft);
});

test('the server is killed and nobody comes back: after a minute the call is ended', async () => {
  const { world, other } = await talking({ caller: 'browser' });
  world.network.separate(page, server.host);
  await world.crash();
  await world.pass(61_000);
  expect(await other.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  await world.pass(40_000);
  expect(world.gateway.calls).toBe(0);
  expect(world.calls.rows.size).toBe(0);
});

// What a page keeps of its dialog, seen from the server.
function replacing({ dialog }: Call): HeaderInit {
  const { callId, localTag, remoteTag } = dialog.id;
  return ['Replaces', `${callId};to-tag=${remoteTag};from-tag=${localTag}`];
}
