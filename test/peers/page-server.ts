// Serves a page of one script to Chromium from loopback, where a page counts as secure: the script is bundled from the sources.
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
}

const pages = fileURLToPath(new URL('../pages/', import.meta.url));

/** The script `entry` (a file of test/pages, or an absolute path) and all that it imports, in one text of JavaScript. */
export async function bundle(
  entry: string,
  { minify = false }: BundleOptions = {},
): Promise<string> {
  const file = path.resolve(pages, entry);
  const made = await build({
    configFile: false,
    root: path.dirname(file),
    logLevel: 'error',
    resolve: { conditions: ['offhook-source', 'module', 'browser', 'production'] },
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
export async function servePage(world: World, entry: string): Promise<string> {
  const script = await bundle(entry);
  const server = createServer((request, response) => answer(request, response, script));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  world.own({ close: () => end(server) });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return `http://127.0.0.1:${address.port}/`;
}

const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,">
<body><script type="module" src="/script.js"></script></body></html>
`;

function answer(request: IncomingMessage, response: ServerResponse, script: string): void {
  const isScript = request.url === '/script.js';
  response.setHeader('content-type', isScript ? 'text/javascript; charset=utf-8' : 'text/html');
  response.end(isScript ? script : html);
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
