// The peer programs among themselves: when these fail, the fault is not ours.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fromMulaw, listen, loudSeconds, readWav, tone, writeMulaw, writeWav } from './audio.ts';
import { Baresip } from './baresip.ts';
import { Capture, mayCapture } from './capture.ts';
import { Kamailio } from './kamailio.ts';
import { Linphone } from './linphone.ts';
import { installed } from './program.ts';
import { Sipp } from './sipp.ts';
import { pause, World } from './world.ts';

test('a tone is found again by its frequency, also after u-law and in a file', async () => {
  await using world = new World();
  const sound = tone(1_000, 2);
  expect(listen(sound).hertz).toBeCloseTo(1_000, 0);
  expect(listen(sound).level).toBeCloseTo(0.354, 2);
  const file = path.join(world.folder, 'tone.wav');
  writeWav(file, sound);
  expect(readWav(file)).toEqual(sound);
  const raw = path.join(world.folder, 'tone.ul');
  writeMulaw(raw, sound);
  expect(Math.abs(listen(fromMulaw(readFileSync(raw))).hertz - 1_000)).toBeLessThan(1);
  expect(loudSeconds(sound)).toBeCloseTo(2, 1);
});

test('two worlds have ports and folders of their own and leave nothing behind', async () => {
  const kept = [];
  {
    await using one = new World();
    await using other = new World();
    kept.push(one.folder, other.folder);
    expect(await one.ports.take()).not.toBe(await other.ports.take());
  }
  expect(kept.filter((folder) => existsSync(folder))).toEqual([]);
});

test.runIf(installed('sipp'))('SIPp calls SIPp over UDP and over TCP', async () => {
  await using world = new World();
  for (const transport of ['udp', 'tcp'] as const) {
    const uas = await Sipp.start(world, { scenario: 'uas', calls: 3, transport });
    await pause(200);
    const uac = await Sipp.start(world, {
      scenario: 'uac',
      target: `127.0.0.1:${uas.port}`,
      calls: 3,
      rate: 10,
      hold: 100,
      transport,
    });
    expect(await uac.finished()).toMatchObject({ status: 0, succeeded: 3, failed: 0 });
    expect((await uas.finished()).status).toBe(0);
  }
});

test.runIf(installed('sipp', 'kamailio'))(
  'SIPp follows the route set through Kamailio, hold included',
  async () => {
    await using world = new World();
    const uas = await Sipp.start(world, { scenario: 'uas-held' });
    const kamailio = await Kamailio.start(world);
    const uac = await Sipp.start(world, {
      scenario: 'uac-holds',
      target: `127.0.0.1:${kamailio.port}`,
      hold: 200,
      uri: `sip:x@127.0.0.1:${uas.port}`,
    });
    const done = await uac.finished();
    expect(done, done.errors + uas.errors()).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test.runIf(installed('baresip', 'sipp'))(
  'baresip calls SIPp, which sends its tone back',
  async () => {
    await using world = new World();
    const uas = await Sipp.start(world, { scenario: 'uas', echo: true });
    const alice = await Baresip.start(world, { user: 'alice', hertz: 1_000 });
    await alice.tell('dial', uas.uri);
    await alice.sees('CALL_ESTABLISHED');
    await pause(2_500);
    await alice.tell('hangup');
    await alice.sees('CALL_CLOSED');
    expect((await uas.finished()).status).toBe(0);
    expect(Math.abs(listen(await alice.heard(), 0.5, 1.5).hertz - 1_000)).toBeLessThan(5);
  },
);

test.runIf(installed('baresip', 'linphonec'))(
  'baresip and linphonec call each other, and each hears the other',
  async () => {
    await using world = new World();
    const alice = await Baresip.start(world, { user: 'alice', hertz: 1_000 });
    const carol = await Linphone.start(world, { user: 'carol', hertz: 440 });
    await alice.tell('dial', carol.uri);
    await alice.sees('CALL_ESTABLISHED', 15_000);
    await pause(3_000);
    await alice.tell('hangup');
    await alice.sees('CALL_CLOSED');
    await carol.prints(/Call .* ended|terminated|Call ended/i);
    expect(Math.abs(listen(await alice.heard(), 1, 1.5).hertz - 440)).toBeLessThan(5);
    expect(Math.abs(listen(carol.heard(), 1, 1.5).hertz - 1_000)).toBeLessThan(5);
    const mark = carol.mark;
    carol.tell(`call ${alice.uri}`);
    await carol.prints(/connected|established|Media streams/i, 15_000, mark);
    await alice.sees('CALL_ESTABLISHED', 10_000, 2);
    carol.tell('terminate');
    await alice.sees('CALL_CLOSED', 10_000, 2);
  },
);

test.runIf(installed('sipp', 'tshark') && mayCapture())(
  'tshark sees the messages and the streams of a call',
  async () => {
    await using world = new World();
    const uas = await Sipp.start(world, { scenario: 'uas', echo: true });
    const sound = path.join(world.folder, 'tone.ul');
    writeMulaw(sound, tone(1_000, 10));
    const capture = await Capture.start(world, `udp and ${world.ports.filter}`, [uas.port]);
    const uac = await Sipp.start(world, {
      scenario: 'uac-plays',
      target: `127.0.0.1:${uas.port}`,
      hold: 2_000,
      values: { SOUND: sound },
    });
    const done = await uac.finished();
    expect(done, done.errors).toMatchObject({ status: 0 });
    await capture.stop();
    const methods = capture.fields('sip.Method', ['sip.Method']).flat();
    expect(methods).toEqual(['INVITE', 'ACK', 'BYE']);
    const streams = capture.rtpStreams();
    expect(streams.length).toBeGreaterThan(0);
    for (const stream of streams) expect(stream).toMatchObject({ lost: 0 });
    const heard = capture.sound(streams[0]?.to ?? 0);
    expect(Math.abs(listen(heard, 0.5, 1).hertz - 1_000)).toBeLessThan(5);
  },
);
