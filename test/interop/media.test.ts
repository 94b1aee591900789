// Media that differs from the usual, with phones of others: video that is refused, packets of another length, one port for all.
import path from 'node:path';
import { expect, test } from 'vitest';
import { listen, loudSeconds, readWav, tone, writeMulaw } from '../peers/audio.ts';
import type { Sound } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

test.runIf(installed('linphonec', 'tshark') && mayCapture())(
  'RFC 3264 §6: the video that linphonec offers is refused in its place, and its audio is answered (C135)',
  async () => {
    await using world = new World();
    const { server, capture } = await serve(world);
    const login = { server: server.address, password: await server.user('carol') };
    const phone = await Linphone.start(world, {
      user: 'carol',
      ...login,
      hertz: 1_000,
      video: true,
    });
    await phone.registered();
    phone.tell(`call ${server.aor('echo')}`);
    await phone.prints(/Media streams established/, 15_000);
    await pause(2_500);
    phone.tell('terminate');
    await phone.prints(/Call \d+ .* ended/);
    await capture.stop();
    const lines = (direction: string): readonly string[] =>
      capture
        .fields(`sdp && ${direction} && sip.CSeq.method == "INVITE"`, ['sdp.media'])
        .map(([media = '']) => media);
    expect(lines('sip.Method').join()).toMatch(/audio \d+ .*video [1-9]/);
    expect(lines('sip.Status-Code == 200').join()).toMatch(/audio [1-9]\d* .*video 0 /);
    expectTone(phone.heard(), 1_000);
  },
);

test.runIf(installed('baresip', 'tshark') && mayCapture())(
  'RFC 3264 §6.1, RFC 5761 §5.1.1: baresip gets packets of the 40 ms that it asks for, and RTCP on one port',
  async () => {
    await using world = new World();
    const { server, capture } = await serve(world);
    const login = { server: server.address, password: await server.user('alice') };
    const habits = { hertz: 1_000, ptime: 40, rtcpMux: true };
    const phone = await Baresip.start(world, { user: 'alice', ...login, ...habits });
    await phone.registered();
    await phone.tell('dial', server.aor('bob'));
    await phone.sees('CALL_ESTABLISHED');
    await pause(6_000);
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED');
    await capture.stop();
    const sent = capture
      .rtpStreams()
      .filter(({ to }) => phone.owns(to))
      .map(({ from, to }) => ({ from, to }));
    expect(sent).toHaveLength(1);
    const [{ from, to } = { from: 0, to: 0 }] = sent;
    const lengths = capture
      .fields(`udp.srcport==${from} && udp.dstport==${to} && rtp.p_type==0`, ['udp.length'])
      .map(([length]) => Number(length));
    expect(new Set(lengths)).toEqual(new Set([8 + 12 + 320]));
    const reports = capture.fields(`rtcp && udp.port==${from}`, ['udp.srcport', 'udp.dstport']);
    const ways = new Set(reports.map(([source, target]) => `${source} ${target}`));
    expect(ways).toContain(`${from} ${to}`);
    for (const way of ways) expect([`${from} ${to}`, `${to} ${from}`]).toContain(way);
    expect(loudSeconds(await phone.heard())).toBeGreaterThan(1);
  },
);

test.runIf(installed('sipp'))(
  'RFC 3960 §3: what SIPp plays before it answers is heard, and recorded',
  async () => {
    await using world = new World();
    const sound = path.join(world.folder, 'tone.ul');
    writeMulaw(sound, tone(440, 10));
    const phone = await Sipp.start(world, {
      scenario: 'uas-early-media',
      service: 'erna',
      values: { SOUND: sound },
    });
    const recording = path.join(world.folder, 'heard.wav');
    const caller = offhook(world, [
      'call',
      phone.uri,
      '--json',
      '--record',
      recording,
      '--seconds',
      '1',
    ]);
    expect(await caller.finished(20_000), caller.tail()).toBe(0);
    expect(await phone.finished()).toMatchObject({ status: 0 });
    expect(caller.output).toMatch(/"event":"progress","status":183/);
    const heard = readWav(recording);
    expect(loudSeconds(heard)).toBeGreaterThan(1.5);
    expect(Math.abs(listen(heard, 0.5, 1).hertz - 440)).toBeLessThan(5);
  },
);

async function serve(
  world: World,
): Promise<{ readonly server: Offhook; readonly capture: Capture }> {
  const server = await Offhook.start(world);
  const filter = `udp and (${world.ports.filter} or portrange 16384-32767)`;
  return { server, capture: await Capture.start(world, filter, [server.port]) };
}

function expectTone(sound: Sound, hertz: number): void {
  expect(loudSeconds(sound), 'seconds of sound').toBeGreaterThan(1.5);
  const { hertz: heard } = listen(sound, sound.samples.length / sound.rate / 2 - 0.5, 1);
  expect(Math.abs(heard - hertz), `heard ${heard} Hz instead of ${hertz} Hz`).toBeLessThan(5);
}
