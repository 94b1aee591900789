// Hold and resume, twenty times, with baresip and linphonec: directions mirrored, versions rising, and the audio back afterwards.
import { expect, test } from 'vitest';
import { listen, loudSeconds } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { pause, World } from '../peers/world.ts';

const times = 20;

test.runIf(installed('baresip', 'tshark') && mayCapture())(
  'RFC 3264 §8.4: baresip holds echo and resumes, twenty times (C136, C137)',
  async () => {
    await using world = new World(90_000);
    const server = await Offhook.start(world);
    const phone = await Baresip.desk(world, server, {
      user: 'alice',
      hertz: 1_000,
    });
    const capture = await Capture.start(world, world.ports.filter, [server.port, phone.port]);
    await phone.tell('dial', server.aor('echo'));
    await phone.sees('CALL_ESTABLISHED');
    for (let time = 0; time < times; time += 1) {
      await phone.tell('hold');
      await pause(250);
      await phone.tell('resume');
      await pause(250);
    }
    await pause(2_500);
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED');
    await capture.stop();
    expectMirrored(capture, phone.port);
    expectTone(capture, (port) => phone.owns(port));
  },
  100_000,
);

test.runIf(installed('linphonec', 'tshark') && mayCapture())(
  'RFC 3264 §8.4: linphonec holds echo and resumes, twenty times (C136, C137)',
  async () => {
    await using world = new World(100_000);
    const server = await Offhook.start(world);
    const phone = await Linphone.start(world, {
      user: 'carol',
      server: server.address,
      password: await server.user('carol'),
      hertz: 1_000,
      onlyG711: true,
    });
    await phone.registered();
    const capture = await Capture.start(world, world.ports.filter, [server.port, phone.port]);
    phone.tell(`call ${server.aor('echo')}`);
    await phone.prints(/Media streams established/);
    for (let time = 0; time < times; time += 1) {
      let mark = phone.mark;
      phone.tell('pause');
      await phone.prints(/paused/i, 10_000, mark);
      mark = phone.mark;
      phone.tell('resume');
      await phone.prints(/resumed|connected|Media streams established/i, 10_000, mark);
    }
    await pause(2_000);
    phone.tell('terminate');
    await phone.prints(/Call \d+ .* ended/);
    await capture.stop();
    expectMirrored(capture, phone.port);
    expectTone(capture, (port) => phone.owns(port));
  },
  110_000,
);

/** At the end of the call echo sends the phone's tone back to it. Taken from the wire: baresip's recorder ends with its first hold. */
function expectTone(capture: Capture, owns: (port: number) => boolean): void {
  const port = capture.rtpStreams().find(({ to }) => owns(to))?.to ?? 0;
  const sound = capture.sound(port);
  const end = sound.samples.length / sound.rate;
  expect(Math.abs(listen(sound, Math.max(0, end - 1.2), 1).hertz - 1_000)).toBeLessThan(5);
}

/** Each offer's direction has its mirror in the answer, and our o= version rises with each change and only then. */
function expectMirrored(capture: Capture, phonePort: number): void {
  const rows = capture.fields('sip && sdp', [
    'udp.srcport',
    'sip.CSeq.seq',
    'sip.Status-Code',
    'sdp.media_attr',
    'sdp.owner.version',
  ]);
  const offers = new Map<string, string>();
  const versions: { readonly direction: string; readonly version: number }[] = [];
  let mirrored = 0;
  for (const [from = '', sequence = '', status = '', attributes = '', version = ''] of rows) {
    const direction = /sendonly|recvonly|inactive/.exec(attributes)?.[0] ?? 'sendrecv';
    if (from === String(phonePort) && status === '') offers.set(sequence, direction);
    if (from === String(phonePort) || status !== '200') continue;
    const offered = offers.get(sequence);
    if (offered === 'sendonly') expect(['recvonly', 'inactive']).toContain(direction);
    if (offered === 'inactive') expect(direction).toBe('inactive');
    if (offered === 'sendrecv') expect(direction).toBe('sendrecv');
    mirrored += 1;
    versions.push({ direction, version: Number(version) });
  }
  expect(mirrored).toBeGreaterThanOrEqual(2 * times + 1);
  const [first] = versions;
  let expected = first?.version ?? 0;
  let before = first?.direction;
  for (const { direction, version } of versions) {
    if (direction !== before) expected += 1;
    expect(version).toBe(expected);
    before = direction;
  }
}

test.runIf(installed('baresip', 'tshark') && mayCapture())(
  'RFC 3264 §8.4: bob holds baresip, resumes and hangs up, as the keys ask (C136)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const phone = await Baresip.desk(world, server, {
      user: 'alice',
    });
    const capture = await Capture.start(world, world.ports.filter, [server.port, phone.port]);
    await phone.tell('dial', server.aor('bob'));
    await phone.sees('CALL_ESTABLISHED', 15_000);
    await pause(1_000);
    await phone.tell('sndcode', '1');
    // A held phone sends no media and so no keys: bob takes the call up again by himself.
    await world.until(
      'the resume',
      () => phone.events.filter((event) => event['type'] === 'CALL_REMOTE_SDP').length >= 3,
      12_000,
    );
    await pause(1_000);
    await phone.tell('sndcode', '2');
    await phone.sees('CALL_CLOSED');
    await capture.stop();
    expect(directionsOfAnswers(capture, phone.port)).toEqual(['recvonly', 'sendrecv']);
    expect(loudSeconds(await phone.heard())).toBeGreaterThan(0.5);
  },
);

test.runIf(installed('linphonec', 'tshark') && mayCapture())(
  'RFC 3264 §8.4: bob holds linphonec, resumes and hangs up, as the keys ask (C136)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const phone = await Linphone.start(world, {
      user: 'carol',
      server: server.address,
      password: await server.user('carol'),
    });
    await phone.registered();
    const capture = await Capture.start(world, world.ports.filter, [server.port, phone.port]);
    phone.tell(`call ${server.aor('bob')}`);
    await phone.prints(/Media streams established/, 15_000);
    await pause(1_000);
    phone.tell('1');
    await pause(8_000);
    phone.tell('2');
    await phone.prints(/Call \d+ .* ended/);
    await capture.stop();
    expect(directionsOfAnswers(capture, phone.port)).toEqual(['recvonly', 'sendrecv']);
  },
);

/** The directions of the phone's answers to our offers in re-INVITEs. */
function directionsOfAnswers(capture: Capture, phonePort: number): readonly string[] {
  const rows = capture.fields(`sip.Status-Code == 200 && sdp && udp.srcport == ${phonePort}`, [
    'sdp.media_attr',
  ]);
  return rows.map(
    ([attributes = '']) => /sendonly|recvonly|inactive/.exec(attributes)?.[0] ?? 'sendrecv',
  );
}
