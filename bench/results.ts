// Results as they are kept, and the tables that are made of them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { cases } from './cases.ts';
import type { Goal } from './cases.ts';
import type { Sample, Times } from './measure.ts';
import { root } from './peers.ts';
import { sizeTable } from './size.ts';
import { summary } from './statistics.ts';

/** One contender's runs in one case. */
export interface Entry {
  readonly name: string;
  readonly version: string;
  readonly samples: readonly Sample[];
}

/** One case as it was measured. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly at: string;
  /** The commit, with `+` when files had changed since. */
  readonly commit: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly kernel: string;
    readonly node: string;
  };
  readonly times: Times;
  readonly goals: readonly Goal[];
  /** Where an operation is one of a stream: how many of them a second it has. */
  readonly perSecond?: number;
  /** Ours first. */
  readonly entries: readonly Entry[];
}

/** Where and of what code the figures are; asked once, since the repository may change while we measure. */
export function circumstances(): Pick<Result, 'commit' | 'machine'> {
  const git = (...words: string[]): string =>
    spawnSync('git', words, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? '';
  const changed = git('status', '--porcelain', '--', 'packages') === '' ? '' : '+';
  const [first] = cpus();
  return {
    commit: `${git('rev-parse', '--short', 'HEAD')}${changed}`,
    machine: {
      cpu: first?.model ?? 'unknown',
      cores: cpus().length,
      kernel: release(),
      node: process.version,
    },
  };
}

const folder = path.join(root, 'bench/results');
const page = path.join(root, 'docs/performance.md');
const begins = '<!-- written by npm run bench: begin -->';
const ends = '<!-- written by npm run bench: end -->';

/** Keeps a result in the place of the last one of its case. */
export function keep(result: Result): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${result.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

/** Writes the table of all kept results into docs/performance.md. */
export function writePage(): void {
  const kept = cases.flatMap(({ name }) => {
    const file = path.join(folder, `${name}.json`);
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Result] : [];
  });
  const text = readFileSync(page, 'utf8');
  const [before = '', rest = ''] = text.split(begins);
  const [, after = ''] = rest.split(ends);
  writeFileSync(
    page,
    `${before}${begins}\n${[...markdown(kept), '', ...origins(kept), '', ...sizeTable()].join('\n')}\n${ends}${after}`,
  );
}

/** The table of `results` for a terminal. */
export function plain(results: readonly Result[]): readonly string[] {
  const rows = [heads, ...results.flatMap(rowsOf)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const heads: readonly string[] = [
  'operation',
  'by',
  'µs CPU',
  'spread',
  'ours is',
  'goal',
  'at the same time',
];

function markdown(results: readonly Result[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...results.flatMap(rowsOf).map(line)];
}

function rowsOf({ title, entries, goals, perSecond }: Result): readonly (readonly string[])[] {
  const [ours] = entries;
  const mine = ours === undefined ? Number.NaN : summary(ours.samples.map(({ cpu }) => cpu)).median;
  return entries.map((entry, place) => {
    const { median, least, most } = summary(entry.samples.map(({ cpu }) => cpu));
    const goal = goals.find(({ against }) => against === entry.name);
    const ratio = mine / median;
    return [
      place === 0 ? title : '',
      `${entry.name}${entry.version === '' ? '' : ` ${entry.version}`}`,
      figure(median),
      `${figure(least)}-${figure(most)}`,
      place === 0 ? '' : `${ratio.toFixed(2)}×`,
      goal === undefined
        ? ''
        : `≤ ${goal.atMost.toFixed(2)}× ${ratio <= goal.atMost ? 'met' : 'missed'}`,
      [streams(median, perSecond), besides(entry.samples), trouble(entry.samples)]
        .filter((text) => text !== '')
        .join('; '),
    ];
  });
}

function streams(median: number, perSecond: number | undefined): string {
  return perSecond === undefined ? '' : `${Math.floor(1e6 / median / perSecond)} streams a core`;
}

// What was measured along with it: medians of all runs.
function besides(samples: readonly Sample[]): string {
  const median = (of: (sample: Sample) => number | undefined): number | undefined => {
    const known = samples.flatMap((sample) => of(sample) ?? []);
    return known.length === 0 ? undefined : summary(known).median;
  };
  const [p50, p95, p99] = [
    ({ p50 }: Sample) => p50,
    ({ p95 }: Sample) => p95,
    ({ p99 }: Sample) => p99,
  ].map(median);
  const setUp = median(({ setUpMilliseconds }) => setUpMilliseconds);
  const held = median(({ kilobytesPerCall }) => kilobytesPerCall);
  const peak = median(({ peakMegabytes }) => peakMegabytes);
  return [
    p95 === undefined ? [] : [`p50 ${millis(p50)}, p95 ${millis(p95)}, p99 ${millis(p99)}`],
    setUp === undefined ? [] : [`set up in ${millis(setUp)}`],
    held === undefined ? [] : [`${Math.round(held)} kB each`],
    peak === undefined ? [] : [`${Math.round(peak)} MB at most`],
  ]
    .flat()
    .join(', ');
}

function millis(milliseconds = Number.NaN): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}

// What casts doubt on a figure: operations that failed, and other work on the system's core.
function trouble(samples: readonly Sample[]): string {
  const failed = samples.reduce((sum, sample) => sum + (sample.failed ?? 0), 0);
  const others = Math.max(...samples.map(({ core1 = 0, cpuShare = 0 }) => core1 - cpuShare));
  const steal = Math.max(...samples.map((sample) => sample.steal ?? 0));
  return [
    failed === 0 ? [] : [`${failed} failed`],
    others < 0.1 ? [] : [`others used ${Math.round(others * 100)} % of its core`],
    steal < 0.02 ? [] : [`the host took ${Math.round(steal * 100)} %`],
  ]
    .flat()
    .join(', ');
}

function origins(results: readonly Result[]): readonly string[] {
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    const origin = originOf(result);
    groups.set(origin, [...(groups.get(origin) ?? []), result]);
  }
  return [...groups].map(
    ([origin, all]) => `${all.map(({ name }) => name).join(', ')}: ${origin}.`,
  );
}

function originOf({ at, commit, machine, times }: Result): string {
  const { cpu, cores, kernel, node } = machine;
  const where = `Node.js ${node}, ${cores} × ${cpu}, Linux ${kernel}`;
  return `${at.slice(0, 10)}, commit ${commit}, ${where}, ${times.warm} s of load before each ${times.seconds} s that count`;
}

function figure(microseconds: number): string {
  return microseconds.toFixed(microseconds < 10 ? 2 : microseconds < 100 ? 1 : 0);
}
