// One run of one contender in one case.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Case } from './cases.ts';
import { password } from './contenders.ts';
import type { Contender } from './contenders.ts';
import { cache } from './peers.ts';
import { cores, finished, freePorts, Server } from './program.ts';

/** How long things are measured. */
export interface Times {
  /** Seconds of load that count. */
  readonly seconds: number;
  /** Seconds of load before them. */
  readonly warm: number;
}

/** What one run gave; a contender that measures itself has only the first two. */
export interface Sample {
  /** Microseconds of CPU time for each operation. */
  readonly cpu: number;
  readonly done: number;
  readonly user?: number;
  readonly system?: number;
  readonly perSecond?: number;
  readonly failed?: number;
  /** Retransmissions by the load generator. */
  readonly repeats?: number;
  readonly unfinished?: number;
  /** Milliseconds. */
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly rssMegabytes?: number;
  /** The most memory that a program had which ran from beginning to end. */
  readonly peakMegabytes?: number;
  /** Of the system, for each call that it holds. */
  readonly kilobytesPerCall?: number;
  /** To set a call up. */
  readonly setUpMilliseconds?: number;
  /** Shares of a core: of the system under test, of both cores with all that ran there, and what the host took away. */
  readonly cpuShare?: number;
  readonly core0?: number;
  readonly core1?: number;
  readonly steal?: number;
}

// In memory where there is such a disk: Kamailio syncs its database at each commit and we do not, and neither the wait
// for a disk nor who works meanwhile should be measured.
const disk = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Measures `contender` once; throws when it does not start or answers nothing. */
export async function measure(each: Case, contender: Contender, times: Times): Promise<Sample> {
  if (each.load === undefined) {
    return read(
      await finished(contender.command({ port: 0, otherPort: 0, folder: '' }), cores.system),
    );
  }
  const [port = 0, otherPort = 0, phonePort = 0] = await freePorts(3);
  const folder = path.join(mkdtempSync(path.join(disk, 'offhook-bench-')), 'data');
  const server = await Server.start(contender.command({ port, otherPort, folder }), port);
  try {
    const phone = each.called === true ? ['-u', String(phonePort)] : [];
    if (each.registered === true) await registerPhone(port, phonePort);
    const target = each.registered === true ? ['-t', `u0000000@127.0.0.1:${port}`] : [];
    const sample = await load([
      ...[...each.load, '-p', String(port), ...phone, ...target],
      ...['-d', String(times.seconds), '-W', String(each.warm ?? times.warm)],
      ...['-P', server.pids.join(',')],
    ]);
    if (sample.done === 0)
      throw new Error(`${contender.name} answered nothing:\n${server.output.slice(-2000)}`);
    return sample;
  } finally {
    await server.stop();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  }
}

async function registerPhone(port: number, phonePort: number): Promise<void> {
  const { done } = await load([
    ...['-m', 'register', '-p', String(port), '-l', String(phonePort)],
    ...['-U', '1', '-w', '1', '-n', '1', '-W', '0', '-d', '5', '-a', password],
  ]);
  if (done !== 1) throw new Error('The called phone could not register');
}

async function load(loadArguments: readonly string[]): Promise<Sample> {
  return read(await finished([path.join(cache, 'sipload'), ...loadArguments], cores.generator));
}

// The boundary where what our own programs print gets its type.
function read(json: string): Sample {
  return JSON.parse(json) as Sample;
}
