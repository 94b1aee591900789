// One run of legs to browsers: offers are answered, ICE and DTLS run, and what one leg costs who answered is printed as JSON.
// Usage: node legs.ts embedded|werift LEGS FOLDER-OF-PACKAGES
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { root } from '../peers.ts';
import { cores, freePorts, Server } from '../program.ts';
import { peerOptions } from './werift.ts';
import type { PeerConnection, Werift } from './werift.ts';

const [by = '', legs = '40', folder = '.'] = process.argv.slice(2);
const { RTCPeerConnection, RTCRtpCodecParameters } = createRequire(`${folder}/package.json`)(
  'werift',
) as Werift;
/** Legs that are held at once, to see what each takes of memory. */
const heldLegs = 40;

const [port = 0] = await freePorts(1);
const program = path.join(root, 'bench/sut/legs.ts');
const system = await Server.start([process.execPath, program, String(port), by, folder], port);
// The browsers are the load.
execFileSync('taskset', ['-acp', String(cores.generator), String(process.pid)]);
try {
  // What all legs need is loaded and compiled by the first ones.
  for (let leg = 0; leg < 10; leg += 1) await once();
  const before = cpuSeconds();
  const waits: number[] = [];
  for (let leg = 0; leg < Number(legs); leg += 1) waits.push(await once());
  const cpu = ((cpuSeconds() - before) * 1e6) / waits.length;
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(share * (waits.length - 1))] ?? 0;
  const memory = memoryOf();
  const held: PeerConnection[] = [];
  for (let leg = 0; leg < heldLegs; leg += 1) held.push((await connect()).connection);
  const kilobytesPerCall = (memoryOf() - memory) / heldLegs;
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map(at);
  process.stdout.write(
    `${JSON.stringify({ cpu, done: waits.length, p50, p95, p99, kilobytesPerCall })}\n`,
  );
  await Promise.all(held.map((connection) => connection.close()));
} finally {
  await system.stop();
}
process.exit();

/** A browser connects and leaves; the milliseconds until it was connected. */
async function once(): Promise<number> {
  const { connection, milliseconds } = await connect();
  await tell('DELETE', '');
  await connection.close();
  return milliseconds;
}

/** A browser that is connected, and how long that took after it had its answer. */
async function connect(): Promise<{ connection: PeerConnection; milliseconds: number }> {
  const connection = new RTCPeerConnection(peerOptions(RTCRtpCodecParameters));
  connection.addTransceiver('audio');
  await connection.setLocalDescription(await connection.createOffer());
  const started = performance.now();
  const sdp = await tell('POST', connection.localDescription?.sdp ?? '');
  const connected = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('A leg does not connect')), 10_000);
    connection.connectionStateChange.subscribe((state) => {
      if (state !== 'connected') return;
      clearTimeout(late);
      resolve();
    });
  });
  await connection.setRemoteDescription({ type: 'answer', sdp });
  await connected;
  return { connection, milliseconds: performance.now() - started };
}

async function tell(method: string, body: string): Promise<string> {
  const options = method === 'POST' ? { method, body } : { method };
  const response = await fetch(`http://127.0.0.1:${port}/`, options);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

function cpuSeconds(): number {
  return system.pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) / 100;
  }, 0);
}

/** Kilobytes. */
function memoryOf(): number {
  return system.pids.reduce((sum, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }, 0);
}
