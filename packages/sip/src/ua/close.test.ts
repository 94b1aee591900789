// A user agent that closes: every call is ended as its phase wants it, every promise settles, and nothing is left.
import { beforeEach, describe, expect, test } from 'vitest';
import { ScriptedPeer } from '../testing/scripted-peer.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { SilentMedia } from '../testing/silent-media.ts';
import { settle, VirtualClock } from '../testing/virtual-clock.ts';
import { VirtualNetwork } from '../testing/virtual-network.ts';
import { UserAgent } from './user-agent.ts';

const sdp =
  'v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=audio 30000 RTP/AVP 0\n';
const invite = `INVITE sip:alice@10.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK1
From: <sip:peer@10.0.0.9>;tag=p
To: <sip:alice@10.0.0.1>
Call-ID: 1
CSeq: 1 INVITE
Contact: <sip:peer@10.0.0.9>
Content-Type: application/sdp

${sdp}`;

let clock: VirtualClock;
let ua: UserAgent;
let media: SilentMedia;
let peer: ScriptedPeer;

beforeEach(async () => {
  clock = new VirtualClock();
  const network = new VirtualNetwork({ clock, random: seededRandom(1) });
  media = new SilentMedia({ random: seededRandom(2) });
  peer = new ScriptedPeer({ clock, transport: network.transport('UDP', '10.0.0.9', 5060) });
  await peer.start();
  ua = new UserAgent({
    account: { aor: 'sip:alice@10.0.0.1' },
    server: 'sip:10.0.0.9',
    transports: [network.transport('UDP', '10.0.0.1', 5060)],
    media,
    clock,
    random: seededRandom(3),
  });
  await ua.start();
});

async function closed(milliseconds: number): Promise<void> {
  let done = false;
  void ua.close().then(() => {
    done = true;
  });
  await clock.elapse(milliseconds);
  await settle();
  expect({ done, media: media.size, timers: clock.pending, ...ua.load }).toEqual({
    done: true,
    media: 0,
    timers: 0,
    transactions: 0,
    dialogs: 0,
  });
}

describe('UserAgent.close', () => {
  test('is done at once when there is nothing to end', async () => {
    await closed(0);
  });

  test('refuses a call that rings', async () => {
    peer.send(invite, { host: '10.0.0.1', port: 5060 });
    await clock.elapse(10);
    await closed(2_100);
    peer.take('SIP/2.0 480');
  });

  test('gives up a call of ours, and its promise settles though the peer says nothing', async () => {
    const refused = ua.call('sip:peer@10.0.0.9').answered.catch((error: unknown) => error);
    await clock.elapse(10);
    await closed(2_100);
    expect(await refused).toMatchObject({ code: 'SIP_CANCELLED' });
  });

  test('sends CANCEL to a call of ours that rings', async () => {
    peer.when('INVITE', (arrived) => peer.respond(arrived, 180));
    const refused = ua.call('sip:peer@10.0.0.9').answered.catch((error: unknown) => error);
    await clock.elapse(10);
    await closed(2_100);
    peer.take('CANCEL');
    expect(await refused).toMatchObject({ code: 'SIP_CANCELLED' });
  });

  test('hangs up a call, and waits for the answer no longer than two seconds', async () => {
    peer.when('INVITE', (arrived) =>
      peer.respond(arrived, 200, {
        headers: ['Contact: <sip:peer@10.0.0.9>', 'Content-Type: application/sdp'],
        body: sdp,
      }),
    );
    const outgoing = ua.call('sip:peer@10.0.0.9');
    await clock.elapse(10);
    const call = await outgoing.answered;
    await closed(2_100);
    peer.take('BYE');
    expect(await call.ended).toEqual({ by: 'local', cause: 'bye' });
  });

  test('drops a call whose ACK never came', async () => {
    peer.send(invite, { host: '10.0.0.1', port: 5060 });
    await clock.elapse(10);
    const { value } = await ua.incoming[Symbol.asyncIterator]().next();
    const accepted = value?.accept();
    await clock.elapse(10);
    const call = await accepted;
    await closed(2_100);
    expect(await call?.ended).toEqual({ by: 'local', cause: 'bye' });
    // RFC 3261 §15: no BYE before the ACK.
    expect(peer.log.filter(({ text }) => text.startsWith('BYE'))).toEqual([]);
  });

  test('settles what was asked: OPTIONS, and a registration under way', async () => {
    const asked = ua.options('sip:peer@10.0.0.9').catch((error: unknown) => error);
    const registered = ua.register().catch((error: unknown) => error);
    await clock.elapse(10);
    await closed(2_100);
    expect(await asked).toMatchObject({ code: 'SIP_CLOSED' });
    expect(await registered).toMatchObject({ code: 'SIP_CANCELLED' });
  });

  test('may be called twice, and before anything was started', async () => {
    await Promise.all([ua.close(), ua.close()]);
    const never = new UserAgent({ account: { aor: 'sip:x@y' }, transports: [], media, clock });
    await never.close();
    await expect(never.start()).rejects.toMatchObject({ code: 'SIP_CLOSED' });
  });

  test('refuses what comes later', async () => {
    await closed(0);
    expect(() => ua.call('sip:peer@10.0.0.9')).toThrow('closed');
    await expect(ua.register()).rejects.toMatchObject({ code: 'SIP_CLOSED' });
    await expect(ua.options('sip:peer@10.0.0.9')).rejects.toMatchObject({ code: 'SIP_CLOSED' });
  });

  test('refuses calls that arrive while it waits', async () => {
    const registered = ua.register().catch((error: unknown) => error);
    await clock.elapse(10);
    const closing = ua.close();
    peer.send(invite, { host: '10.0.0.1', port: 5060 });
    await clock.elapse(100);
    peer.take('SIP/2.0 480');
    await clock.elapse(2_000);
    await closing;
    expect(await registered).toMatchObject({ code: 'SIP_CANCELLED' });
    expect(clock.pending).toBe(0);
  });
});

test('A transport that cannot start fails the call with SIP_TRANSPORT', async () => {
  const network = new VirtualNetwork({ clock, random: seededRandom(1) });
  const taken = network.transport('UDP', '10.0.0.1', 5060);
  await new ScriptedPeer({ clock, transport: taken }).start();
  const second = new UserAgent({
    account: { aor: 'sip:second@10.0.0.1' },
    transports: [network.transport('UDP', '10.0.0.1', 5060)],
    media,
    clock,
  });
  await expect(second.call('sip:peer@10.0.0.9').answered).rejects.toMatchObject({
    code: 'SIP_TRANSPORT',
    cause: { code: 'EADDRINUSE' },
  });
  expect(media.size).toBe(0);
});
