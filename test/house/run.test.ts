// Every test file is run by `npm test`: one that no step names would be green for ever.
import { expect, test } from 'vitest';
import { files, read } from './sources.ts';

test('each test file is named by a step of npm test', () => {
  const steps = ['scripts/check.mjs', 'scripts/test.mjs', 'vitest.measured.config.ts'].map(read);
  const quoted = /'((?:packages|test)\/[\w-]*|\.long\.test\.ts)[^']*'/g;
  const named = [...steps.join('\n').matchAll(quoted)].map(([, filter = '']) => filter);
  const tests = files().filter((file) => /^(?:packages|test)\/.*\.test\.ts$/.test(file));
  expect(named.length).toBeGreaterThan(10);
  expect(tests.length).toBeGreaterThan(300);
  expect(tests.filter((file) => !named.some((filter) => file.includes(filter)))).toEqual([]);
});
