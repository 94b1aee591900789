// What one party of a bridged call sends the other besides media: transfers, messages, key presses, its name.
import { expect, test } from 'vitest';
import { keyPressInfo } from '@offhook/sip';
import type { Call } from '@offhook/sip';
import type { Negotiator } from '@offhook/sip/sdp';
import { headerRows } from '@offhook/sip/testing';
import { GatewayWorld, nothingLeft, server } from './gateway.test-kit.ts';
import type { Party } from './gateway.test-kit.ts';

const follow = { transfers: 'follow' } as const;
const carol = `sip:carol@${server.host}`;

async function during<T>(world: GatewayWorld, work: Promise<T>, milliseconds = 2_000): Promise<T> {
  work.catch(() => undefined);
  await world.pass(milliseconds);
  return work;
}

async function accepted<Media extends Negotiator>(
  world: GatewayWorld,
  party: Party<Media>,
): Promise<Call<Media>> {
  const ringing = party.ringing();
  await world.pass(1_000);
  return during(world, (await ringing).accept(), 1_000);
}

test.each(['browser', 'phone'] as const)(
  'RFC 5589 §6.1: the %s hands the other party over to a third, and hears how it goes',
  async (who) => {
    const world = await GatewayWorld.start();
    const browser = await world.browser('alice', '192.0.2.10', follow);
    const phone = await world.phone('bob', '192.0.2.20', follow);
    const third = await world.phone('carol', '192.0.2.30');
    const [inBrowser, inPhone] = await world.talk(browser, phone, 'bob');
    const [by, other]: readonly Call<Negotiator>[] =
      who === 'browser' ? [inBrowser, inPhone] : [inPhone, inBrowser];
    if (by === undefined || other === undefined) throw new Error('There is no call');
    const told: number[] = [];
    const transfer = by.transfer(carol, { onProgress: ({ status }) => told.push(status) });
    const call = await accepted(world, third);
    expect(await during(world, transfer)).toMatchObject({ status: 200 });
    expect(await by.ended).toMatchObject({ by: 'local', cause: 'bye' });
    expect(await other.ended).toMatchObject({ by: 'remote', cause: 'bye' });
    expect(told[0]).toBe(100);
    expect(call.remote?.uri).toMatchObject({ user: who === 'browser' ? 'bob' : 'alice' });
    expect(call.dialog.state).toBe('Confirmed');
    await during(world, call.hangUp());
    expect(await world.end()).toEqual(nothingLeft);
  },
);

test('RFC 3515 §2.4.5: a transfer that is refused leaves the call as it was', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20', follow);
  const third = await world.phone('carol', '192.0.2.30');
  const [call, answered] = await world.talk(browser, phone, 'bob');
  const transfer = call.transfer(carol).catch((error: unknown) => error);
  const ringing = third.ringing();
  await world.pass(1_000);
  (await ringing).reject(486);
  await world.pass(1_000);
  expect(await transfer).toMatchObject({ status: 486 });
  expect(answered.dialog.state).toBe('Confirmed');
  const refused = answered.transfer(carol).catch((error: unknown) => error);
  await world.pass(1_000);
  // The browser takes no REFER.
  expect(await refused).toMatchObject({ code: 'SIP_REJECTED' });
  await during(world, call.hangUp());
  expect(await world.end()).toEqual(nothingLeft);
});

test('RFC 5589 §7.3: a browser that talks to two phones joins them: one takes its place in the call with the other', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20', follow);
  const third = await world.phone('carol', '192.0.2.30');
  const [first, inPhone] = await world.talk(browser, phone, 'bob');
  await during(world, first.hold());
  const [second, inThird] = await world.talk(browser, third, 'carol');
  const transferred = await during(world, first.transfer(second), 5_000);
  expect(transferred).toMatchObject({ status: 200 });
  expect(await inPhone.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(await second.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(inThird.dialog.state).toBe('Confirmed');
  expect(world.gateway.calls).toBe(1);
  await during(world, inThird.hangUp());
  expect(await world.end()).toEqual(nothingLeft);
});

test('RFC 3891 §3: an INVITE that replaces a dialog of the callee alone goes on as it is', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const peer = await world.peer('bob', '192.0.2.20');
  const replaced = 'theirs@192.0.2.20;to-tag=a;from-tag=b';
  const headers = [['Replaces', replaced]] as const;
  browser.ua.call(`sip:bob@${server.host}`, { headers }).answered.catch(() => undefined);
  await world.pass();
  const invite = peer.take('INVITE');
  expect(headerRows(invite.text, 'Replaces')).toEqual([replaced]);
  expect(headerRows(invite.text, 'Require')).toEqual(['replaces']);
  peer.respond(invite, 481);
  await world.pass();
  expect(await world.end()).toEqual(nothingLeft);
});

test('a message within the call reaches the other party, and its refusal the one who sent it', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const peer = await world.peer('bob', '192.0.2.20');
  const outgoing = browser.ua.call(`sip:bob@${server.host}`);
  await world.pass();
  const invite = peer.take('INVITE');
  peer.respond(invite, 200, {
    headers: ['Contact: <sip:bob@192.0.2.20>', 'Content-Type: application/sdp'],
    body: 'v=0\r\no=- 1 1 IN IP4 192.0.2.20\r\ns=-\r\nc=IN IP4 192.0.2.20\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
  });
  const call = await during(world, outgoing.answered);
  const informed = call.inform({ type: 'application/media_control+xml', body: '<media_control/>' });
  await world.pass();
  const info = peer.take('INFO');
  expect(info.text).toMatch(
    /Content-Type: application\/media_control\+xml[\s\S]*<media_control\/>$/,
  );
  peer.respond(info, 200);
  await during(world, informed);
  peer.when(/^[A-Z]+ sip/, (request) => {
    const takes = !request.text.includes('Signal=6');
    peer.respond(request, takes ? 200 : 415);
  });
  // This peer hears no keys in its media: they come by INFO, or as sound when it does not take that.
  const [bridge] = world.engine.bridges;
  bridge?.tell('key', { party: 'caller', key: '5' });
  await world.pass();
  expect(peer.log.find(({ text }) => /^INFO .*[\s\S]*Signal=5/.test(text))).toBeDefined();
  bridge?.tell('key', { party: 'caller', key: '6' });
  await world.pass();
  expect(bridge?.log.filter((line) => line.startsWith('press'))).toEqual([
    expect.stringMatching(/^press callee\S* 6$/),
  ]);
  await during(world, call.hangUp());
  expect(await world.end()).toEqual(nothingLeft);
});

test('RFC 6086 §2: a key pressed by INFO goes on by INFO where there are none in the media', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20');
  const [call, answered] = await world.talk(browser, phone, 'bob');
  const heard: string[] = [];
  answered.onInfo(({ body }) => heard.push(new TextDecoder().decode(body)));
  await during(world, call.inform(keyPressInfo('7')));
  expect(heard).toEqual([expect.stringMatching(/^Signal=7/)]);
  await during(world, call.hangUp());
  expect(await world.end()).toEqual(nothingLeft);
});

test('RFC 4916 §4.3: who a party is from now on, the other hears', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20');
  const [call, answered] = await world.talk(browser, phone, 'bob');
  answered.rename('sip:boss@192.0.2.1', 'The boss');
  await world.pass();
  expect(call.remote).toMatchObject({ displayName: 'The boss' });
  await during(world, call.hangUp());
  expect(await world.end()).toEqual(nothingLeft);
});

test('RFC 7989 §7: both legs have one Session-ID, each party’s half first where that party speaks', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const peer = await world.peer('bob', '192.0.2.20');
  const [a, b] = ['a'.repeat(32), 'b'.repeat(32)];
  const outgoing = browser.ua.call(`sip:bob@${server.host}`, {
    headers: [['Session-ID', `${a};remote=${'0'.repeat(32)}`]],
  });
  await world.pass();
  const invite = peer.take('INVITE');
  expect(headerRows(invite.text, 'Session-ID')).toEqual([`${a};remote=${'0'.repeat(32)}`]);
  peer.respond(invite, 200, {
    headers: [
      'Contact: <sip:bob@192.0.2.20>',
      'Content-Type: application/sdp',
      `Session-ID: ${b};remote=${a}`,
    ],
    body: 'v=0\r\no=- 1 1 IN IP4 192.0.2.20\r\ns=-\r\nc=IN IP4 192.0.2.20\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
  });
  const call = await during(world, outgoing.answered);
  expect(headerRows(peer.take('ACK').text, 'Session-ID')).toEqual([`${a};remote=${b}`]);
  const toCaller = world.observations.flatMap((seen) =>
    seen.kind === 'message' && seen.direction === 'out' && seen.remote.host === '192.0.2.10'
      ? headerRows(seen.text, 'Session-ID')
      : [],
  );
  expect(toCaller.at(-1)).toBe(`${b};remote=${a}`);
  peer.when(/^[A-Z]+ sip/, (request) => peer.respond(request, 200));
  await during(world, call.hangUp());
  const bye = peer.log.find(({ text }) => text.startsWith('BYE'));
  expect(headerRows(bye?.text ?? '', 'Session-ID')).toEqual([`${a};remote=${b}`]);
});

test('RFC 7989 §7: a name is made for parties that know nothing of this, so that a trace shows two legs of one call', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20');
  const [call, answered] = await world.talk(browser, phone, 'bob');
  const of = (callId: string): ReadonlySet<string> =>
    new Set(
      world.observations.flatMap((seen) =>
        seen.kind === 'message' && seen.text.includes(callId)
          ? headerRows(seen.text, 'Session-ID').flatMap((row) => row.split(';remote='))
          : [],
      ),
    );
  const [left, right] = [of(call.dialog.callId), of(answered.dialog.callId)];
  expect([...left].filter((half) => right.has(half) && !/^0+$/.test(half))).not.toEqual([]);
});
