// `npm test`: everything. Installs, builds, brings the peer programs, runs all tests, and says plainly what was skipped and why.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { bringAsterisk } from './asterisk.mjs';
import { check } from './check.mjs';
import { tryPacked } from './packed.mjs';
import { bringPeers, isDebian } from './peers.mjs';
import { bringPackages, build, install, nodeForOffhook, progress, root } from './setup.mjs';
import { runTests, table } from './vitest.mjs';

const started = Date.now();
// With CI=true on Debian everything can be brought, so there a skip is a failure.
const strict = process.env['CI'] === 'true' && isDebian();
const skipped = [];

try {
  await install();
  await build();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
}
const withoutPeers = bringPeers();
if (withoutPeers !== undefined) skipped.push(`peer programs: ${withoutPeers}`);
const withoutAsterisk = bringAsterisk();
if (withoutAsterisk !== undefined) skipped.push(withoutAsterisk);

const steps = await check();
for (const name of ['sip', 'offhook']) steps.push(await packed(name));
steps.push(unpacked());
const portable = ['packages/sip', 'test/conformance'];
await onOtherNode('20', portable);
await onOtherNode('22', ['packages/offhook', ...portable]);
const node = nodeForOffhook();
if (node === undefined) {
  skipped.push('scenarios and interop: offhook needs Node.js 22.13 or newer');
} else {
  steps.push(
    runTests('scenarios', {
      node,
      config: 'vitest.interop.config.ts',
      filters: ['test/scenarios', '.long.test.ts'],
      tries: 2,
    }),
  );
  steps.push(
    runTests('interop', {
      node,
      config: 'vitest.interop.config.ts',
      filters: ['test/peers', 'test/interop'],
      tries: 2,
    }),
  );
  steps.push(
    runTests('end to end', {
      node,
      config: 'vitest.interop.config.ts',
      filters: ['test/e2e'],
      workers: 2,
      tries: 2,
    }),
  );
  steps.push(runTests('measured', { node, config: 'vitest.measured.config.ts', tries: 2 }));
}
report();

/** Looks at what would be published of a package as its users' tools will. */
async function packed(name) {
  const begun = Date.now();
  const publint = path.join(root, 'node_modules/publint/src/cli.js');
  const problem = await progress(`package ${name}`, process.execPath, [
    publint,
    `packages/${name}`,
    '--strict',
  ]);
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  return {
    name: `package ${name}`,
    seconds: (Date.now() - begun) / 1000,
    failed: problem === undefined ? 0 : 1,
  };
}

/** Packs the library, unpacks it elsewhere, and uses its doors there. */
function unpacked() {
  const begun = Date.now();
  const problem = tryPacked();
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  const failed = problem === undefined ? 0 : 1;
  return { name: 'package sip, unpacked', seconds: (Date.now() - begun) / 1000, failed };
}

/** Runs `filters` on the newest release of Node.js `major`: the system's, or npm's package of it. */
async function onOtherNode(major, filters) {
  const name = `unit tests on Node.js ${major}`;
  const other = await otherNode(major);
  if (other === undefined)
    skipped.push(`${name}: no such Node.js here, and npm could not bring it`);
  else steps.push(runTests(name, { node: other, filters }));
}

async function otherNode(major) {
  const isIt = (command) =>
    spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout?.startsWith(`v${major}.`) ===
    true;
  const onPath = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, 'node'));
  const here = [process.execPath, ...onPath].find(
    (command) => existsSync(command) && isIt(command),
  );
  if (here !== undefined) return here;
  if (process.platform !== 'linux') return undefined;
  const name = `node-linux-${process.arch}`;
  const folder = path.join(root, '.cache', `node-${major}`);
  const brought = path.join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(brought)) {
    const failed = await bringPackages(`Bringing Node.js ${major}`, folder, [`${name}@${major}`]);
    if (failed !== undefined) process.stderr.write(`${failed}\n`);
  }
  return existsSync(brought) ? brought : undefined;
}

function report() {
  const runs = steps.filter((step) => step.tests !== undefined);
  for (const run of runs) skipped.push(...run.skipped.map((title) => `${run.name}: ${title}`));
  const again = runs.flatMap((run) => run.again.map((title) => `  ${run.name}: ${title}`));
  const broken = runs.flatMap((run) => run.broken.map((title) => `  ${run.name}: ${title}`));
  const slowest = runs
    .flatMap((run) => run.tests)
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, 10);
  const passed = sum(runs.map((run) => run.passed));
  const failed = sum(steps.map((step) => step.failed)) + (strict ? skipped.length : 0);
  const lines = [
    '',
    'Ten slowest tests:',
    ...slowest.map((test) => `  ${test.seconds.toFixed(2).padStart(7)} s  ${test.title}`),
    '',
    'Steps:',
    ...table(steps),
    '',
    ...(broken.length === 0 ? [] : ['Failed:', ...broken, '']),
    ...(again.length === 0 ? [] : ['Passed at the second try only:', ...again, '']),
    skipped.length === 0
      ? 'Nothing was skipped.'
      : `Skipped${strict ? ' (a failure with CI=true on Debian)' : ''}:`,
    ...skipped.map((what) => `  ${what}`),
    '',
    `Total time: ${((Date.now() - started) / 1000).toFixed(1)} s`,
    `${passed} passed, ${failed} failed`,
  ];
  process.exitCode = failed === 0 ? 0 : 1;
  process.stdout.write(`${lines.join('\n')}\n`);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
