// Measures Offhook beside its peers, in turn in one run: A B A B. Usage: npm run bench -- [parse options uas proxy traces register media gateway trace size] [--trial]
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { cases } from './cases.ts';
import type { Case } from './cases.ts';
import { measure } from './measure.ts';
import type { Sample, Times } from './measure.ts';
import { bringPeers } from './peers.ts';
import type { Peers } from './peers.ts';
import { endAll } from './program.ts';
import { circumstances, keep, plain, writePage } from './results.ts';
import type { Result } from './results.ts';
import { keepSizes, measureSizes } from './size.ts';
import { makeCapture } from './trace/capture.ts';
import { makeUsers } from './users.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    seconds: { type: 'string' },
    warm: { type: 'string' },
    trial: { type: 'boolean', default: false },
  },
});
const trial = values.trial;
const runs = number(values.runs, trial ? 1 : 3);
const times: Times = {
  seconds: number(values.seconds, trial ? 1.5 : 4),
  warm: number(values.warm, trial ? 1 : 2),
};

process.once('SIGINT', stop);
process.once('SIGTERM', stop);
try {
  await main();
} catch (error) {
  endAll();
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const chosen = cases.filter(
    ({ name, group }) =>
      positionals.length === 0 || positionals.includes(group) || positionals.includes(name),
  );
  const words = new Set(['size', ...cases.flatMap(({ name, group }) => [name, group])]);
  const unknown = positionals.filter((word) => !words.has(word));
  if (unknown.length > 0)
    throw new Error(
      `There is no case ${unknown.join(', ')}. Next step: choose of ${[...words].join(', ')}`,
    );
  if (positionals.length === 0 || positionals.includes('size')) await takeSizes();
  if (chosen.length === 0) return;
  if (process.platform !== 'linux' || availableParallelism() < 2) {
    throw new Error(
      'The benchmarks need Linux and two cores: one for the load, one for what is measured.',
    );
  }
  say('Bringing the peers and making the users');
  const peers = bringPeers();
  for (const missing of peers.missing) say(`Not measured: ${missing}`);
  await makeUsers();
  if (chosen.some(({ group }) => group === 'trace')) makeCapture();
  const about = circumstances();
  const results: Result[] = [];
  for (const each of chosen) results.push({ ...about, ...(await run(each, peers)) });
  process.stdout.write(`\n${plain(results).join('\n')}\n`);
  if (trial) {
    say('A trial: nothing is kept.');
    return;
  }
  for (const result of results) keep(result);
  writePage();
  say('Kept in bench/results; docs/performance.md is written.');
}

/** What a page loads: nothing runs, so it is taken once. */
async function takeSizes(): Promise<void> {
  const sizes = await measureSizes();
  for (const { name, compressed } of sizes) say(`${name}: ${(compressed / 1000).toFixed(1)} kB`);
  if (trial) return;
  keepSizes(sizes);
  writePage();
}

/** All contenders of a case in turn, as often as there are runs. */
async function run(each: Case, { versions }: Peers): Promise<Omit<Result, 'commit' | 'machine'>> {
  const contenders = each.contenders.filter(
    ({ needs }) => needs === undefined || versions[needs] !== undefined,
  );
  const samples = contenders.map((): Sample[] => []);
  for (let turn = 1; turn <= runs; turn += 1) {
    for (const [place, contender] of contenders.entries()) {
      const sample = await measure(each, contender, times);
      samples[place]?.push(sample);
      const rate = sample.perSecond === undefined ? '' : `, ${Math.round(sample.perSecond)}/s`;
      say(`${each.name} ${turn}/${runs} ${contender.name}: ${sample.cpu.toFixed(2)} µs${rate}`);
    }
  }
  return {
    name: each.name,
    title: each.title,
    at: new Date().toISOString().slice(0, 16).replace('T', ' '),
    times: { ...times, warm: each.warm ?? times.warm },
    goals: each.goals,
    ...(each.perSecond === undefined ? {} : { perSecond: each.perSecond }),
    entries: contenders.map(({ name, needs }, place) => ({
      name,
      version: needs === undefined ? '' : (versions[needs] ?? ''),
      samples: samples[place] ?? [],
    })),
  };
}

function number(text: string | undefined, usual: number): number {
  const given = text === undefined ? usual : Number(text);
  if (!(given > 0)) throw new Error(`${text} is not a number above 0`);
  return given;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function stop(): void {
  endAll();
  process.exit(1);
}
