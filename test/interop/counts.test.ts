// Calls of SIPp as tshark captured them, half of them over a bad line: our reader counts the same, also in the copy that it writes. Many more, told
// by our own tap, are in test/measured/mixed-trace.test.ts.
import { createReadStream, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CaptureReader, PcapWriter } from '@offhook/sip/trace';
import { impairedUdp } from '@offhook/sip/testing/node';
import { expect, test } from 'vitest';
import { differences, ownCounts, tsharkCounts } from '../../scripts/capture-counts.ts';
import { tone, writeMulaw } from '../peers/audio.ts';
import { mayCapture } from '../peers/capture.ts';
import { Offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

test.runIf(installed('sipp', 'tshark') && mayCapture())(
  'in what tshark captured of calls by lossy UDP and by TCP, messages, repeats, dialogs, RTP packets and losses are those that tshark counts',
  async () => {
    await using world = new World(110_000);
    const server = await Offhook.start(world, ['--quiet']);
    const lossy = await world.ports.take();
    const bad = { toTarget: { loss: 0.15 }, toClient: { loss: 0.15 } };
    const target = { host: server.host, port: server.port };
    world.own(await impairedUdp({ target, seed: 7, local: { port: lossy }, ...bad }));
    const sound = path.join(world.folder, 'tone.ul');
    writeMulaw(sound, tone(440, 2));

    const file = path.join(world.folder, 'calls.pcapng');
    const capture = new Program(world, 'tshark', [
      '-i',
      'lo',
      '-w',
      file,
      '-q',
      '-f',
      world.ports.filter,
    ]);
    await capture.prints(/Capturing on/);
    await pause(300);
    const usual = { uri: server.aor('echo'), target: server.address, rate: 20, hold: 300 };
    const retries = ['-max_invite_retrans', '8', '-max_non_invite_retrans', '12'];
    const callers = [
      await Sipp.start(world, {
        ...usual,
        ...{ scenario: 'uac', target: `127.0.0.1:${lossy}`, calls: 40, more: retries },
      }),
      await Sipp.start(world, { ...usual, scenario: 'uac', transport: 'tcp', calls: 10 }),
      await Sipp.start(world, {
        ...usual,
        ...{ scenario: 'uac-plays', calls: 10, values: { SOUND: sound } },
      }),
    ];
    for (const caller of callers) {
      const done = await caller.finished(80_000);
      expect(done, done.errors).toMatchObject({ failed: 0 });
    }
    await pause(500);
    capture.signal('SIGINT');
    await capture.finished(10_000);

    const own = await ownCounts(file);
    expect(own.callIds).toBe(60);
    expect(own.resent).toBeGreaterThan(5);
    expect(own.streams.size).toBeGreaterThanOrEqual(10);
    expect(differences(own, await tsharkCounts(file))).toEqual([]);

    // What we export is another file of the same: only its frames are not, since it has no bare acknowledgments of TCP.
    const copy = path.join(world.folder, 'exported.pcap');
    await exported(file, copy);
    const again = await tsharkCounts(copy);
    expect(differences({ ...own, frames: again.frames }, again)).toEqual([]);
  },
  120_000,
);

/** Writes all that was read of one capture into another. */
async function exported(from: string, to: string): Promise<void> {
  const reader = new CaptureReader();
  const writer = new PcapWriter();
  const parts: Uint8Array[] = [writer.head];
  const take = (items: ReturnType<CaptureReader['push']>): void => {
    for (const item of items) {
      if (item.kind === 'observation') parts.push(writer.observation(item.observation));
      if (item.kind === 'datagram') parts.push(writer.datagram(item));
    }
  };
  for await (const bytes of createReadStream(from)) take(reader.push(bytes));
  take(reader.end());
  writeFileSync(to, Buffer.concat(parts));
}
