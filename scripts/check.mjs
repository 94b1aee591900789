// `npm run check`: format, lint, types, house tests and unit tests, in under a minute because time is virtual.
import path from 'node:path';
import process from 'node:process';
import { install, nodeForOffhook, progress, root, tsc } from './setup.mjs';
import { runTests, table } from './vitest.mjs';

const bin = (name) => path.join(root, `node_modules/${name}/bin/${name}`);

/** All steps of the check; each is { name, seconds, failed } and test runs carry their counts too. */
export async function check() {
  const node = nodeForOffhook() ?? process.execPath;
  const tool = async (name, ...commandArguments) => {
    const started = Date.now();
    const problem = await progress(name, node, commandArguments);
    if (problem !== undefined) process.stderr.write(`${problem}\n`);
    return { name, seconds: (Date.now() - started) / 1000, failed: problem === undefined ? 0 : 1 };
  };
  return [
    await tool('format', bin('oxfmt'), '--check', '.'),
    await tool('types', tsc, '-b'),
    await tool('lint', bin('oxlint'), '--type-aware', '--deny-warnings', '.'),
    runTests('house tests', { node, filters: ['test/house'] }),
    runTests('unit tests', {
      node,
      filters: [
        ...['packages/', 'test/conformance', 'test/phone'],
        ...['test/scenarios', 'test/fuzz', 'test/attacks'],
      ],
    }),
  ];
}

if (process.argv[1] === import.meta.filename) {
  try {
    await install();
    const steps = await check();
    process.stdout.write(`\n${table(steps).join('\n')}\n`);
    process.exitCode = steps.some((step) => step.failed > 0) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
