// Captures between us and other programs: tshark and sngrep read what we write, and we read what they, SIPp and Wireshark write.
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import '@offhook/sip/node';
import { CaptureReader, hepObservation, PcapWriter, readHep, writeHep } from '@offhook/sip/trace';
import type { Captured } from '@offhook/sip/trace';
import { expect, test } from 'vitest';
import { installed, Program } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';
import { observed } from './observed-calls.ts';

/** What a file holds. */
function read(file: string): readonly Captured[] {
  const reader = new CaptureReader();
  return [...reader.push(readFileSync(file)), ...reader.end()];
}

/** Calls over everything, and some media, as our writer writes them. */
function written(world: World): string {
  const file = path.join(world.folder, 'written.pcap');
  const writer = new PcapWriter();
  const { observations, datagrams } = observed();
  const packets = [
    ...observations.map((one) => writer.observation(one)),
    ...datagrams.map((one) => writer.datagram(one)),
  ];
  writeFileSync(file, Buffer.concat([writer.head, ...packets]));
  return file;
}

/** The first lines of its messages. */
function lines(items: readonly Captured[]): readonly string[] {
  return items.flatMap((item) =>
    item.kind === 'observation' && item.observation.kind === 'message'
      ? [item.observation.text.split('\r\n')[0] ?? '']
      : [],
  );
}

/** Numbers of the frames that tshark shows with a filter. */
function tshark(file: string, filter: string): readonly string[] {
  const checks = ['ip', 'tcp', 'udp'].flatMap((name) => ['-o', `${name}.check_checksum:TRUE`]);
  const all = ['-n', '-r', file, ...checks, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
  return execFileSync('tshark', all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .split('\n')
    .filter(Boolean);
}

test.runIf(installed('tshark'))(
  'what PcapWriter writes is valid to tshark, and SIP in each message: UDP, TCP, TLS, WS, both versions of IP',
  async () => {
    await using world = new World();
    const file = written(world);
    const messages = observed().observations.filter(({ kind }) => kind === 'message');
    expect(tshark(file, 'sip')).toHaveLength(messages.length);
    expect(
      tshark(file, '_ws.malformed || tcp.analysis.flags || _ws.expert.severity >= error'),
    ).toEqual([]);
    const wrong =
      'ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || udp.checksum.status == "Bad"';
    expect(tshark(file, wrong)).toEqual([]);
    expect(lines(read(file))).toEqual(
      messages.flatMap((one) => (one.kind === 'message' ? [one.text.split('\r\n')[0]] : [])),
    );
  },
);

test.runIf(installed('tshark', 'sngrep'))(
  'sngrep takes our pcap, and all of it comes out again',
  async () => {
    await using world = new World();
    const file = written(world);
    const copy = path.join(world.folder, 'copy.pcap');
    const sngrep = new Program(world, 'sngrep', ['-N', '-q', '-I', file, '-O', copy]);
    expect(await sngrep.finished()).toBe(0);
    expect(lines(read(copy))).toEqual(lines(read(file)));
  },
);

test.runIf(installed('sngrep'))('HEP from sngrep is read, message by message', async () => {
  await using world = new World();
  const file = written(world);
  const port = await world.ports.take();
  const socket = createSocket('udp4');
  world.own({ close: () => void socket.close() });
  const got: string[] = [];
  socket.on('message', (bytes) => {
    const packet = readHep(bytes);
    const message = packet.ok ? hepObservation(packet.value) : undefined;
    got.push(message === undefined ? 'unread' : (message.text.split('\r\n')[0] ?? ''));
  });
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  const sngrep = new Program(world, 'sngrep', [
    '-N',
    '-q',
    '-I',
    file,
    '-H',
    `udp:127.0.0.1:${port}`,
  ]);
  expect(await sngrep.finished()).toBe(0);
  const wanted = lines(read(file));
  await world.until('all of them', () => got.length >= wanted.length);
  expect(got).toEqual(wanted);
});

test.runIf(installed('sngrep'))('sngrep listens for our HEP and keeps each message', async () => {
  await using world = new World();
  const port = await world.ports.take();
  const copy = path.join(world.folder, 'copy.pcap');
  const sngrep = new Program(
    world,
    'sngrep',
    ['-N', '-q', '-L', `udp:127.0.0.1:${port}`, '-O', copy],
    { endedBy: 'SIGINT' },
  );
  const socket = createSocket('udp4');
  world.own({ close: () => void socket.close() });
  const messages = observed().observations.filter(
    (one) => one.kind === 'message' && one.protocol === 'UDP',
  );
  // It says nothing when it listens, so the calls go to it until it has kept one.
  await world.until('sngrep to keep a message', async () => {
    for (const one of messages) {
      if (one.kind === 'message')
        socket.send(writeHep(one, { correlation: 'x' }), port, '127.0.0.1');
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    return existsSync(copy) && lines(read(copy)).length >= messages.length;
  });
  await sngrep.close();
  const kept = lines(read(copy));
  for (const one of messages)
    if (one.kind === 'message') expect(kept).toContain(one.text.split('\r\n')[0]);
});

test.runIf(installed('sipp'))(
  'the log that SIPp writes with -trace_msg has the messages of both directions',
  async () => {
    await using world = new World();
    const callee = await Sipp.start(world, { scenario: 'uas', calls: 1 });
    const caller = await Sipp.start(world, {
      scenario: 'uac',
      target: `127.0.0.1:${callee.port}`,
      calls: 1,
      more: ['-trace_msg'],
    });
    expect(await caller.finished()).toMatchObject({ status: 0, succeeded: 1 });
    const log = readdirSync(world.folder, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('_messages.log'),
    );
    if (log === undefined) throw new Error('SIPp wrote no log');
    const items = read(path.join(world.folder, log));
    const told = items.map((item) => {
      if (item.kind !== 'observation' || item.observation.kind !== 'message') return item.kind;
      const { text, local, remote } = item.observation;
      return `${local.port === caller.port ? '>' : '<'}${remote.port === callee.port ? '>' : '<'} ${/^\w+(?:\/2.0 \d+)?/.exec(text)?.[0]}`;
    });
    expect(told).toEqual([
      '>> INVITE',
      '<< SIP/2.0 180',
      '<< SIP/2.0 200',
      '>> ACK',
      '>> BYE',
      '<< SIP/2.0 200',
    ]);
  },
);

test.runIf(installed('tshark'))(
  'what tshark exports as PDUs gives the same messages as the capture itself',
  async () => {
    await using world = new World();
    const file = written(world);
    const copy = path.join(world.folder, 'copy.pcapng');
    execFileSync('tshark', ['-n', '-r', file, '-U', 'OSI layer 7', '-Y', 'sip', '-w', copy], {
      stdio: 'ignore',
    });
    expect(lines(read(copy))).toEqual(lines(read(file)));
  },
);
