// Serves a page of one script to Chromium from loopback, where a page counts as secure: the script is bundled from the sources.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { World } from './world.ts';

/** How a script is bundled. */
export interface BundleOptions {
  /** True for the form that is published; else names and lines stay readable. */
  readonly minify?: boolean;
  /** True for a page that runs tests: Vitest and the files that tests read have stand-ins there. */
  readonly tests?: boolean;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = path.join(root, 'test/pages');

/** The script `entry` (a file of test/pages, or an absolute path) and all that it imports, in one text of JavaScript. */
export async function bundle(
  entry: string,
  { minify = false, tests = false }: BundleOptions = {},
): Promise<string> {
  const file = path.resolve(pages, entry);
  const made = await build({
    configFile: false,
    root: path.dirname(file),
    logLevel: 'error',
    resolve: {
      conditions: ['offhook-source', 'module', 'browser', 'production'],
      alias: tests ? standIns : {},
    },
    plugins: tests ? [ownUrls] : [],
    build: {
      write: false,
      minify,
      target: 'esnext',
      modulePreload: false,
      rolldownOptions: { input: file, output: { codeSplitting: false } },
    },
  });
  if (!('output' in made)) throw new Error('One entry makes one bundle');
  const [chunk] = made.output;
  return chunk.code;
}

/** Serves a page with the script `entry` on it; gives its address. */
export async function servePage(
  world: World,
  entry: string,
  options: BundleOptions = {},
): Promise<string> {
  const script = await bundle(entry, options);
  const server = createServer((request, response) => answer(request, response, script));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  world.own({ close: () => end(server) });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return `http://127.0.0.1:${address.port}/`;
}

const standIns: Readonly<Record<string, string>> = {
  vitest: path.join(pages, 'suite/vitest.ts'),
  'node:fs': path.join(pages, 'suite/files.ts'),
  'node:zlib': path.join(pages, 'suite/zlib.ts'),
};

/** In a bundle each test file keeps an address of its own, from which it finds the files beside it. */
const ownUrls = {
  name: 'own-urls',
  enforce: 'pre',
  transform(code: string, id: string): string | undefined {
    if (!id.endsWith('.test.ts') || !code.includes('import.meta.url')) return undefined;
    const own = JSON.stringify(`/${path.relative(root, id)}`);
    return code.replaceAll('import.meta.url', `new URL(${own}, location.origin)`);
  },
} as const;

/** The folders of files that tests read. */
const vectors = /^\/(?:test\/vectors|packages\/sip\/src\/trace\/capture\/golden)\//;

const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,">
<body><script type="module" src="/script.js"></script></body></html>
`;

function answer(request: IncomingMessage, response: ServerResponse, script: string): void {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname === '/') response.setHeader('content-type', 'text/html').end(html);
  else if (pathname === '/script.js')
    response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
  else if (vectors.test(pathname)) response.end(vector(pathname));
  else response.writeHead(404).end();
}

/** A file that tests read, or the names in a folder of such files. */
function vector(pathname: string): Buffer | string {
  const place = path.join(root, path.posix.normalize(pathname));
  return statSync(place).isDirectory() ? JSON.stringify(readdirSync(place)) : readFileSync(place);
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
