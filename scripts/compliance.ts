// Makes docs/compliance.md and docs/reliability.md from the titles of the tests: which item is proved by which test, and which by none.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { files, read, root } from '../test/house/sources.ts';

/** One line of test/conformance/items.json. */
export interface Item {
  readonly id: string;
  readonly citation: string;
  readonly text: string;
  /** M: the RFC says MUST. S: it says SHOULD, or peers expect it. */
  readonly level: 'M' | 'S';
  /** The later capability that the item belongs to; absent when it is due now. */
  readonly later?: string;
}

/** A test's title and the items at its end. */
export interface Title {
  readonly title: string;
  readonly items: readonly string[];
}

type Read = (file: string) => string;

/** All conformance items. */
export function items(from: Read): readonly Item[] {
  return JSON.parse(from('test/conformance/items.json')) as readonly Item[];
}

/** The titles in a test file that end with an item, such as `… gets the same 200 (C072)`. */
export function titlesIn(text: string): readonly Title[] {
  const strings = text.matchAll(
    /(['"`])((?:\\.|(?!\1)[^\\\n])*?((?: \((?:[ACMX]\d{1,3}(?:, )?)+\))+))\1/g,
  );
  return [...strings].map(([, , title = '', list = '']) => ({
    title: title.replaceAll(/\\(.)/g, '$1'),
    items: list.match(/[ACMX]\d+/g) ?? [],
  }));
}

/** Every test title with items, and where it stands. */
function titles(
  among: readonly string[],
  from: Read,
): readonly (Title & { readonly file: string })[] {
  return among
    .filter(
      (file) =>
        (file.endsWith('.test.ts') && file !== 'test/house/compliance.test.ts') ||
        file.includes('/testing/contract/'),
    )
    .toSorted()
    .flatMap((file) => titlesIn(from(file)).map((title) => ({ file, ...title })));
}

/** The whole of docs/reliability.md. */
export function reliability(among: readonly string[], from: Read): string {
  const list = JSON.parse(from('test/attacks/items.json')) as readonly Pick<Item, 'id' | 'text'>[];
  const tests = titles(among, from);
  const section = (heading: string, kind: 'A' | 'X'): readonly string[] => {
    const these = list.filter(({ id }) => id.startsWith(kind));
    const proved = these.filter(({ id }) => tests.some(({ items: ids }) => ids.includes(id)));
    return [
      `## ${heading}: ${proved.length} of ${these.length} have tests`,
      '',
      ...these.flatMap(({ id, text }) => {
        const own = tests.filter(({ items: ids }) => ids.includes(id));
        return [
          `- **${id}** ${text}${own.length === 0 ? ': *no test yet*' : ''}`,
          ...own.map(shown),
        ];
      }),
      '',
    ];
  };
  return [
    '# Reliability: attacks withstood and faults survived',
    '',
    'Made by `npm run generate` from the titles of the tests; a house test fails when it is stale. A: what somebody may do to us.',
    'X: what may happen to us. A test is listed when its title ends with the id; that it passes is what `npm test` says.',
    '',
    ...section('Attacks', 'A'),
    ...section('Faults', 'X'),
  ].join('\n');
}

function shown({ file, title }: Title & { readonly file: string }): string {
  return `  - ${withoutItems(title)} ([${path.posix.basename(file)}](../${file}))`;
}

/** The whole of docs/compliance.md. */
export function compliance(among: readonly string[], from: Read): string {
  const list = items(from);
  const tests = titles(among, from);
  const testsOf = (item: Item): typeof tests =>
    tests.filter(({ items: ids }) => ids.includes(item.id));
  const covered = list.filter((item) => testsOf(item).length > 0);
  const missing = list.filter((item) => testsOf(item).length === 0 && item.later === undefined);
  const later = list.filter((item) => testsOf(item).length === 0 && item.later !== undefined);
  const line = (item: Item): string =>
    `- **${item.id}** [${item.level}] ${item.text} (${item.citation})`;
  return [
    '# Conformance: what is proved, and what is not yet',
    '',
    'Made by `npm run generate` from the titles of the tests; a house test fails when it is stale. [M]: the RFC says MUST.',
    '[S]: it says SHOULD, or peers expect it. An item is listed as proved when a test of its name exists; that the test passes is what `npm test` says.',
    '',
    `**${covered.length}** of ${list.length} items have tests, **${missing.length}** are due and have none, **${later.length}** belong to later capabilities.`,
    '',
    '## Due and without a test',
    '',
    ...(missing.length === 0 ? ['None.'] : missing.map(line)),
    '',
    '## Later capabilities',
    '',
    ...(later.length === 0 ? ['None.'] : later.map((item) => `${line(item)}: ${item.later}`)),
    '',
    '## Proved',
    '',
    ...covered.flatMap((item) => [line(item), ...testsOf(item).map(shown)]),
    '',
  ].join('\n');
}

function withoutItems(title: string): string {
  return title.replace(/(?: \((?:[ACMX]\d{1,3}(?:, )?)+\))+$/, '').replaceAll(/[<>|*_]/g, '\\$&');
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(path.join(root, 'docs/compliance.md'), compliance(files(), read));
  writeFileSync(path.join(root, 'docs/reliability.md'), reliability(files(), read));
}
