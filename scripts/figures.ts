// Draws every figure of the sources into docs/figures: a Mermaid diagram, a picture, and the table of its arrows.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { layoutFigure } from '../packages/sip/src/trace/figure/layout.ts';
import type { FigureBox, FigureSizes } from '../packages/sip/src/trace/figure/layout.ts';
import { figureStates } from '../packages/sip/src/trace/figure/states.ts';
import type { FigureState, FigureTable } from '../packages/sip/src/trace/figure/states.ts';

/** One figure file. A figure starts in the first state of its table. */
export interface DrawnFigure {
  /** Its file name without the ending: `invite-client`. */
  readonly name: string;
  /** Its file, from the root of the repository. */
  readonly file: string;
  /** The sentence at the top of its file. */
  readonly sentence: string;
  readonly states: readonly FigureState[];
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** All figures of all packages, read from the `*.figure.ts` files; throws when a file does not export exactly one. */
export async function readFigures(): Promise<readonly DrawnFigure[]> {
  const files = globSync('packages/*/src/**/*.figure.ts', { cwd: root }).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const exported: object = await import(pathToFileURL(join(root, file)).href);
      const tables = Object.values(exported).filter(isFigure);
      const [table] = tables;
      if (table === undefined || tables.length > 1)
        throw new Error(`${file} exports ${tables.length} figures, not one`);
      const sentence = /^\/\/ (.*)/.exec(readFileSync(join(root, file), 'utf8'))?.[1] ?? '';
      return { name: basename(file, '.figure.ts'), file, sentence, states: figureStates(table) };
    }),
  );
}

/** The page of one figure. */
export function page(figure: DrawnFigure): string {
  return [
    `# ${figure.name}`,
    '',
    `${figure.sentence} Drawn from \`${figure.file}\`.`,
    '',
    '```mermaid',
    mermaid(figure),
    '```',
    '',
    `![${figure.name}](${figure.name}.svg)`,
    '',
    '| state | event | next state | actions |',
    '|---|---|---|---|',
    ...figure.states.flatMap(tableRows),
    '',
  ].join('\n');
}

/** One figure as a Mermaid state diagram. */
export function mermaid({ states }: DrawnFigure): string {
  const id = (name: string): string => `s${states.findIndex((state) => state.name === name)}`;
  const lines = states.map(
    (state) => `  state "${state.name}${timerText(state)}" as ${id(state.name)}`,
  );
  lines.push('  [*] --> s0');
  for (const { name, arrows } of states) {
    for (const { event, next, actions } of arrows) {
      lines.push(`  ${id(name)} --> ${id(next)} : ${[event, ...actions].join('<br/>')}`);
    }
    if (arrows.length === 0) lines.push(`  ${id(name)} --> [*]`);
  }
  return ['stateDiagram-v2', ...lines].join('\n');
}

/** One figure as a picture: a box for each state with its arrows as rows, and a line from each row to where it leads. */
export function svg({ name, states }: DrawnFigure): string {
  const { width, height, boxes, lines } = layoutFigure(states, sizes);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(name)}">`,
    '<style>text{font:13px sans-serif;fill:#222}.state{font-weight:bold}.action{fill:#666}rect{fill:#fff;stroke:#444}path{fill:none;stroke:#36c}</style>',
    '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#36c;stroke:none"/></marker></defs>',
    `<rect width="${width}" height="${height}" style="stroke:none"/>`,
    ...boxes.map(drawBox),
    ...lines.map(({ path }) => `<path d="${path}" marker-end="url(#head)"/>`),
    '</svg>',
    '',
  ].join('\n');
}

const sizes: FigureSizes = { width: 620, head: 28, row: 20, gap: 28, margin: 20, bend: 24 };

function drawBox({ state, x, y: top, width, height, rows }: FigureBox): string {
  const drawn = rows.map(({ arrow, stays, y }) => {
    return (
      `<text x="${x + 16}" y="${y + 4}">${escape(arrow.event)}${stays ? ' ⟲' : ''}</text>` +
      `<text x="${x + 220}" y="${y + 4}" class="action">${escape(arrow.actions.join(', '))}</text>`
    );
  });
  return [
    `<rect x="${x}" y="${top}" width="${width}" height="${height}" rx="6"/>`,
    `<text x="${x + 10}" y="${top + 19}" class="state">${escape(state.name + timerText(state))}</text>`,
    ...drawn,
  ].join('');
}

function timerText({ timers }: FigureState): string {
  return timers.length === 0 ? '' : ` (timer ${timers.join(', ')})`;
}

function tableRows({ name, timers, arrows }: FigureState): readonly string[] {
  const state = timers.length === 0 ? name : `${name} (timer ${timers.join(', ')})`;
  if (arrows.length === 0) return [`| ${state} | | | |`];
  return arrows.map(({ event, next, actions }, row) => {
    return `| ${row === 0 ? state : ''} | ${event} | ${next} | ${actions.join(', ')} |`;
  });
}

function isFigure(value: unknown): value is FigureTable {
  if (!isRecord(value)) return false;
  const states = Object.values(value);
  return (
    states.length > 1 &&
    states.every((state) => isRecord(state) && Object.values(state).every(isWords))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, 'docs/figures');
  mkdirSync(folder, { recursive: true });
  for (const figure of await readFigures()) {
    writeFileSync(join(folder, `${figure.name}.md`), page(figure));
    writeFileSync(join(folder, `${figure.name}.svg`), svg(figure));
    process.stdout.write(`${relative(root, folder)}/${figure.name}.md\n`);
  }
}
