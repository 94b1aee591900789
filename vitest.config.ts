// How the tests find the sources: the workspace packages resolve to their TypeScript files, never to a stale build.
import { defineConfig } from 'vitest/config';

/** These load the edges of Node.js, which make Buffer the codec of text; the others run on the portable one. */
const onNode = [
  'packages/offhook/src/**/*.test.ts',
  'packages/sip/src/{node,browser,testing/node}/**/*.test.ts',
  'packages/sip/src/testing/ports-contract.test.ts',
  'test/{fuzz,attacks}/**/*.test.ts',
  'test/scenarios/{ladders,event-ladders,rfc*}.test.ts',
];

/** These take long, such as all captures of the Fault Lab: they are run by `npm test` alone. */
const long = ['**/*.long.test.ts'];

/**
 * Threads start faster than processes, and files that share one load the modules once: that halves the time. What they
 * share of the library is the codec, so that each side of it has threads of its own. Vitest leaves one core free unless told otherwise.
 */
const shared = {
  environment: 'node',
  pool: 'threads',
  isolate: false,
  maxWorkers: 2,
  // No test is meant to last: these only end what hangs, and leave time to a machine that does much else.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 20_000 } },
  retry: 0,
} as const;

export default defineConfig({
  resolve: { conditions: ['offhook-source'] },
  ssr: { resolve: { conditions: ['offhook-source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'portable',
          include: [
            'packages/{sip,web}/src/**/*.test.ts',
            'test/{house,conformance,phone}/**/*.test.ts',
          ],
          exclude: [...onNode, ...long],
        },
      },
      { extends: true, test: { ...shared, name: 'node', include: onNode, exclude: long } },
    ],
  },
});
