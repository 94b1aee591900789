// The soak: real `serve`, load, faults, a row every ten seconds, and a verdict.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { tcp, udp, webSocketClient } from '@offhook/sip/node';
import { seededRandom } from '@offhook/sip/testing';
import { impairedTcp, impairedUdp } from '@offhook/sip/testing/node';
import { Offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';
import { spoil } from './faults.ts';
import type { NamedLine } from './faults.ts';
import { oneCall, oneMessage, pause, phone } from './load.ts';
import type { LoadCounts, LoadPhone } from './load.ts';

/** What the probe in the server says. */
interface Probed {
  readonly heapUsed: number;
  readonly rss: number;
  readonly sockets: number;
  readonly living: Readonly<Record<string, number>>;
}

/** How a soak is run; times in milliseconds. */
export interface SoakOptions {
  /** The time between two calls. */
  readonly pace?: number;
  /** The time between the end of a fault and the next. */
  readonly calm?: number;
  /** The time between two rows. */
  readonly interval?: number;
  /** Waited for when all is over: twice 64*T1, and a little more, unless said. */
  readonly drain?: number;
  readonly print?: (line: string) => void;
}

/** What a soak came to. */
export interface SoakOutcome extends LoadCounts {
  readonly rows: readonly Probed[];
  /** Transactions and dialogs that live in the server a minute after the last call. */
  readonly left: number;
  readonly status: number;
  /** How long after the last fault the last phone could call and be called again, in milliseconds. */
  readonly recovery: number;
  /** Of the server's heap after a collection, in percent, from a tenth of the run to its end. */
  readonly growth: number;
}

/** A flow that is gone is noticed by its keep-alive, a server that refused may be left alone for thirty seconds. */
const mostRecovery = 90_000;

/** What may live on: the core of a server takes finished transactions out of its list when sixty-four are in it. */
const mostLeft = 80;

/** Runs for so many minutes; true when nothing is to be blamed. */
export async function soak(minutes: number, seed: number): Promise<boolean> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(`Soak of ${minutes} minutes, seed ${seed}`);
  const outcome = await run(minutes * 60_000, seed, { print });
  for (const failure of outcome.failures) print(`FAILED without a fault on its line: ${failure}`);
  print(`${outcome.succeeded} of ${outcome.calls} calls succeeded, ${sumOf(outcome.excused.values())} met a fault, ${outcome.failures.length} failed without one`); // prettier-ignore
  if (outcome.refused > 0) print(`  ${outcome.refused} were refused, since the server had more to do than it could: this machine is busy`); // prettier-ignore
  for (const [why, count] of outcome.excused) print(`  met a fault: ${count} times ${why}`);
  print(`The last call that failed of a fault began ${(outcome.slowest / 1000).toFixed(1)} s after its end`); // prettier-ignore
  print(
    `${(outcome.recovery / 1000).toFixed(1)} s after the end every phone could be called again`,
  );
  print(`${outcome.delivered} of ${outcome.messages} messages were taken`);
  print(`${outcome.left} transactions and dialogs live at the end; the heap grew by ${outcome.growth.toFixed(1)} %; exit status ${outcome.status}`); // prettier-ignore
  const isGood = outcome.failures.length === 0 && outcome.left <= mostLeft && outcome.recovery < mostRecovery && outcome.status === 0; // prettier-ignore
  // A short run has not warmed up by its tenth part.
  return isGood && (minutes < 10 || outcome.growth <= 5);
}

/** As `soak`, for whoever judges by himself. */
export async function run(
  milliseconds: number,
  seed: number,
  { pace = 150, calm = 5_000, interval = 10_000, drain = 68_000, print = () => undefined }: SoakOptions = {}, // prettier-ignore
): Promise<SoakOutcome> {
  await using world = new World(milliseconds + 200_000);
  const random = seededRandom(seed);
  const probe = path.join(world.folder, 'probe');
  process.env['OFFHOOK_PROBE'] = probe;
  process.env['NODE_OPTIONS'] = `--import=${fileURLToPath(new URL('probe.mjs', import.meta.url))}`;
  const server = await Offhook.start(world, ['--quiet']);
  delete process.env['NODE_OPTIONS'];
  const { lines, phones } = await populate(world, server, seed);
  const counts: LoadCounts = { calls: 0, succeeded: 0, excused: new Map(), refused: 0, refusedAt: Number.NEGATIVE_INFINITY, slowest: 0, messages: 0, delivered: 0, failures: [] }; // prettier-ignore
  const rows: Probed[] = [];
  const end = performance.now() + milliseconds;
  const started = performance.now();
  const row = async (): Promise<Probed> => {
    const probed = await ask(server, world, probe, rows.length + 1);
    rows.push(probed);
    print(shown(performance.now() - started, counts, probed));
    return probed;
  };
  print(head);
  await row();
  await Promise.all([
    every(end, pace, () => void load(phones, server, random, counts)),
    every(end, interval, row),
    every(end - 10_000, calm, () => spoil(lines, random, (what) => print(`          ${what}`))),
  ]);
  for (const { line } of lines) line.change({ loss: 0, latency: 0, cut: 0, corrupt: 0 });
  // Calls end, and whoever lost its connection or its registration finds back.
  await pause(4_000);
  const recovery = await recovered(phones, server);
  await Promise.all(phones.map(({ ua }) => ua.close()));
  await pause(drain);
  const last = await row();
  const warm = rows[Math.max(1, Math.floor(rows.length / 10))] ?? last;
  const status = await server.drain();
  const left = sumOf(Object.values(last.living));
  return {
    ...counts,
    rows,
    left,
    status,
    recovery,
    growth: (last.heapUsed / warm.heapUsed - 1) * 100,
  };
}

/** Has each phone called by its neighbour until that succeeds; how long it took in all. */
async function recovered(phones: readonly LoadPhone[], server: Offhook): Promise<number> {
  const started = performance.now();
  const reach = async (from: LoadPhone, to: LoadPhone): Promise<void> => {
    while (performance.now() - started < mostRecovery) {
      try {
        const call = await from.ua.call(`sip:${to.name}@${server.domain}`).answered;
        await call.hangUp();
        return;
      } catch {
        await pause(500);
      }
    }
  };
  await Promise.all(phones.map((from, index) => reach(from, phones.at(index - 1) ?? from)));
  return performance.now() - started;
}

/** Two phones each over UDP, TCP and WebSocket; the two of a kind share a line. */
async function populate(world: World, server: Offhook, seed: number) {
  const sip = { host: server.host, port: server.port };
  const web = { host: server.host, port: server.httpPort };
  const named = (name: string, line: NamedLine['line']): NamedLine => ({
    name,
    line: world.own(line),
    spoiled: { begun: Number.NEGATIVE_INFINITY, over: Number.NEGATIVE_INFINITY },
  });
  const lines = [
    named('UDP', await impairedUdp({ target: sip, seed })),
    named('TCP', await impairedTcp({ target: sip, seed: seed + 1 })),
    named('WS', await impairedTcp({ target: web, seed: seed + 2 })),
  ];
  const phones: LoadPhone[] = [];
  for (const [index, line] of lines.entries()) {
    for (const half of ['a', 'b']) {
      const name = `${line.name.toLowerCase()}-${half}`;
      await server.user(name);
      const { port } = line.line.local;
      const random = seededRandom(seed + 10 + phones.length);
      const hop = `sip:127.0.0.1:${port}`;
      const [transport, nextHop] = [
        [udp({ host: '127.0.0.1' }), hop],
        [tcp({ host: '127.0.0.1', accept: false }), `${hop};transport=tcp`],
        [webSocketClient({ url: `ws://127.0.0.1:${port}/` }), `${hop};transport=ws`],
      ][index] as [ReturnType<typeof udp>, string];
      const domain = server.domain;
      phones.push(await phone({ name, domain, server: nextHop, transport, line, random }));
    }
  }
  return { lines, phones };
}

/** One call or one message of one phone to another, or to echo. */
async function load(
  phones: readonly LoadPhone[],
  server: Offhook,
  random: { fraction(): number },
  counts: LoadCounts,
): Promise<void> {
  const pick = (): LoadPhone | undefined => phones[Math.floor(random.fraction() * phones.length)];
  const [from, to] = [pick(), pick()];
  if (from === undefined || to === undefined) return;
  const uri = `sip:${to.name}@${server.domain}`;
  if (random.fraction() < 0.3) return oneMessage(from, uri, counts);
  const hold = 500 + random.fraction() * 2_000;
  if (from === to) {
    return oneCall(from, { uri: `sip:echo@${server.domain}`, line: undefined }, hold, counts);
  }
  return oneCall(from, { uri, line: to.line }, hold, counts);
}

/** Does `act` until `end`, with `pause` between one and the next. */
async function every(end: number, wait: number, act: () => unknown): Promise<void> {
  while (performance.now() < end) {
    await act();
    await pause(Math.max(0, Math.min(wait, end - performance.now())));
  }
}

async function ask(server: Offhook, world: World, file: string, number: number): Promise<Probed> {
  server.program.signal('SIGUSR2');
  const line = await world.until(
    'the probe to answer',
    () => {
      try {
        return readFileSync(file, 'utf8').split('\n').slice(0, -1)[number - 1];
      } catch {
        return undefined;
      }
    },
    20_000,
  );
  return JSON.parse(line) as Probed;
}

const head =
  '  seconds   calls  failed excused  refused  messages  heap MiB  RSS MiB  sockets  transactions  dialogs';

function shown(milliseconds: number, counts: LoadCounts, probed: Probed): string {
  const { Dialog: dialogs = 0, ...transactions } = probed.living;
  const columns: readonly (readonly [number | string, number])[] = [
    [(milliseconds / 1000).toFixed(0), 9],
    [counts.calls, 8],
    [counts.failures.length, 8],
    [sumOf(counts.excused.values()), 8],
    [counts.refused, 9],
    [counts.messages, 10],
    [(probed.heapUsed / 2 ** 20).toFixed(2), 10],
    [(probed.rss / 2 ** 20).toFixed(0), 9],
    [probed.sockets, 9],
    [sumOf(Object.values(transactions)), 14],
    [dialogs, 9],
  ];
  return columns.map(([value, width]) => String(value).padStart(width)).join('');
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
