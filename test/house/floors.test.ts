// The plan of the house, read from floors.json: a room imports from lower floors only, and no file imports itself in a circle.
import { expect, test } from 'vitest';
import { imports, read, resolved, sources } from './sources.ts';

interface Plan {
  readonly floors: readonly (readonly string[])[];
  /** Rooms beside the floors, each with the rooms that it may see. */
  readonly beside: Readonly<Record<string, readonly string[]>>;
  /** Rooms that may see only some doors of other packages. */
  readonly doors: Readonly<Record<string, readonly string[]>>;
}

const plans = JSON.parse(read('floors.json')) as Readonly<Record<string, Plan>>;

test.each(Object.entries(plans))('each file of %s imports downwards only', (folder, plan) => {
  const wrong: string[] = [];
  for (const file of sources().filter((source) => source.startsWith(`${folder}/`))) {
    const here = roomOf(plan, folder, file);
    if (here === undefined) {
      wrong.push(`${file} is in no room of floors.json`);
      continue;
    }
    for (const specifier of imports(file)) {
      const doors = plan.doors[here];
      if (specifier.startsWith('@offhook/') && doors?.includes(specifier) === false) {
        wrong.push(`${file} (${here}) imports ${specifier}`);
      }
      if (!specifier.startsWith('.')) continue;
      const there = roomOf(plan, folder, resolved(file, specifier));
      if (there === undefined) wrong.push(`${file} imports ${specifier}, outside of its package`);
      else if (!mayImport(plan, here, there)) wrong.push(`${file} (${here}) imports ${there}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the floor test sees a step upwards, a step sideways and a room that nobody planned', () => {
  const plan: Plan = {
    floors: [['base'], ['message', 'sdp'], ['ua']],
    beside: { trace: ['base'] },
    doors: {},
  };
  expect(mayImport(plan, 'ua', 'base')).toBe(true);
  expect(mayImport(plan, 'base', 'ua')).toBe(false);
  expect(mayImport(plan, 'sdp', 'message')).toBe(false);
  expect(mayImport(plan, 'trace', 'base')).toBe(true);
  expect(mayImport(plan, 'trace', 'ua')).toBe(false);
  expect(mayImport(plan, 'ua', 'trace')).toBe(false);
  expect(roomOf(plan, 'src', 'src/attic/a.ts')).toBeUndefined();
  expect(roomOf(plan, 'src', 'src/ua/deep/a.ts')).toBe('ua');
});

// Types are gone when the code runs: only what is imported as a value can find a module half made.
test('no file imports itself in a circle', () => {
  const graph = new Map<string, readonly string[]>();
  for (const file of sources()) {
    const targets = imports(file, 'without types').filter((specifier) => specifier.startsWith('.'));
    graph.set(
      file,
      targets.map((specifier) => resolved(file, specifier)),
    );
  }
  expect(circles(graph)).toEqual([]);
});

test('the circle test finds a circle', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b']],
  ]);
  expect(circles(graph)).toEqual(['b -> c -> b']);
});

function roomOf(plan: Plan, folder: string, file: string): string | undefined {
  if (!file.startsWith(`${folder}/`)) return undefined;
  const inside = file.slice(folder.length + 1);
  // A file beside the rooms is the package's own door or its composition: it may see every room, and none sees it.
  if (!inside.includes('/')) return 'door';
  const rooms = [...plan.floors.flat(), ...Object.keys(plan.beside)];
  const found = rooms.filter((room) => inside.startsWith(`${room}/`));
  return found.toSorted((a, b) => b.length - a.length)[0];
}

function mayImport(plan: Plan, from: string, to: string): boolean {
  if (from === to || from === 'door') return true;
  const beside = plan.beside[from];
  if (beside !== undefined) return beside.includes(to);
  const floor = (room: string): number => plan.floors.findIndex((rooms) => rooms.includes(room));
  return floor(to) !== -1 && floor(to) < floor(from);
}

function circles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      found.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const target of graph.get(file) ?? []) walk(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}
