// Encrypted calls with baresip and linphonec, both ways: a tone comes through, and who listens on the wire hears noise.
import path from 'node:path';
import { expect, test } from 'vitest';
import { listen, loudSeconds, readWav } from '../peers/audio.ts';
import type { Sound } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { pause, World } from '../peers/world.ts';

const talk = 2_500;

test
  .runIf(installed('baresip', 'tshark') && mayCapture())
  .concurrent.each(['srtp', 'srtp-mand'] as const)(
  'RFC 4568 §7.1: baresip with %s calls echo and hears its own tone',
  async (encryption) => {
    await using world = new World();
    const { server, capture } = await serve(world);
    const login = { server: server.address, password: await server.user('alice') };
    const phone = await Baresip.start(world, { user: 'alice', ...login, hertz: 1_000, encryption });
    await phone.registered();
    await phone.tell('dial', server.aor('echo'));
    await phone.sees('CALL_ESTABLISHED');
    await pause(talk);
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED');
    await capture.stop();
    expectTone(await phone.heard(), 1_000);
    expectNoise(capture, (port) => phone.owns(port));
  },
);

test
  .runIf(installed('linphonec', 'tshark') && mayCapture())
  .each(['optional', 'required'] as const)(
  'RFC 4568 §7.1: linphonec for whom encryption is %s calls echo and hears its own tone',
  async (encryption) => {
    await using world = new World();
    const { server, capture } = await serve(world);
    const login = { server: server.address, password: await server.user('carol') };
    const phone = await Linphone.start(world, {
      user: 'carol',
      ...login,
      hertz: 1_000,
      encryption,
      onlyG711: true,
    });
    await phone.registered();
    phone.tell(`call ${server.aor('echo')}`);
    await phone.prints(/Media streams established/);
    await pause(talk);
    phone.tell('terminate');
    await phone.prints(/Call \d+ .* ended/);
    await capture.stop();
    expectTone(phone.heard(), 1_000);
    expectNoise(capture, (port) => phone.owns(port));
  },
);

test.runIf(installed('baresip', 'tshark') && mayCapture()).concurrent.each([
  ['required', 'srtp-mand'],
  ['optional', 'srtp'],
] as const)(
  'RFC 4568 §7.1: offhook call --srtp %s reaches baresip with %s',
  async (policy, encryption) => {
    await using world = new World();
    const phone = await Baresip.start(world, { user: 'bert', hertz: 440, encryption });
    const { heard, capture } = await callTo(world, phone.uri, phone.port, policy);
    await phone.sees('CALL_CLOSED');
    expectTone(heard, 440);
    expectTone(await phone.heard(), 1_000);
    expectNoise(capture, (port) => phone.owns(port));
  },
);

test
  .runIf(installed('linphonec', 'tshark') && mayCapture())
  .concurrent(
    'RFC 4568 §7.1: offhook call --srtp required reaches linphonec for whom it is required too',
    async () => {
      await using world = new World();
      const phone = await Linphone.start(world, {
        user: 'carol',
        hertz: 440,
        encryption: 'required',
      });
      const { heard, capture } = await callTo(world, phone.uri, phone.port, 'required');
      await phone.prints(/Call \d+ .* ended/);
      expectTone(heard, 440);
      expectTone(phone.heard(), 1_000);
      expectNoise(capture, (port) => phone.owns(port));
    },
  );

test.runIf(installed('baresip'))(
  'RFC 4568 §5.1.2: baresip without encryption refuses offhook call --srtp required',
  async () => {
    await using world = new World();
    const phone = await Baresip.start(world, { user: 'bert' });
    const caller = offhook(world, ['call', phone.uri, '--srtp', '--json', '--seconds', '2']);
    expect(await caller.finished(15_000), caller.tail()).not.toBe(0);
    expect(caller.output).toMatch(/"status":488/);
  },
);

test
  .runIf(installed('baresip', 'tshark') && mayCapture())
  .concurrent(
    'RFC 4568 §7.1.4: an encrypted call with baresip is held by either side and resumed, and the tone is back',
    async () => {
      await using world = new World();
      const phone = await Baresip.start(world, {
        ...{ user: 'bert', hertz: 440, encryption: 'srtp-mand' },
      });
      const filter = `udp and (${world.ports.filter} or portrange 16384-32767)`;
      const capture = await Capture.start(world, filter, [phone.port]);
      const recording = path.join(world.folder, 'heard.wav');
      const caller = offhook(world, [
        ...['call', phone.uri, '--srtp', '--json', '--hold', '--play', 'tone:1000'],
        ...['--record', recording, '--seconds', '9'],
      ]);
      await caller.prints(/"event":"resumed"/, 15_000);
      for (let time = 0; time < 3; time += 1) {
        await phone.tell('hold');
        await pause(300);
        await phone.tell('resume');
        await pause(300);
      }
      expect(await caller.finished(20_000), caller.tail()).toBe(0);
      await capture.stop();
      const heard = readWav(recording);
      const { hertz, level } = listen(heard, heard.samples.length / heard.rate - 1, 0.8);
      expect(Math.abs(hertz - 440)).toBeLessThan(5);
      expect(level).toBeGreaterThan(0.02);
      expect(caller.output).toMatch(/"forgedPackets":0/);
      expectNoise(capture, (port) => phone.owns(port));
    },
  );

test('RFC 4568 §8.3: over TLS the keys are safe, and nobody is warned; over UDP one is', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const listening = server.events.find(({ event }) => event === 'listening');
  const trust = ['--ca', path.join(world.folder, 'offhook', 'tls-cert.pem')];
  const call = ['call', server.aor('echo'), '--srtp', '--json', '--seconds', '2'];
  const secure = offhook(world, [
    ...[...call, ...trust, '--transport', 'tls'],
    ...['--server', `${server.host}:${String(listening?.['tlsPort'])}`],
  ]);
  expect(await secure.finished(20_000), secure.tail()).toBe(0);
  expect(secure.output).toMatch(/"suite":"AES_CM_128_HMAC_SHA1_80"/);
  expect(secure.output).toMatch(/"receivedPackets":[1-9]\d/);
  expect(secure.output).not.toMatch(/travel readably/);
  const open = offhook(world, call);
  expect(await open.finished(20_000), open.tail()).toBe(0);
  expect(open.output).toMatch(/"event":"problem".*travel readably over udp/);
});

async function serve(
  world: World,
): Promise<{ readonly server: Offhook; readonly capture: Capture }> {
  const server = await Offhook.start(world);
  const filter = `udp and (${world.ports.filter} or portrange 16384-32767)`;
  return { server, capture: await Capture.start(world, filter, [server.port]) };
}

/** Calls `uri` with a tone of 1000 Hz; what was heard, and what was on the wire. */
async function callTo(
  world: World,
  uri: string,
  port: number,
  policy: 'optional' | 'required',
): Promise<{ readonly heard: Sound; readonly capture: Capture }> {
  const filter = `udp and (${world.ports.filter} or portrange 16384-32767)`;
  const capture = await Capture.start(world, filter, [port]);
  const recording = path.join(world.folder, 'heard.wav');
  const caller = offhook(world, [
    ...['call', uri, '--srtp', policy, '--json', '--play', 'tone:1000'],
    ...['--record', recording, '--seconds', '3'],
  ]);
  expect(await caller.finished(20_000), caller.tail()).toBe(0);
  await capture.stop();
  expect(caller.output).toMatch(/"suite":"(?:AES_CM|AEAD)/);
  // Traces and events name the suite; the keys are stars and dots.
  expect(caller.output).not.toMatch(/inline:[A-Za-z0-9+/]/);
  return { heard: readWav(recording), capture };
}

function expectTone(sound: Sound, hertz: number): void {
  expect(loudSeconds(sound), 'seconds of sound').toBeGreaterThan(1.5);
  const { hertz: heard } = listen(sound, sound.samples.length / sound.rate / 2 - 0.5, 1);
  expect(Math.abs(heard - hertz), `heard ${heard} Hz instead of ${hertz} Hz`).toBeLessThan(5);
}

/** Both streams of the phone are there, and what they carry is as random as a key stream: a tone repeats itself, a cipher does not. */
function expectNoise(capture: Capture, owns: (port: number) => boolean): void {
  const streams = capture.rtpStreams().filter(({ from, to }) => owns(from) || owns(to));
  expect(streams.length).toBeGreaterThanOrEqual(2);
  for (const { from, to, lost } of streams) {
    expect(lost).toBe(0);
    const payloads = capture
      // tshark tells SRTP from RTP where the profile in the SDP does.
      .fields(`udp.srcport==${from} && udp.dstport==${to} && rtp.p_type<64`, [
        'rtp.payload',
        'srtp.enc_payload',
      ])
      .map(([payload = '', encrypted = '']) => payload + encrypted);
    expect(payloads.length).toBeGreaterThan(50);
    expect(new Set(payloads).size, 'payloads that differ').toBe(payloads.length);
    const counts = new Map<number, number>();
    const octets = Buffer.from(payloads.join('').replaceAll(':', ''), 'hex');
    for (const octet of octets) counts.set(octet, (counts.get(octet) ?? 0) + 1);
    let bits = 0;
    for (const count of counts.values())
      bits -= (count / octets.length) * Math.log2(count / octets.length);
    expect(bits, 'bits of entropy in an octet').toBeGreaterThan(7.9);
  }
}
