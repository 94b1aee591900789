// The calls of the gallery: a plain one, a lossy one, a forked one, a hold that breaks, a browser's, one that fails, one that goes on.
import { StageMedia } from './media.ts';
import { Stage } from './stage.ts';
import type { Played } from './stage.ts';

const alice = '192.0.2.10';
const bob = '192.0.2.20';

/** Rings, is answered, talks, is held and resumed, ends. */
export async function plainCall(): Promise<Played> {
  const stage = new Stage();
  const [caller, callee] = [await stage.player('alice', alice), await stage.player('bob', bob)];
  const outgoing = caller.ua.call(`sip:bob@${bob}`);
  const incoming = await callee.nextCall();
  await stage.elapse(80);
  incoming.ring();
  await stage.elapse(2_900);
  void incoming.accept();
  const call = await stage.during(outgoing.answered);
  await stage.elapse(14_000);
  await stage.during(call.hold());
  await stage.elapse(7_400);
  await stage.during(call.resume());
  await stage.elapse(16_000);
  await stage.during(call.hangUp());
  await stage.elapse(34_000);
  return new StageMedia(stage.tell()).talk({ keys: '42' }).played;
}

/** Two INVITEs and an answer are lost on the way; so is some of the media. */
export async function lossyCall(): Promise<Played> {
  let invites = 0;
  let answers = 0;
  const stage = new Stage(({ text }) => {
    if (text.startsWith('INVITE') && invites < 2) {
      invites += 1;
      return 'lose';
    }
    if (text.startsWith('SIP/2.0 200') && text.includes('INVITE') && answers < 2) {
      answers += 1;
      return 'lose';
    }
    return undefined;
  });
  const [caller, callee] = [await stage.player('alice', alice), await stage.player('bob', bob)];
  const outgoing = caller.ua.call(`sip:bob@${bob}`);
  const incoming = await callee.nextCall();
  incoming.ring();
  await stage.elapse(1_700);
  void incoming.accept();
  const call = await stage.during(outgoing.answered);
  await stage.elapse(21_000);
  await stage.during(call.hangUp());
  await stage.elapse(34_000);
  return new StageMedia(stage.tell()).talk({ loss: 0.07, gapAt: 9_000 }).played;
}

const contact = (host: string): string => `Contact: <sip:phone@${host}:5060>`;
const sdpType = 'Content-Type: application/sdp';

function description(host: string, direction: string, version = 1): string {
  return [
    'v=0',
    `o=desk 4711 ${version} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    'm=audio 30000 RTP/AVP 0 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=ptime:20',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

/** A proxy rings two phones; the second one answers. */
export async function forkedCall(): Promise<Played> {
  const stage = new Stage();
  const [caller, proxy] = [await stage.player('alice', alice), await stage.peer('198.51.100.5')];
  const outgoing = caller.ua.call('sip:sales@198.51.100.5');
  await stage.elapse(30);
  const invite = proxy.take('INVITE');
  const route = 'Record-Route: <sip:198.51.100.5;lr>';
  proxy.respond(invite, 100, { reason: 'Trying' });
  await stage.elapse(70);
  const [desk, mobile] = ['203.0.113.21', '203.0.113.22'];
  proxy.respond(invite, 180, {
    reason: 'Ringing',
    toTag: 'desk-7f1',
    headers: [contact(desk), route],
  });
  await stage.elapse(110);
  proxy.respond(invite, 180, {
    reason: 'Ringing',
    toTag: 'mobile-3c',
    headers: [contact(mobile), route],
  });
  await stage.elapse(3_600);
  proxy.respond(invite, 200, {
    reason: 'OK',
    toTag: 'mobile-3c',
    headers: [contact(mobile), route, sdpType, 'Server: Desk 4.2'],
    body: description(mobile, 'sendrecv'),
  });
  const call = await stage.during(outgoing.answered);
  proxy.when('BYE', (bye) => proxy.respond(bye, 200, { reason: 'OK' }));
  await stage.elapse(12_000);
  await stage.during(call.hangUp());
  await stage.elapse(34_000);
  return new StageMedia(stage.tell()).talk({}).played;
}

/** The peer answers a hold (sendonly) with sendrecv, which RFC 3264 §6.1 forbids. */
export async function brokenHold(): Promise<Played> {
  const stage = new Stage();
  const [caller, peer] = [await stage.player('alice', alice), await stage.peer(bob)];
  const outgoing = caller.ua.call(`sip:bob@${bob}`);
  await stage.elapse(30);
  const invite = peer.take('INVITE');
  peer.respond(invite, 180, { reason: 'Ringing', headers: [contact(bob)] });
  await stage.elapse(1_900);
  peer.respond(invite, 200, {
    reason: 'OK',
    headers: [contact(bob), sdpType, 'User-Agent: Desk 4.2'],
    body: description(bob, 'sendrecv'),
  });
  const call = await stage.during(outgoing.answered);
  await stage.elapse(40);
  peer.take('ACK');
  peer.when('ACK', () => {});
  peer.when('BYE', (bye) => peer.respond(bye, 200, { reason: 'OK' }));
  await stage.elapse(8_000);
  const held = call.hold().catch(() => {});
  await stage.elapse(30);
  peer.respond(peer.take('INVITE'), 200, {
    reason: 'OK',
    headers: [contact(bob), sdpType],
    body: description(bob, 'sendrecv', 2),
  });
  await stage.during(held);
  await stage.elapse(5_000);
  await stage.during(call.hangUp());
  await stage.elapse(34_000);
  return new StageMedia(stage.tell()).talk({}).played;
}

/** A browser's call, whose ICE fails after a while. */
export async function browserCall(): Promise<Played> {
  const stage = new Stage();
  const caller = await stage.player('alice', alice, 'sip:198.51.100.5:80;transport=ws');
  const peer = await stage.peer('198.51.100.5', 'WS');
  const outgoing = caller.ua.call('sip:bob@example.com');
  await stage.elapse(80);
  const invite = peer.take('INVITE');
  peer.respond(invite, 180, {
    reason: 'Ringing',
    headers: ['Contact: <sip:bob@198.51.100.5;transport=ws>'],
  });
  await stage.elapse(2_400);
  peer.respond(invite, 200, {
    reason: 'OK',
    headers: ['Contact: <sip:bob@198.51.100.5;transport=ws>', sdpType],
    body: description('198.51.100.5', 'sendrecv'),
  });
  const call = await stage.during(outgoing.answered);
  peer.when('BYE', (bye) => peer.respond(bye, 200, { reason: 'OK' }));
  await stage.elapse(19_000);
  await stage.during(call.hangUp());
  await stage.elapse(34_000);
  return new StageMedia(stage.tell()).browser().played;
}

/** A B2BUA between two phones: two legs, joined by the header in which it tells of the first. */
export async function bridgedCall(): Promise<Played> {
  const stage = new Stage();
  const [caller, callee] = [await stage.player('alice', alice), await stage.player('bob', bob)];
  const box = '198.51.100.5';
  const bridge = await stage.peer(box);
  const outgoing = caller.ua.call(`sip:bob@${box}`);
  await stage.elapse(30);
  const first = bridge.take('INVITE');
  const firstId = /^Call-ID: *(.*)$/im.exec(first.text)?.[1] ?? '';
  bridge.respond(first, 100, { reason: 'Trying' });
  const request = (method: string, cseq: number, toTag: string, body: string): string =>
    [
      `${method} sip:bob@${bob}:5060 SIP/2.0`,
      `Via: SIP/2.0/UDP ${box}:5060;branch=z9hG4bKleg${method}${cseq};rport`,
      'Max-Forwards: 69',
      `From: "Alice" <sip:alice@${box}>;tag=bridge`,
      `To: <sip:bob@${bob}>${toTag}`,
      'Call-ID: second-leg-77@198.51.100.5',
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:bridge@${box}:5060>`,
      `X-CID: ${firstId}`,
      ...(body === '' ? [] : [sdpType]),
      '',
      body,
    ].join('\r\n');
  const to = { host: bob, port: 5060 };
  bridge.send(request('INVITE', 1, '', description(box, 'sendrecv')), to);
  const incoming = await callee.nextCall();
  await stage.elapse(60);
  incoming.ring();
  await stage.elapse(40);
  bridge.respond(first, 180, { reason: 'Ringing', headers: [contact(box)] });
  await stage.elapse(2_200);
  const answered = incoming.accept();
  await stage.elapse(40);
  const ok = bridge.take('SIP/2.0 200');
  const tag = /^To:.*(;tag=[^;\r]+)/im.exec(ok.text)?.[1] ?? '';
  bridge.send(request('ACK', 1, tag, ''), to);
  bridge.respond(first, 200, {
    reason: 'OK',
    headers: [contact(box), sdpType],
    body: description(box, 'sendrecv'),
  });
  const call = await stage.during(outgoing.answered);
  await stage.during(answered);
  bridge.when('BYE', (bye) => {
    bridge.respond(bye, 200, { reason: 'OK' });
    bridge.send(request('BYE', 2, tag, ''), to);
  });
  await stage.elapse(9_000);
  await stage.during(call.hangUp());
  await stage.elapse(34_000);
  return stage.tell();
}

/** Somebody who refuses, and tries to be more than text in all that he says. */
export async function evilCall(): Promise<Played> {
  const stage = new Stage();
  const [caller, peer] = [await stage.player('alice', alice), await stage.peer(bob)];
  const outgoing = caller.ua.call(`sip:%3Cscript%3E@${bob}`);
  const refused = outgoing.answered.catch(() => {});
  await stage.elapse(30);
  peer.respond(peer.take('INVITE'), 603, {
    reason: '<img src=x onerror=alert(1)>',
    toTag: 'evil',
    headers: [
      'Server: <script>alert(3)</script>',
      'Contact: "<b>bold</b>" <sip:javascript:alert(4)@example.com>',
      'X-Odd: <svg/onload=alert(2)> turned \u00e2\u0080\u00ae round',
      'Content-Type: text/html',
    ],
    body: '<h1 onclick=alert(5)>Hello</h1>\r\n',
  });
  await stage.elapse(33_000);
  await stage.during(refused);
  return stage.tell();
}

/** Nobody is there: INVITE seven times, then Timer B. */
export async function failedCall(): Promise<Played> {
  const stage = new Stage();
  const caller = await stage.player('alice', alice);
  const outgoing = caller.ua.call('sip:nobody@192.0.2.99');
  const refused = outgoing.answered.catch(() => {});
  await stage.elapse(33_000);
  await stage.during(refused);
  return stage.tell();
}

/** The third INVITE is on its way, and timers run. */
export async function liveCall(): Promise<Played> {
  const stage = new Stage();
  const caller = await stage.player('alice', alice);
  const outgoing = caller.ua.call('sip:nobody@192.0.2.99');
  void outgoing.answered.catch(() => {});
  await stage.elapse(2_600);
  return stage.tell();
}

/** Many messages: somebody who subscribes, and is told often. */
export async function longCall(): Promise<Played> {
  const stage = new Stage();
  const [caller, callee] = [await stage.player('alice', alice), await stage.player('bob', bob)];
  const outgoing = caller.ua.call(`sip:bob@${bob}`);
  const incoming = await callee.nextCall();
  void incoming.accept();
  const call = await stage.during(outgoing.answered);
  for (let turn = 0; turn < 120; turn += 1) {
    await stage.during(call.hold());
    await stage.elapse(800);
    await stage.during(call.resume());
    await stage.elapse(1_200);
  }
  await stage.during(call.hangUp());
  await stage.elapse(34_000);
  return stage.tell();
}
