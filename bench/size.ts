// How much a page loads that registers and calls: bundled, minified and compressed, beside other libraries.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle } from '../test/peers/page-server.ts';
import { root } from './peers.ts';

/** One library's size, in bytes. */
export interface Size {
  readonly name: string;
  readonly version: string;
  readonly minified: number;
  readonly compressed: number;
}

/** What we want to stay below: 30 kB. */
export const sizeGoal = 30_000;

const kept = path.join(root, 'bench/results/size.json');
const entries = { offhook: undefined, 'sip-js': 'sip.js', 'js-sip': 'jssip' } as const;

/** Bundles each library; ours first. */
export async function measureSizes(): Promise<readonly Size[]> {
  const sizes: Size[] = [];
  for (const [entry, name] of Object.entries(entries)) {
    const code = await bundle(path.join(root, `bench/size/${entry}.ts`), { minify: true });
    sizes.push({
      name: name ?? entry,
      version: name === undefined ? '' : versionOf(name),
      minified: code.length,
      compressed: gzipSync(code, { level: 9 }).length,
    });
  }
  return sizes;
}

/** Keeps them in the place of the last ones. */
export function keepSizes(sizes: readonly Size[]): void {
  writeFileSync(kept, `${JSON.stringify(sizes, null, 2)}\n`);
}

/** The table of the sizes that were kept. */
export function sizeTable(): readonly string[] {
  if (!existsSync(kept)) return [];
  const sizes = JSON.parse(readFileSync(kept, 'utf8')) as readonly Size[];
  const [ours] = sizes;
  return [
    'What a page loads that registers and calls, in kB:',
    '',
    '| library | minified | with gzip | ours is | goal |',
    '| --- | --- | --- | --- | --- |',
    ...sizes.map((size) => {
      const isOurs = size === ours;
      const ratio = isOurs ? '' : `${((ours?.compressed ?? 0) / size.compressed).toFixed(2)}×`;
      const verdict = size.compressed <= sizeGoal ? 'met' : 'missed';
      const goal = isOurs ? `≤ ${sizeGoal / 1000} ${verdict}` : '';
      const cells = [`${size.name} ${size.version}`.trim(), kilo(size.minified)];
      return `| ${[...cells, kilo(size.compressed), ratio, goal].join(' | ')} |`;
    }),
  ];
}

function kilo(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function versionOf(name: string): string {
  const file = path.join(root, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
