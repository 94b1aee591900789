// The tests in real time, with real sockets and other programs: side by side, each on ports of its own and within its budget.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['offhook-source'] },
  ssr: { resolve: { conditions: ['offhook-source'] } },
  test: {
    include: [
      'test/{peers,interop,scenarios,e2e}/**/*.test.ts',
      '{packages,test}/**/*.long.test.ts',
    ],
    // These run on virtual time, with the quick tests.
    exclude: ['test/scenarios/{ladders,event-ladders,rfc*}.test.ts'],
    globalSetup: ['scripts/built.mjs'],
    environment: 'node',
    testTimeout: 100_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    retry: 0,
    maxWorkers: 4,
    minWorkers: 1,
  },
});
