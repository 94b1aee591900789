// Dialogs on the full triple of Call-ID, local tag and remote tag, with SIPp and with Kamailio in the path.
import { expect, test } from 'vitest';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Kamailio } from '../peers/kamailio.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

test.runIf(installed('sipp'))(
  'RFC 3261 §12.2.2: BYE with a tag that no dialog has gets 481, and the call goes on (C105)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const uac = await Sipp.start(world, {
      scenario: 'uac-wrong-tag',
      target: server.address,
      service: 'echo',
    });
    const done = await uac.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test.runIf(installed('sipp'))(
  'RFC 3261 §12: one Call-ID with other tags is a second dialog, and each ends by itself',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const uac = await Sipp.start(world, {
      scenario: 'uac-same-call-id',
      target: server.address,
      service: 'echo',
    });
    const done = await uac.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test.runIf(installed('sipp'))(
  'RFC 3261 §13.2.2.4: of two forked answers both are ACKed and the loser gets BYE (C108, C109)',
  async () => {
    await using world = new World();
    const uas = await Sipp.start(world, { scenario: 'uas-forked' });
    await pause(200);
    const caller = offhook(world, ['call', uas.uri, '--json', '--seconds', '2']);
    expect(await caller.finished(20_000), caller.tail()).toBe(0);
    const done = await uas.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test.runIf(installed('sipp', 'kamailio'))(
  'RFC 3261 §12.2.1.1: as UAS, hold, resume and BYE through Kamailio follow the route set (C101, C102)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const kamailio = await Kamailio.start(world);
    const uac = await Sipp.start(world, {
      scenario: 'uac-holds',
      target: `127.0.0.1:${kamailio.port}`,
      hold: 300,
      uri: server.aor('echo'),
    });
    const done = await uac.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test.runIf(installed('sipp', 'kamailio', 'tshark') && mayCapture())(
  'RFC 3261 §12.2.1.1: as UAC, ACK, re-INVITE and BYE pass the record-routing Kamailio (C101, C102)',
  async () => {
    await using world = new World();
    const kamailio = await Kamailio.start(world);
    const uas = await Sipp.start(world, { scenario: 'uas-held' });
    const capture = await Capture.start(world, `udp port ${uas.port}`, [uas.port]);
    const caller = offhook(world, [
      ...['call', uas.uri, '--json', '--server', `sip:127.0.0.1:${kamailio.port};lr`],
      ...['--hold', '--seconds', '4'],
    ]);
    expect(await caller.finished(20_000), caller.tail()).toBe(0);
    const done = await uas.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
    await capture.stop();
    const requests = capture.fields(`sip.Method && udp.dstport==${uas.port}`, [
      'sip.Method',
      'udp.srcport',
    ]);
    const names = requests.map(([method = '']) => method);
    expect(names).toEqual(['INVITE', 'ACK', 'INVITE', 'ACK', 'INVITE', 'ACK', 'BYE']);
    expect(new Set(requests.map(([, from = '']) => from))).toEqual(
      new Set([String(kamailio.port)]),
    );
  },
);
