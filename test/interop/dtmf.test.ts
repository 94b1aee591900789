// Keys between Offhook and other programs: as events, and as tones where a peer knows no events.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { listen } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

test.runIf(installed('sipp', 'sox'))(
  'ITU-T Q.23: bob hears key 2 as tones in noise, made by sox and played by SIPp, and hangs up',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const sound = path.join(world.folder, 'keys.ul');
    // Two seconds of noise, then 697 Hz and 1336 Hz for 120 ms, and noise again.
    const noise = path.join(world.folder, 'noise.wav');
    const keys = path.join(world.folder, 'keys.wav');
    const make = (...words: readonly string[]): void => {
      execFileSync('sox', ['-R', ...words], { stdio: 'ignore', timeout: 20_000 });
    };
    const form = ['-r', '8000', '-c', '1', '-b', '16'];
    make('-n', ...form, noise, 'synth', '6', 'pinknoise', 'gain', '-30');
    make(
      ...[
        '-n',
        ...form,
        keys,
        'synth',
        '0.12',
        'sine',
        '697',
        'synth',
        '0.12',
        'sine',
        'mix',
        '1336',
      ],
      ...['gain', '-12', 'pad', '2', '4'],
    );
    make('-m', '-v', '1', noise, '-v', '1', keys, ...['-t', 'ul', '-r', '8000', '-c', '1', sound]);
    const uac = await Sipp.start(world, {
      scenario: 'uac-plays-tones',
      target: server.address,
      service: 'bob',
      values: { SOUND: sound },
    });
    const done = await uac.finished(20_000);
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

const captured = '/usr/share/sip-tester/dtmf_2833_2.pcap';

// SIPp needs a raw socket to send packets as they were captured.
test.runIf(installed('sipp') && existsSync(captured) && process.getuid?.() === 0)(
  'RFC 4733 §2.5: bob hears key 2 as SIPp sends it from a capture, and hangs up',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const uac = await Sipp.start(world, {
      scenario: 'uac-plays-pcap',
      target: server.address,
      service: 'bob',
      values: { PCAP: captured },
    });
    const done = await uac.finished(20_000);
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test.runIf(installed('sipp', 'tshark') && mayCapture())(
  'ITU-T Q.23: offhook call presses keys as tones where SIPp takes no events',
  async () => {
    await using world = new World();
    const phone = await Sipp.start(world, { scenario: 'uas-without-events', service: 'tina' });
    const capture = await Capture.start(world, `udp and ${world.ports.filter}`, [phone.port]);
    const caller = offhook(world, ['call', phone.uri, '--dtmf', '5', '--seconds', '2', '--json']);
    expect(await caller.finished(20_000), caller.tail()).toBe(0);
    await phone.finished();
    await capture.stop();
    const { rate, samples } = capture.sound(phone.mediaPort);
    const start = samples.findIndex((sample) => Math.abs(sample) > 1000) / rate;
    const key = { rate, samples: samples.slice() };
    expect([770, 1336].some((hertz) => Math.abs(listen(key, start, 0.1).hertz - hertz) < 5)).toBe(
      true,
    );
    expect(listen(key, start + 0.12, 0.1).level).toBeLessThan(0.01);
  },
);

test.runIf(installed('baresip'))(
  'RFC 4733 §2.5: baresip hears the key of offhook call, and its own key reaches bob',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const callee = await Baresip.start(world, { user: 'bert' });
    const caller = offhook(world, ['call', callee.uri, '--dtmf', '5', '--seconds', '3', '--json']);
    const pressed = await callee.sees('CALL_DTMF_START');
    expect(pressed['param']).toBe('5');
    expect(await caller.finished(20_000), caller.tail()).toBe(0);
    expect(callee.events.filter(({ type }) => type === 'CALL_DTMF_START')).toHaveLength(1);

    const login = { server: server.address, password: await server.user('alice') };
    const phone = await Baresip.start(world, { user: 'alice', ...login });
    await phone.registered();
    await phone.tell('dial', server.aor('bob'));
    await phone.sees('CALL_ESTABLISHED');
    await phone.tell('sndcode', '2');
    await phone.sees('CALL_CLOSED');
  },
);

test.runIf(installed('linphonec', 'tshark') && mayCapture()).each([
  ['an event', false],
  ['an INFO', true],
])(
  'RFC 4733 §2.5: key 2 of linphonec, sent as %s, reaches bob, who hangs up',
  async (_, keysInInfo) => {
    await using world = new World();
    const server = await Offhook.start(world);
    const login = { server: server.address, password: await server.user('carol') };
    const phone = await Linphone.start(world, { user: 'carol', ...login, keysInInfo });
    await phone.registered();
    const capture = await Capture.start(world, world.ports.filter, [server.port, phone.port]);
    phone.tell(`call ${server.aor('bob')}`);
    await phone.prints(/Media streams established/, 15_000);
    phone.tell('2');
    await phone.prints(/Call \d+ .* ended/);
    await capture.stop();
    const infos = capture.fields('sip.Method == "INFO"', ['sip.CSeq.seq']);
    expect(infos.length > 0).toBe(keysInInfo);
  },
);
