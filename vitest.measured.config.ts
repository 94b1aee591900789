// The tests that hold a time or a rate: one file after the other, so that the machine is theirs.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['offhook-source'] },
  ssr: { resolve: { conditions: ['offhook-source'] } },
  test: {
    include: ['test/measured/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    retry: 0,
    fileParallelism: false,
  },
});
