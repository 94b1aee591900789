// One run of a relay of media: calls are joined, telephones speak, and what one packet costs is printed as JSON.
// Usage: node relay.ts embedded|rtpengine|nothing plain|encrypted CALLS SECONDS WARM
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Sample } from '../measure.ts';
import { cache, root } from '../peers.ts';
import { cores, finished, freePorts, Server } from '../program.ts';
import { built } from '../sut/built.ts';
import { joinCalls } from './calls.ts';
import type { Way } from './calls.ts';

/** What a system told of itself besides what the load saw. */
type Told = Pick<Sample, 'setUpMilliseconds' | 'kilobytesPerCall'>;

const [by = '', wayText, calls = '100', seconds = '4', warm = '2'] = process.argv.slice(2);
const way: Way = wayText === 'encrypted' ? 'encrypted' : 'plain';
const folder = mkdtempSync(path.join(tmpdir(), 'offhook-relay-'));
const map = path.join(folder, 'map');
const [port = 0] = await freePorts(1);
try {
  const told = by === 'nothing' ? nothing() : undefined;
  const system = told === undefined ? await start() : undefined;
  try {
    const more = told ?? (by === 'embedded' ? itself(system) : await joinByRtpengine(system));
    const pids = system === undefined ? String(process.pid) : system.pids.join(',');
    const sample = await load(pids);
    process.stdout.write(`${JSON.stringify({ ...sample, ...more })}\n`);
  } finally {
    await system?.stop();
  }
} finally {
  rmSync(folder, { recursive: true });
}

function start(): Promise<Server> {
  if (by === 'embedded') {
    const program = path.join(root, 'bench/sut/bridges.ts');
    return Server.start([process.execPath, program, String(port), calls, way, map], port);
  }
  const flags = {
    ...{ 'config-file': 'none', table: -1, interface: '127.0.0.1', 'num-threads': 1 },
    ...{ 'listen-ng': `127.0.0.1:${port}`, 'port-min': 20_000, 'port-max': 32_000 },
    ...{ 'log-level': 2, tos: 0, timeout: 600 },
  };
  const named = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  return Server.start(['rtpengine', ...named, '--log-stderr', '--foreground'], port);
}

async function joinByRtpengine(system: Server | undefined): Promise<Told> {
  const { rtpengineBridge } =
    await built<typeof import('../../packages/offhook/src/media/rtpengine/engine.ts')>(
      'media/rtpengine/engine',
    );
  const engine = rtpengineBridge({ addresses: [{ host: '127.0.0.1', port }] });
  await joinCalls(engine, { count: 1, first: 2200, way: 'plain' });
  const before = memoryOf(system);
  const started = performance.now();
  writeFileSync(map, await joinCalls(engine, { count: Number(calls), first: 0, way }));
  return {
    setUpMilliseconds: (performance.now() - started) / Number(calls),
    kilobytesPerCall: (memoryOf(system) - before) / Number(calls),
  };
}

/** What our own program printed when it was ready. */
function itself(system: Server | undefined): Told {
  return JSON.parse(system?.output.trim().split('\n').at(-1) ?? '{}') as Told;
}

/** Telephones that send to each other: what the load itself takes, and how late it is. */
function nothing(): Told {
  const lines = Array.from({ length: Number(calls) }, (_, call) => {
    const port = 61_000 + 2 * call;
    return `${port} ${port} ${port} ${port}\n`;
  });
  writeFileSync(map, lines.join(''));
  return {};
}

async function load(pids: string): Promise<Sample> {
  const options = [
    ...(by === 'nothing' ? ['-n'] : []),
    '-f',
    map,
    '-d',
    seconds,
    '-W',
    warm,
    '-P',
    pids,
  ];
  return JSON.parse(
    await finished([path.join(cache, 'rtpload'), ...options], cores.generator),
  ) as Sample;
}

/** Kilobytes. */
function memoryOf(system: Server | undefined): number {
  return (system?.pids ?? []).reduce((sum, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }, 0);
}
