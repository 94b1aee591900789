// Runs the tests with a given Node.js and reads their results: how many, which failed, which were skipped, how long each took.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root } from './setup.mjs';

/**
 * One run of vitest. `name` names the run and its result file; `workers` is how many files run at once, 0 for what the configuration says.
 * `tries` above 1 is for tests in real time with other people's programs; which ones needed that is told.
 * Returns { name, seconds, passed, failed, broken: [title and first line of the error], skipped: [title], again: [title],
 * tests: [{ title, seconds }] }.
 */
export function runTests(
  name,
  { node, filters = [], config = 'vitest.config.ts', env = {}, workers = 0, tries = 1 },
) {
  const results = path.join(
    root,
    '.cache/test-results',
    `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.json`,
  );
  mkdirSync(path.dirname(results), { recursive: true });
  rmSync(results, { force: true });
  const started = Date.now();
  const run = spawnSync(
    node,
    [
      ...[
        'node_modules/vitest/vitest.mjs',
        'run',
        '--config',
        config,
        '--passWithNoTests',
        `--retry=${tries - 1}`,
        ...(workers === 0 ? [] : [`--maxWorkers=${workers}`]),
      ],
      ...[
        `--reporter=${process.stdout.isTTY ? 'dot' : 'default'}`,
        '--reporter=json',
        `--outputFile.json=${results}`,
        ...filters,
      ],
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } },
  );
  const seconds = (Date.now() - started) / 1000;
  const outcome = {
    ...{ name, seconds, passed: 0, failed: 0 },
    ...{ broken: [], skipped: [], again: [], tests: [] },
  };
  if (!existsSync(results)) return { ...outcome, failed: 1, broken: ['vitest left no results'] };
  for (const file of JSON.parse(readFileSync(results, 'utf8')).testResults) {
    const where = path.relative(root, file.name);
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      outcome.failed += 1;
      outcome.broken.push(`${where}: ${firstLine(file.message)}`);
    }
    for (const test of file.assertionResults) {
      const title = `${where}: ${test.fullName}`;
      if (test.status === 'passed') outcome.passed += 1;
      else if (test.status === 'failed') {
        outcome.failed += 1;
        outcome.broken.push(`${title}: ${firstLine(test.failureMessages[0])}`);
      } else outcome.skipped.push(title);
      if (test.status === 'passed' && test.failureMessages.length > 0) outcome.again.push(title);
      outcome.tests.push({ title, seconds: (test.duration ?? 0) / 1000 });
    }
  }
  // An error outside a test (an unhandled rejection, a socket left open) fails the run as well.
  if (run.status !== 0 && outcome.failed === 0) {
    outcome.failed = 1;
    outcome.broken.push('an error outside of the tests, told above');
  }
  return outcome;
}

function firstLine(text) {
  return (text ?? '').split('\n')[0];
}

/** The lines of a small table: name, outcome, seconds. */
export function table(steps) {
  const width = Math.max(...steps.map((step) => step.name.length));
  return steps.map((step) => {
    const seconds = step.seconds.toFixed(1).padStart(7);
    return `  ${step.name.padEnd(width)} ${seconds} s  ${step.failed === 0 ? 'ok' : 'FAILED'}${step.note ? `  ${step.note}` : ''}`;
  });
}
