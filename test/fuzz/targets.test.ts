// A short share of the guided fuzzing, without the guide: each target on its seeds, its kept cases and some changes of them.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemOf } from './guided.ts';
import { keptCases } from './kept-cases.ts';
import { changed } from './mutate.ts';
import { fuzz } from './runs.ts';
import { targets } from './targets.ts';

for (const target of targets) {
  const known = [...target.seeds, ...keptCases(target.name)];
  test(`the target ${target.name} reads its seeds and kept cases`, () => {
    expect(known.length).toBeGreaterThan(0);
    expect(known.map((text) => problemOf(target, text)).filter(Boolean)).toEqual([]);
  });
}

fuzz(
  'every target reads what was changed a little',
  {
    runs: 3_000,
    input: fc
      .nat(targets.length - 1)
      .chain((index) =>
        fc.record({ index: fc.constant(index), text: changed(targets[index]?.seeds ?? [], 4) }),
      ),
  },
  ({ index, text }) => targets[index]?.run(text),
);
