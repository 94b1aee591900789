// Makes one capture, in a network namespace of its own (run.ts gives it one): `node one.ts NAME FOLDER`.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { Program } from '../peers/program.ts';
import { pause, World } from '../peers/world.ts';
import { address, Lab } from './lab.ts';
import { families } from './list.ts';
import { fileName } from './recipe.ts';
import type { Count, Recipe } from './recipe.ts';

/** Octets of a compressed capture. */
const largest = 40_000;

const usual = 'udp or icmp or tcp port 5060 or tcp port 5061 or tcp port 8080';

const [wanted = '', folder = '.'] = process.argv.slice(2);
const recipe = families
  .flatMap((family) => family.recipes.map((one) => [fileName(family, one), one] as const))
  .find(([name]) => name === wanted)?.[1];
if (recipe === undefined) throw new Error(`There is no recipe ${wanted}`);

const bytes = await record(recipe);
const packed = gzipSync(bytes, { level: 9 });
if (packed.length > largest) throw new Error(`${wanted} has ${packed.length} octets`);
writeFileSync(path.join(folder, `${wanted}.pcap.gz`), packed);
process.stdout.write(`${wanted} ${packed.length}\n`);
process.exit(0);

async function record(made: Recipe): Promise<Uint8Array> {
  const { seconds = 60 } = made;
  await using world = new World((seconds + 40) * 1000);
  const lab = new Lab(world, [
    ...Object.values(address).filter((host) => host !== address.nobody),
    ...(made.hosts ?? []),
  ]);
  const file = path.join(world.folder, 'capture.pcap');
  const filter = made.filter ?? usual;
  const dumpcap = new Program(world, 'dumpcap', ['-P', '-q', '-i', 'lo', '-f', filter, '-w', file]);
  await dumpcap.prints(/File: /);
  await pause(300);
  try {
    await Promise.race([made.run(lab), givenUp(seconds)]);
  } finally {
    await pause(500);
    dumpcap.signal('SIGINT');
    await dumpcap.finished(10_000);
    if (process.env['OFFHOOK_LAB_KEEP'] !== undefined)
      writeFileSync(
        path.join(process.env['OFFHOOK_LAB_KEEP'], `${wanted}.pcap`),
        readFileSync(file),
      );
  }
  const kept = made.withoutPages === true ? withoutPages(file) : file;
  prove(kept, made);
  return readFileSync(kept);
}

function withoutPages(file: string): string {
  const rows = tshark(file, [], ['-Y', 'websocket', '-T', 'fields', '-e', 'tcp.stream']).split(
    '\n',
  );
  const streams = [...new Set(rows.filter((row) => row !== ''))];
  const kept = `${file}.kept`;
  const filter = ['!tcp', ...streams.map((stream) => `tcp.stream == ${stream}`)].join(' || ');
  tshark(file, [], ['-Y', filter, '-F', 'pcap', '-w', kept]);
  return kept;
}

async function givenUp(seconds: number): Promise<never> {
  await pause(seconds * 1000);
  throw new Error(`It took longer than ${seconds} seconds`);
}

// A label is only true when another program sees what it says.
function prove(file: string, { proof, sipPorts = [] }: Recipe): void {
  for (const [filter, count] of Object.entries(proof)) {
    const found = frames(file, filter, sipPorts);
    if (!fits(found, count))
      throw new Error(
        `tshark finds ${found} frames for ${filter}, not ${String(count)}:\n${overview(file, sipPorts)}`,
      );
  }
}

function frames(file: string, filter: string, sipPorts: readonly number[]): number {
  const text = tshark(file, sipPorts, ['-Y', filter, '-T', 'fields', '-e', 'frame.number']);
  return text.split('\n').filter((line) => line !== '').length;
}

function overview(file: string, sipPorts: readonly number[]): string {
  return tshark(file, sipPorts, ['-Y', 'sip || icmp || stun || dtls']).slice(0, 6_000);
}

function tshark(file: string, sipPorts: readonly number[], words: readonly string[]): string {
  const decode = sipPorts.flatMap((port) => [
    '-d',
    `udp.port==${port},sip`,
    '-d',
    `tcp.port==${port},sip`,
  ]);
  return execFileSync(
    'tshark',
    ['-n', '-r', file, '-o', 'rtp.heuristic_rtp:TRUE', ...decode, ...words],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
}

function fits(found: number, count: Count): boolean {
  if (typeof count === 'number') return found === count;
  return found >= count[0] && found <= count[1];
}
