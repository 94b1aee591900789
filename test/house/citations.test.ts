// Every RFC section that the code or a test title cites exists; the table holds RFC numbers and section numbers only.
import { expect, test } from 'vitest';
import { files, read } from './sources.ts';

const table = new Map(
  Object.entries(JSON.parse(read('test/house/rfc-sections.json')) as Record<string, string>).map(
    ([rfc, sections]) => [rfc, new Set(sections.split(' '))],
  ),
);

const cited = files().filter(
  (file) =>
    (/^(packages|test|scripts|docs|bench|examples)\//.test(file) && /\.(ts|mjs|md)$/.test(file)) ||
    file === 'test/conformance/items.json',
);

test('every cited section exists', () => {
  const wrong = cited.flatMap((file) =>
    citations(read(file))
      .filter((citation) => !exists(citation))
      .map((citation) => `${file}: ${citation}`),
  );
  expect(wrong).toEqual([]);
});

test('the citation test reads single sections, lists, ranges and lines that break', () => {
  expect(citations('RFC 3261 §17.1.1.2.')).toEqual(['RFC 3261 §17.1.1.2']);
  expect(citations('(RFC 3261 §8.1, §8.2; RFC 6026 §7.1)')).toEqual([
    'RFC 3261 §8.1',
    'RFC 3261 §8.2',
    'RFC 6026 §7.1',
  ]);
  expect(citations('RFC 6026 §7–8 and RFC 3261\n// §18')).toEqual([
    'RFC 6026 §7',
    'RFC 6026 §8',
    'RFC 3261 §18',
  ]);
  expect(exists('RFC 3261 §17.1.1.2')).toBe(true);
  expect(exists(`RFC 3261 §${'17.9'}`)).toBe(false);
  expect(exists(`RFC 99 §${'1'}`)).toBe(false);
});

function citations(text: string): readonly string[] {
  const section = String.raw`§§?((?:\d+|[A-Z])(?:\.\d+)*)(?:[-–](\d+(?:\.\d+)*))?`;
  const whole = new RegExp(
    String.raw`RFC (\d{3,4})((?:,?(?: |\s+(?:\/\/|\*)\s*)(?:and )?${section})+)`,
    'g',
  );
  return [...text.matchAll(whole)].flatMap(([, rfc, list = '']) =>
    [...list.matchAll(new RegExp(section, 'g'))].flatMap(([, from, to]) =>
      [from, to].filter((one) => one !== undefined).map((one) => `RFC ${rfc} §${one}`),
    ),
  );
}

function exists(citation: string): boolean {
  const [rfc = '', section = ''] = citation.replace('RFC ', '').split(' §');
  return table.get(rfc)?.has(section) === true;
}
