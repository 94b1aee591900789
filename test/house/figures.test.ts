// The laws of every figure: nothing in a table is dead, nothing that it names is missing, and the drawings are fresh.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { page, readFigures, svg } from '../../scripts/figures.ts';
import type { DrawnFigure } from '../../scripts/figures.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const figures = await readFigures();

test('there are figures', () => {
  expect(figures.length).toBeGreaterThanOrEqual(4);
});

describe.each(figures)('$file', (figure) => {
  const { states } = figure;

  test('every arrow leads to a state of the figure', () => {
    const known = new Set(states.map((state) => state.name));
    const lost = states.flatMap((state) => state.arrows.filter((arrow) => !known.has(arrow.next)));
    expect(lost).toEqual([]);
  });

  test('every state can be reached from the first one', () => {
    expect(states.map((state) => state.name).filter((name) => !reached(figure).has(name))).toEqual(
      [],
    );
  });

  test('an end has no arrows and no timers, and only an end is named Terminated', () => {
    for (const { name, timers, arrows } of states) {
      if (arrows.length === 0) expect([name, timers]).toEqual([name, []]);
      if (/^terminated$/i.test(name)) expect([name, arrows]).toEqual([name, []]);
    }
  });

  test('a timer runs in the states that have its row, and in no other', () => {
    for (const { name, timers, arrows } of states) {
      const rows = arrows.flatMap(({ event }) => /^Timer (.+) fires$/.exec(event)?.[1] ?? []);
      expect([name, ...rows.toSorted()]).toEqual([name, ...timers.toSorted()]);
    }
  });

  test('a reset is of a timer of the figure', () => {
    const timers = states.flatMap((state) => state.timers);
    for (const action of states.flatMap((state) =>
      state.arrows.flatMap((arrow) => arrow.actions),
    )) {
      if (action.startsWith('reset ')) expect(timers).toContain(action.slice('reset '.length));
    }
  });

  test('every timer has a length and every action a case in the code that runs the figure', () => {
    const code = drivers(figure);
    expect(code, 'nothing in its folder imports this figure').not.toBe('');
    const timers = new Set(states.flatMap((state) => state.timers));
    const actions = new Set(
      states.flatMap((state) => state.arrows.flatMap((arrow) => arrow.actions)),
    );
    // Types make each length function total; the last timer of a condition needs no name of its own.
    const unnamed = [...timers].filter((timer) => !hasLength(code, timer));
    expect(unnamed.length > 1 ? unnamed : []).toEqual([]);
    if (timers.size > 0) expect(code).toMatch(/\blength: |\blength\(|\blengths\b|[tT]imers\b/);
    // A figure with a single action needs no switch.
    const done = [...actions].filter((action) => !action.startsWith('reset '));
    if (done.length > 1)
      expect(done.filter((action) => !code.includes(`case '${action}'`))).toEqual([]);
  });

  test('its drawing is fresh: run scripts/figures.ts', () => {
    const drawn = join(root, 'docs/figures', figure.name);
    expect(existsSync(`${drawn}.md`) && readFileSync(`${drawn}.md`, 'utf8')).toBe(page(figure));
    expect(existsSync(`${drawn}.svg`) && readFileSync(`${drawn}.svg`, 'utf8')).toBe(svg(figure));
  });
});

function reached({ states }: DrawnFigure): ReadonlySet<string> {
  const seen = new Set<string>();
  const next = states.slice(0, 1).map((state) => state.name);
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const arrow of states.find((state) => state.name === name)?.arrows ?? [])
      next.push(arrow.next);
  }
  return seen;
}

/** The sources of the figure's room that import it, its driver among them. */
function drivers({ file, name }: DrawnFigure): string {
  const folder = join(root, dirname(file));
  return globSync('*.ts', { cwd: folder })
    .filter((source) => !/\.(?:test|figure)\.ts$/.test(source))
    .map((source) => readFileSync(join(folder, source), 'utf8'))
    .filter((text) => text.includes(`'./${basename(name)}.figure.ts'`))
    .join('\n');
}

/** A length is a row of a table typed by the timers' names, a case of a switch over them, or a comparison. */
function hasLength(code: string, timer: string): boolean {
  const quoted = `'${timer}'`;
  if ([`case ${quoted}`, `${quoted}:`, `=== ${quoted}`].some((form) => code.includes(form)))
    return true;
  return code.split(/[^\w:]+/).includes(`${timer}:`);
}
