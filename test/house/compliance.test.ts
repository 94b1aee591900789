// docs/compliance.md and docs/reliability.md are what scripts/compliance.ts makes of the tests' titles.
import { expect, test } from 'vitest';
import { compliance, items, reliability, titlesIn } from '../../scripts/compliance.ts';
import { files, read } from './sources.ts';

test('docs/compliance.md is up to date (run `npm run generate`)', () => {
  expect(read('docs/compliance.md')).toBe(compliance(files(), read));
});

test('docs/reliability.md is up to date (run `npm run generate`)', () => {
  expect(read('docs/reliability.md')).toBe(reliability(files(), read));
});

test('all two hundred items are listed, in order, each with a citation', () => {
  const list = items(read);
  expect(list.map(({ id }) => id)).toEqual(
    Array.from({ length: 200 }, (_, at) => `C${String(at + 1).padStart(3, '0')}`),
  );
  expect(list.filter(({ citation }) => !/^RFC \d+ §/.test(citation))).toEqual([]);
});

test('a title gives its items, and only a whole title counts', () => {
  const quoted = (title: string): string => `test(${JSON.stringify(title)}, () => {});`;
  expect(
    titlesIn(quoted("RFC 3261 §9.2: a peer's repeated CANCEL gets the same 200 (C072)")),
  ).toEqual([
    { title: "RFC 3261 §9.2: a peer's repeated CANCEL gets the same 200 (C072)", items: ['C072'] },
  ]);
  expect(titlesIn(quoted('RFC 3261 §9.1: both (C094, C095)'))[0]?.items).toEqual(['C094', 'C095']);
  expect(titlesIn('// see C072')).toEqual([]);
});
