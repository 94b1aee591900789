// How much a browser has to load before the phone is there: a budget, so that growth is decided and does not happen.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const web = fileURLToPath(new URL('../../packages/offhook/web/', import.meta.url));

/** Octets after gzip. */
const budget = { code: 190_000, styles: 10_000, worker: 16_000 };
/** The viewer is a page of its own; its worker has the whole of `@offhook/sip/trace`, with the ciphers of TLS. */
const viewerBudget = { code: 100_000, styles: 24_000, worker: 190_000 };

const packed = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(path.join(web, name))).length, 0);

/** What a page or a script loads before it runs: what it names, and what that imports, but not what it asks for later. */
function loadedBy(name: string, known: Set<string> = new Set()): ReadonlySet<string> {
  const text = readFileSync(path.join(web, name), 'utf8');
  const pattern = name.endsWith('.html')
    ? /(?:src|href)="\.\/(assets\/[^"]+)"/g
    : /(?:^|[;}\s])(?:import|export)(?:[^;"'()]*from)?\s*["']\.\/([^"']+)["']/g;
  for (const [, found = ''] of text.matchAll(pattern)) {
    const file = path.posix.join(name.endsWith('.html') ? '' : path.posix.dirname(name), found);
    if (known.has(file)) continue;
    known.add(file);
    if (file.endsWith('.js')) loadedBy(file, known);
  }
  return known;
}

function load(page: string): { readonly code: number; readonly styles: number } {
  const names = [...loadedBy(page)];
  return {
    code: packed(names.filter((name) => name.endsWith('.js'))),
    styles: packed(names.filter((name) => name.endsWith('.css'))),
  };
}

test('The page is within its budget: 190 kB of code, the protocol among it, and 10 kB of styles, packed', () => {
  const { code, styles } = load('index.html');
  expect(code).toBeGreaterThan(100_000);
  expect(code).toBeLessThan(budget.code);
  expect(styles).toBeLessThan(budget.styles);
  expect(packed(['service-worker.js'])).toBeLessThan(budget.worker);
});

test('The viewer is within its budget too, and the phone loads nothing of it before it is wanted', () => {
  const { code, styles } = load('trace.html');
  expect(code).toBeLessThan(viewerBudget.code);
  expect(styles).toBeLessThan(viewerBudget.styles);
  expect(packed(['trace-worker.js'])).toBeLessThan(viewerBudget.worker);
  const phone = [...loadedBy('index.html')].filter((name) => name.endsWith('.js'));
  for (const name of phone)
    expect(readFileSync(path.join(web, name), 'utf8')).not.toContain('call-table');
});
