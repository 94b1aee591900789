// What changes in an answered call on one leg, and what of it the other hears (RFC 3261 §14, RFC 3311, RFC 3262, RFC 4028).
import { expect, test } from 'vitest';
import type { Call, SipError } from '@offhook/sip';
import type { Negotiator } from '@offhook/sip/sdp';
import { headerRows } from '@offhook/sip/testing';
import type { ScriptedPeer } from '@offhook/sip/testing';
import { GatewayWorld, nothingLeft, server } from './gateway.test-kit.ts';
import type { WebMedia } from './gateway.test-kit.ts';
import type { ScriptedBridge } from './scripted-bridge.test-kit.ts';

interface Talking {
  readonly world: GatewayWorld;
  readonly call: Call<WebMedia>;
  readonly answered: Call;
  readonly bridge: ScriptedBridge;
}

async function talking(): Promise<Talking> {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20');
  const [call, answered] = await world.talk(browser, phone, 'bob');
  return { world, call, answered, bridge: bridgeOf(world) };
}

function bridgeOf(world: GatewayWorld): ScriptedBridge {
  const bridge = world.engine.bridges.at(-1);
  if (bridge === undefined) throw new Error('There is no bridge');
  bridge.log.length = 0;
  return bridge;
}

async function hangUp(world: GatewayWorld, call: Call<Negotiator>): Promise<void> {
  const ended = call.hangUp();
  await world.pass();
  await ended;
  expect(await world.end()).toEqual(nothingLeft);
}

async function during<T>(world: GatewayWorld, work: Promise<T>, milliseconds = 300): Promise<T> {
  work.catch(() => undefined);
  await world.pass(milliseconds);
  return work;
}

test('RFC 3264 §8.4: either side holds and resumes, and the other hears of it', async () => {
  const { world, call, answered, bridge } = await talking();
  await during(world, call.hold());
  expect(call.streams).toMatchObject([{ direction: 'sendonly' }]);
  expect(answered.streams).toMatchObject([{ direction: 'recvonly' }]);
  expect(bridge.log).toEqual(['offer caller>callee-1', 'answer callee-1>caller']);
  await during(world, call.resume());
  expect(answered.streams).toMatchObject([{ direction: 'sendrecv' }]);
  await during(world, answered.hold('UPDATE'));
  expect(call.streams).toMatchObject([{ direction: 'recvonly' }]);
  await during(world, answered.resume());
  expect(call.streams).toMatchObject([{ direction: 'sendrecv' }]);
  await hangUp(world, call);
});

test('ICE that begins anew concerns the browser alone: the desk phone is asked nothing', async () => {
  const { world, call, answered, bridge } = await talking();
  const agreements: string[] = [];
  answered.onAgreement(() => agreements.push('agreed'));
  call.media.ufrag = 'second';
  await during(world, call.renegotiate());
  expect(agreements).toEqual([]);
  expect(bridge.log).toEqual(['offer caller>callee-1', 'answer callee-1>caller']);
  await hangUp(world, call);
});

test('RFC 3261 §14.1: 488 on one side is 488 on the other, and both stay as they were', async () => {
  const { world, call, answered, bridge } = await talking();
  call.media.refuses = true;
  const refused = during(world, answered.hold()).catch((error: unknown) => error as SipError);
  expect(await refused).toMatchObject({ code: 'SIP_REJECTED', status: 488 });
  expect(bridge.log).toEqual(['offer callee-1>caller', 'rollback callee-1>caller']);
  expect(call.streams).toMatchObject([{ direction: 'sendrecv' }]);
  expect(answered.streams).toMatchObject([{ direction: 'sendrecv' }]);
  call.media.refuses = false;
  await during(world, answered.hold());
  expect(call.streams).toMatchObject([{ direction: 'recvonly' }]);
  await hangUp(world, answered);
});

test('RFC 3261 §14.2: both sides change the call at once, through us: one is told 491, and both come through in the end', async () => {
  const { world, call, answered } = await talking();
  const both = Promise.all([call.hold(), answered.direct('sendonly')]);
  both.catch(() => undefined);
  await world.pass(10_000);
  await both;
  expect(call.direction).toBe('sendonly');
  expect(answered.direction).toBe('sendonly');
  expect(call.dialog.state).toBe('Confirmed');
  await hangUp(world, call);
});

test('RFC 3261 §9.2: a change that is taken back while the other side thinks is undone there too', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const peer = await world.peer('bob', '192.0.2.20');
  const outgoing = browser.ua.call(`sip:bob@${server.host}`);
  await world.pass();
  const invite = peer.take('INVITE');
  peer.respond(invite, 200, { headers: described, body: sdp('192.0.2.20') });
  const call = await during(world, outgoing.answered);
  const [from = ''] = headerRows(invite.text, 'From');
  const [to = ''] = headerRows(invite.text, 'To');
  const [callId = ''] = headerRows(invite.text, 'Call-ID');
  const send = (method: string, body = ''): void =>
    peer.send(
      [
        `${method} sip:${server.host} SIP/2.0`,
        'Via: SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKre',
        `From: ${to};tag=peer`,
        `To: ${from}`,
        `Call-ID: ${callId}`,
        `CSeq: 1 ${method}`,
        'Max-Forwards: 70',
        ...(body === '' ? [] : described),
        '',
        body,
      ].join('\n'),
      server,
    );
  let decide: () => void = () => undefined;
  call.media.thinks = new Promise((resolve) => {
    decide = resolve;
  });
  send('INVITE', sdp('192.0.2.20').replace('m=audio 4000', 'a=sendonly\r\nm=audio 4000'));
  await world.pass();
  send('CANCEL');
  await world.pass();
  peer.take('SIP/2.0 200');
  expect(peer.take('SIP/2.0 487').text).toMatch(/CSeq: 1 INVITE/);
  call.media.thinks = undefined;
  decide();
  await world.pass(2_000);
  expect(call.streams).toMatchObject([{ direction: 'sendrecv' }]);
  answersEverything(peer);
  await hangUp(world, call);
});

test('RFC 3264 §8.1: a video line that one side adds, the other refuses, and the sound goes on', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const peer = await world.peer('bob', '192.0.2.20');
  const outgoing = browser.ua.call(`sip:bob@${server.host}`);
  await world.pass();
  const invite = peer.take('INVITE');
  peer.respond(invite, 200, { headers: described, body: sdp('192.0.2.20') });
  const call = await during(world, outgoing.answered);
  const [from = ''] = headerRows(invite.text, 'From');
  const [to = ''] = headerRows(invite.text, 'To');
  const [callId = ''] = headerRows(invite.text, 'Call-ID');
  peer.send(
    [
      `INVITE sip:${server.host} SIP/2.0`,
      'Via: SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKvideo',
      `From: ${to};tag=peer`,
      `To: ${from}`,
      `Call-ID: ${callId}`,
      'CSeq: 1 INVITE',
      'Max-Forwards: 70',
      ...described,
      '',
      `${sdp('192.0.2.20').replace('o=- 1 1', 'o=- 1 2')}m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n`,
    ].join('\n'),
    server,
  );
  await world.pass();
  const answer = peer.take('SIP/2.0 200').text;
  expect(answer).toMatch(/m=audio [1-9]/);
  expect(answer).toMatch(/m=video 0 /);
  expect(call.streams).toMatchObject([{ media: 'audio' }, { media: 'video', codec: undefined }]);
  answersEverything(peer);
  await hangUp(world, call);
});

test('RFC 4028: a refresh stays on its own leg', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20', {
    sessionTimer: { seconds: 90, refresher: 'local', refreshBy: 'INVITE' },
  });
  const [call, answered] = await world.talk(phone, browser, 'alice');
  const bridge = bridgeOf(world);
  const asked: string[] = [];
  answered.onAgreement(() => asked.push('agreed'));
  await world.pass(300_000);
  expect(asked).toEqual([]);
  expect(bridge.log).toEqual([]);
  expect(call.dialog.state).toBe('Confirmed');
  await hangUp(world, call);
});

test('a callee that is gone without a word is missed by the session timer, and the caller hears of it', async () => {
  const { world, call, answered } = await talking();
  world.network.separate('192.0.2.20', server.host);
  await world.pass(2_000_000);
  expect(await call.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(world.gateway.calls).toBe(0);
  expect(answered.dialog.id.callId).not.toBe('');
});

test('an INVITE without an offer: the callee’s offer goes to the caller, and its answer back in the ACKs', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('bob', '192.0.2.10');
  const phone = await world.phone('alice', '192.0.2.20');
  const outgoing = phone.ua.call(`sip:bob@${server.host}`, { offerless: true });
  const ringing = browser.ringing();
  await world.pass();
  const accepted = (await ringing).accept();
  await world.pass();
  const [call, answered] = await during(world, Promise.all([outgoing.answered, accepted]));
  expect(call.streams).toMatchObject([{ codec: 'PCMU', direction: 'sendrecv' }]);
  expect(answered.streams).toMatchObject([{ codec: 'PCMU', direction: 'sendrecv' }]);
  expect(world.engine.bridges[0]?.log).toEqual([
    'add caller rtp',
    'add callee-1 webrtc',
    'offer callee-1>caller',
    'answer caller>callee-1',
  ]);
  await during(world, call.hold());
  expect(answered.streams).toMatchObject([{ direction: 'recvonly' }]);
  await hangUp(world, call);
});

test.each([
  [true, ['SIP/2.0 183', 'PRACK']],
  [false, ['SIP/2.0 200']],
])(
  'RFC 3262 §5: an INVITE without an offer, its caller knows 100rel: %s',
  async (knows, expected) => {
    const world = await GatewayWorld.start();
    const peer = await world.peer('bob', '192.0.2.20');
    const caller = await world.peer('alice', '192.0.2.21');
    const tags = knows ? ['Supported: 100rel'] : [];
    caller.send(
      [
        `INVITE sip:bob@${server.host} SIP/2.0`,
        'Via: SIP/2.0/UDP 192.0.2.21;branch=z9hG4bKoff',
        'From: <sip:alice@192.0.2.1>;tag=a',
        'To: <sip:bob@192.0.2.1>',
        'Call-ID: offerless',
        'CSeq: 1 INVITE',
        'Max-Forwards: 70',
        'Contact: <sip:alice@192.0.2.21>',
        ...tags,
        '',
        '',
      ].join('\n'),
      server,
    );
    await world.pass();
    const invite = peer.take('INVITE');
    expect(/^Supported: .*100rel/m.test(invite.text)).toBe(knows);
    const reliable = ['Require: 100rel', 'RSeq: 3'];
    peer.respond(invite, knows ? 183 : 200, {
      headers: [...(knows ? reliable : []), ...described],
      body: sdp('192.0.2.20'),
    });
    await world.pass();
    const [first = '', then] = expected;
    const told = caller.take(first);
    expect(told.text).toMatch(/m=audio/);
    if (then === undefined) return;
    const [to = ''] = headerRows(told.text, 'To');
    const [rseq = ''] = headerRows(told.text, 'RSeq');
    caller.send(
      [
        `PRACK sip:${server.host} SIP/2.0`,
        'Via: SIP/2.0/UDP 192.0.2.21;branch=z9hG4bKprack',
        'From: <sip:alice@192.0.2.1>;tag=a',
        `To: ${to}`,
        'Call-ID: offerless',
        'CSeq: 2 PRACK',
        `RAck: ${rseq} 1 INVITE`,
        'Max-Forwards: 70',
        'Content-Type: application/sdp',
        '',
        sdp('192.0.2.21'),
      ].join('\n'),
      server,
    );
    await world.pass();
    expect(peer.take(then).text).toMatch(/m=audio/);
  },
);

test('RFC 3262: each leg has reliable provisional responses of its own', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const peer = await world.peer('bob', '192.0.2.20');
  const outgoing = browser.ua.call(`sip:bob@${server.host}`);
  const progress: number[] = [];
  const watching = (async () => {
    for await (const one of outgoing.progress) progress.push(one.status);
  })();
  await world.pass();
  const invite = peer.take('INVITE');
  peer.respond(invite, 183, {
    headers: ['Require: 100rel', 'RSeq: 7', ...described],
    body: sdp('192.0.2.20'),
  });
  await world.pass();
  const prack = peer.take('PRACK');
  expect(headerRows(prack.text, 'RAck')).toEqual(['7 1 INVITE']);
  peer.respond(prack, 200);
  await world.pass();
  peer.respond(invite, 200, {
    headers: described,
    body: sdp('192.0.2.20'),
  });
  const call = await during(world, outgoing.answered);
  await watching;
  expect(progress).toEqual([183]);
  expect(peer.take('ACK').text).toMatch(/^ACK sip:bob@192\.0\.2\.20 /);
  answersEverything(peer);
  await hangUp(world, call);
});

const described = ['Contact: <sip:bob@192.0.2.20>', 'Content-Type: application/sdp'];

function answersEverything(peer: ScriptedPeer): void {
  peer.when(/^[A-Z]+ sip/, (request) => peer.respond(request, 200));
}

function sdp(host: string): string {
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    'm=audio 4000 RTP/AVP 0',
    '',
  ].join('\r\n');
}
