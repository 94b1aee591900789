// The page of errors says what the table says.
import { expect, test } from 'vitest';
import { errorsPage } from '../../scripts/errors.ts';
import { read } from './sources.ts';

test('docs/errors.md is up to date (run `npm run generate`)', () => {
  expect(read('docs/errors.md')).toBe(errorsPage());
});
