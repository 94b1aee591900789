// How much a browser has to load before the phone is there: a budget, so that growth is decided and does not happen.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const web = fileURLToPath(new URL('../../packages/offhook/web/', import.meta.url));

/** Octets after gzip. */
const budget = { code: 190_000, styles: 10_000, worker: 16_000 };

test('The page is within its budget: 190 kB of code, the protocol among it, and 10 kB of styles, packed', () => {
  const page = readFileSync(path.join(web, 'index.html'), 'utf8');
  const named = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(
    ([, name = '']) => name,
  );
  const packed = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + gzipSync(readFileSync(path.join(web, name))).length, 0);
  // What is not named in the page is loaded by what is: no piece is left out of the count.
  const code = readdirSync(path.join(web, 'assets')).filter((name) => name.endsWith('.js'));
  expect(packed(code.map((name) => `assets/${name}`))).toBeLessThan(budget.code);
  expect(packed(named.filter((name) => name.endsWith('.css')))).toBeLessThan(budget.styles);
  expect(packed(['service-worker.js'])).toBeLessThan(budget.worker);
});
