// Requests that are too large for UDP, before the eyes of tshark and towards a SIPp that takes them or does not (RFC 3261 §18.1.1).
import { UserAgent } from '@offhook/sip';
import { tcp, udp } from '@offhook/sip/node';
import { seededRandom, SilentMedia } from '@offhook/sip/testing';
import { expect, test } from 'vitest';
import { Capture, mayCapture } from '../peers/capture.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

const large: readonly (readonly [string, string])[] = [['Subject', 'x'.repeat(1_400)]];
const mayRun = installed('sipp', 'tshark') && mayCapture();

/** Calls a SIPp that listens on one transport only; gives what tshark saw of the INVITEs. */
async function seen(
  peerTransport: 'udp' | 'tcp',
  headers: readonly (readonly [string, string])[],
): Promise<{ invites: readonly (readonly string[])[]; refusals: number }> {
  await using world = new World();
  const port = await world.ports.take();
  const peer = await Sipp.start(world, { scenario: 'uas', transport: peerTransport });
  const capture = await Capture.start(world, world.ports.filter, [port, peer.port]);
  const host = '127.0.0.1';
  const random = seededRandom(1);
  const ua = new UserAgent({
    account: { aor: 'sip:alice@127.0.0.1' },
    transports: [udp({ host, port }), tcp({ host, port })],
    media: new SilentMedia({ random, host }),
    random,
  });
  world.own(ua);
  const call = await ua.call(peer.uri, { headers }).answered;
  await call.hangUp();
  const done = await peer.finished();
  expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
  await capture.stop();
  const fields = ['ip.proto', 'sip.Via.transport', 'sip.contact.uri'];
  return {
    invites: capture.fields('sip.Method == "INVITE"', fields),
    refusals: capture.fields(`tcp.flags.reset == 1 && tcp.srcport == ${peer.port}`, ['tcp.srcport'])
      .length,
  };
}

test.runIf(mayRun)(
  'RFC 3261 §18.1.1: an INVITE of 1,700 bytes goes to SIPp over TCP, and no part of it over UDP (C031)',
  async () => {
    const { invites, refusals } = await seen('tcp', large);
    expect(invites.map(([protocol, transport]) => [protocol, transport])).toEqual([['6', 'TCP']]);
    expect(invites[0]?.[2]).toContain('transport=tcp');
    expect(refusals).toBe(0);
  },
);

test.runIf(mayRun)(
  'RFC 3261 §18.1.1: where SIPp refuses TCP the same INVITE follows over UDP, and the call stands (C031)',
  async () => {
    const { invites, refusals } = await seen('udp', large);
    expect(refusals).toBe(1);
    expect(invites.length).toBeGreaterThan(0);
    for (const [protocol, transport, contact] of invites) {
      expect([protocol, transport]).toEqual(['17', 'UDP']);
      expect(contact).not.toContain('transport');
    }
  },
);

test.runIf(mayRun)('RFC 3261 §18.1.1: a small INVITE goes over UDP at once (C031)', async () => {
  const { invites, refusals } = await seen('udp', []);
  expect(invites.map(([protocol]) => protocol)).toEqual(['17']);
  expect(refusals).toBe(0);
});
