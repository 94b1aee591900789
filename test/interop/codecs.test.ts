// G.722 and Opus with baresip, whose codecs are others than ours: each side hears the other's tone.
import path from 'node:path';
import { expect, test } from 'vitest';
import { listen, loudSeconds, readWav, tone, writeWav } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { pause, World } from '../peers/world.ts';

const cases = [
  { codec: 'G722', named: 'G722/16000/1' },
  { codec: 'opus', named: 'opus/48000/2' },
] as const;

test.runIf(installed('baresip')).each(cases)(
  'baresip hears itself in $codec from echo, which sends back what it gets',
  async ({ named }) => {
    await using world = new World();
    const server = await Offhook.start(world);
    const phone = await Baresip.desk(world, server, {
      user: 'alice',
      ...{ hertz: 1_000, codecs: [named] },
    });
    await phone.tell('dial', server.aor('echo'));
    await phone.sees('CALL_ESTABLISHED');
    await pause(2_500);
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED');
    const heard = await phone.heard();
    expect(loudSeconds(heard)).toBeGreaterThan(1);
    expect(
      Math.abs(listen(heard, heard.samples.length / heard.rate - 1.2, 0.8).hertz - 1_000),
    ).toBeLessThan(5);
  },
);

test.runIf(installed('baresip')).each(cases)(
  '`offhook call --codec $codec` talks with baresip: a tone each way, nothing lost',
  async ({ codec, named }) => {
    await using world = new World();
    const phone = await Baresip.start(world, { user: 'carl', hertz: 440, codecs: [named] });
    const recording = path.join(world.folder, 'heard.wav');
    const sound = path.join(world.folder, 'said.wav');
    writeWav(sound, tone(1_000, 10));
    const caller = offhook(world, [
      ...['call', phone.uri, '--json', '--codec', `${codec},PCMU`, '--play', sound],
      ...['--record', recording, '--seconds', '3'],
    ]);
    expect(await caller.finished(20_000), caller.tail()).toBe(0);
    expect(caller.output).toMatch(new RegExp(`"codec":"${codec}"`));
    expect(caller.output).toMatch(/"lostPackets":0/);
    const said = await phone.heard();
    expect(
      Math.abs(listen(said, said.samples.length / said.rate - 1.2, 0.8).hertz - 1_000),
    ).toBeLessThan(5);
    const heard = readWav(recording);
    expect(loudSeconds(heard)).toBeGreaterThan(1.5);
    expect(Math.abs(listen(heard, 1.5, 0.8).hertz - 440)).toBeLessThan(5);
  },
);
