// How the tests find the sources: the workspace packages resolve to their TypeScript files, never to a stale build.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['offhook-source'] },
  ssr: { resolve: { conditions: ['offhook-source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'test/{house,conformance,fuzz,attacks}/**/*.test.ts',
      'test/scenarios/{ladders,rfc*}.test.ts',
    ],
    environment: 'node',
    // Threads start faster than processes, and nothing here needs a process of its own.
    pool: 'threads',
    testTimeout: 5_000,
    retry: 0,
  },
});
