// A page that runs the tests of the portable library: the same files that Vitest runs on Node.js, by its own runner.
import { startTests } from '@vitest/runner';
import type { Task } from '@vitest/runner';
import { expect } from './suite/vitest.ts';

declare global {
  interface ImportMeta {
    /** Vite: the modules that match, each loaded when it is called. */
    glob(patterns: readonly string[]): Readonly<Record<string, () => Promise<unknown>>>;
  }
}

const files = import.meta.glob([
  '../../packages/sip/src/**/*.test.ts',
  '../conformance/*.test.ts',
  './*.suite.ts',
  // The edges of Node.js, and what is compared with them.
  '!../../packages/sip/src/{node,testing/node}/**',
  '!../../packages/sip/src/browser/web-socket.test.ts',
  '!../../packages/sip/src/testing/ports-contract.test.ts',
  // All captures of the Fault Lab are read by Node.js alone.
  '!../../packages/sip/src/**/*.long.test.ts',
  '!../conformance/*.long.test.ts',
  // What is compared with OpenSSL and zlib of Node.js.
  '!../../packages/sip/src/trace/capture/{cipher,compressed,encrypted-old,inflate,private-key}.test.ts',
  // Fake timers, and what is compared with files or snapshots.
  '!../../packages/sip/src/base/clock.test.ts',
  '!../../packages/sip/src/trace/explain/ladder.test.ts',
  '!../../packages/sip/src/trace/replay/{fill,sections}.test.ts',
]);

Object.assign(globalThis, {
  /** Runs the files whose names end so; gives how many tests passed and what the others said. */
  async runSuite(end: string) {
    const chosen = Object.keys(files).filter((filepath) => filepath.endsWith(end));
    const outcome = { files: chosen.length, passed: 0, failed: [] as string[] };
    const ran = await startTests(
      chosen.map((filepath) => ({ filepath })),
      {
        config: {
          ...{ root: '/', setupFiles: [], name: undefined, passWithNoTests: true },
          ...{ testNamePattern: undefined, allowOnly: false, chaiConfig: undefined },
          sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
          ...{ maxConcurrency: 1, testTimeout: 20_000, hookTimeout: 20_000, retry: 0 },
          ...{ includeTaskLocation: false, tags: [], tagsFilter: undefined, strictTags: false },
        },
        importFile: (filepath) => files[filepath]?.(),
        onBeforeTryTask: ({ fullName }) => expect.setState({ currentTestName: fullName }),
      },
    );
    for (const file of ran) count(file, outcome);
    return outcome;
  },
});

function count(task: Task, outcome: { passed: number; readonly failed: string[] }): void {
  const errors = task.result?.errors ?? [];
  for (const error of errors)
    outcome.failed.push(`${task.fullName}: ${error.stack ?? error.message}`);
  if (task.type === 'suite') for (const one of task.tasks) count(one, outcome);
  else if (task.result?.state === 'pass') outcome.passed += 1;
}
