// What the gateway refuses when there is too much, and that nothing is left when calls are over.
import { expect, test } from 'vitest';
import type { IncomingCall, SipError } from '@offhook/sip';
import { NoMediaLeft } from '@offhook/sip/sdp';
import type { Negotiator } from '@offhook/sip/sdp';
import { GatewayWorld, nothingLeft, server } from './gateway.test-kit.ts';

const bob = `sip:bob@${server.host}`;

test('RFC 3261 §21.5.4: without ports left for media a call gets 503, and a time to try again', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  await world.phone('bob', '192.0.2.20');
  const failure = async (): Promise<SipError> => {
    const failed = browser.ua.call(bob).answered.then(
      () => Promise.reject(new Error('It was answered')),
      (error: unknown) => error as SipError,
    );
    await world.pass(1_000);
    return failed;
  };
  world.engine.trouble = new Error('No thread');
  const first = await failure();
  expect(first.status).toBe(503);
  expect(first.response?.rows('Retry-After')).toEqual(['10']);
  world.engine.failing = new NoMediaLeft('No port is left');
  const second = await failure();
  expect(second.status).toBe(503);
  expect(second.response?.rows('Retry-After')).toEqual(['10']);
  expect(await world.end()).toEqual(nothingLeft);
});

test('a caller has 50 calls at once; one more gets 503 (A33)', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const peer = await world.peer('bob', '192.0.2.20');
  peer.when('INVITE', (invite) => peer.respond(invite, 180));
  const calls = Array.from({ length: 51 }, () => {
    const giveUp = new AbortController();
    const outgoing = browser.ua.call(bob, { signal: giveUp.signal });
    return { giveUp, failed: outgoing.answered.catch((error: unknown) => error as SipError) };
  });
  await world.pass(1_000);
  expect(world.gateway.calls).toBe(50);
  expect(await calls.at(-1)?.failed).toMatchObject({ status: 503 });
  peer.when('CANCEL', (cancel) => peer.respond(cancel, 200));
  for (const { giveUp } of calls) giveUp.abort();
  await world.pass(60_000);
  expect(world.gateway.calls).toBe(0);
});

test('who registered over a WebSocket and takes no WebRTC is asked once more, plainly', async () => {
  const world = await GatewayWorld.start();
  const caller = await world.phone('alice', '192.0.2.20');
  const plain = await world.browser('bob', '192.0.2.10');
  const outgoing = caller.ua.call(bob);
  const ringing = plain.ringing();
  await world.pass();
  (await ringing).reject(488);
  const again = plain.ringing();
  await world.pass();
  (await again).reject(486);
  await world.pass();
  await expect(outgoing.answered).rejects.toMatchObject({ status: 486 });
  expect(world.engine.bridges[0]?.log).toContain('add callee-2 rtp');
  expect(await world.end()).toEqual(nothingLeft);
});

test('hundreds of calls of all kinds leave nothing behind', async () => {
  const world = await GatewayWorld.start();
  const browsers = [
    await world.browser('alice', '192.0.2.10'),
    await world.browser('ann', '192.0.2.11'),
  ] as const;
  const phones = [await world.phone('bob', '192.0.2.20'), await world.phone('ben', '192.0.2.21')];
  const served = [...browsers, ...phones].map(async (party, at) => {
    for (let call = 0; ; call += 1) {
      const incoming = await party.ringing().catch(() => undefined);
      if (incoming === undefined) return;
      incoming.ring();
      const kind = (call + at) % 4;
      if (kind === 0) incoming.reject(486);
      else if (kind < 3) answer(incoming, kind === 1);
    }
  });
  const users = ['bob', 'alice', 'ben', 'ann'];
  for (let at = 0; at < 300; at += 1) {
    const from = at % 2 === 0 ? browsers[(at >> 1) % 2] : phones[(at >> 1) % 2];
    const giveUp = new AbortController();
    const outgoing = from?.ua.call(`sip:${users[at % 4]}@${server.host}`, {
      signal: giveUp.signal,
      offerless: at % 7 === 0,
    });
    outgoing?.answered.catch(() => undefined);
    if (at % 5 === 0) world.clock.after(30, () => giveUp.abort());
    else world.clock.after(400, () => giveUp.abort());
    await world.pass(50);
  }
  await world.pass(1_000);
  expect(world.warnings).toEqual([]);
  expect(await world.end()).toEqual(nothingLeft);
  await Promise.all(served);
});

function answer(incoming: IncomingCall<Negotiator>, hangsUp: boolean): void {
  const answered = incoming.accept();
  answered
    .then(async (call) => void (await (hangsUp ? call.hangUp() : call.hold())))
    .catch(() => undefined);
}
