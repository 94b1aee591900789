// The gallery of the phone's views, built and served with the headers of the real page, and shown sample after sample in Chromium.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { safeHeaders } from '../../packages/offhook/src/server/web/headers.ts';
import type { Chromium, PageOptions, TestPage } from '../peers/chromium.ts';
import type { World } from '../peers/world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What is looked at. */
export interface Look {
  readonly theme?: 'light' | 'dark';
  /** A language of the words, such as `en`. */
  readonly language?: string;
}

/** The gallery in a page of Chromium. */
export class Gallery {
  readonly page: TestPage;
  /** All samples. */
  readonly names: readonly string[];
  readonly #url: string;

  /** Builds it, serves it, and opens it. */
  static async open(world: World, chromium: Chromium, options: PageOptions = {}): Promise<Gallery> {
    const url = await serveGallery(world);
    const page = await chromium.page(`${url}#names`, options);
    const names = await page.page.locator('figcaption').allTextContents();
    return new Gallery(page, names, url);
  }

  private constructor(page: TestPage, names: readonly string[], url: string) {
    this.page = page;
    this.names = names;
    this.#url = url;
  }

  /** Shows one sample, with nothing moving any more. */
  async show(sample: string, look: Look = {}): Promise<void> {
    const { page } = this.page;
    await page.goto(`${this.#url}#${new URLSearchParams({ sample, ...look }).toString()}`);
    await page.locator('.phone').waitFor();
  }
}

/** Serves the gallery on loopback; gives its address. */
export async function serveGallery(world: World): Promise<string> {
  // A folder of its own: tests run side by side.
  const folder = path.join(world.folder, 'gallery');
  const built = spawnSync(process.execPath, ['packages/web/build.mjs', 'gallery', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`The gallery can't be built:\n${built.stderr}`);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://gallery');
    try {
      const file = readFileSync(path.join(folder, path.normalize(pathname)));
      const host = request.headers.host ?? '';
      const headers = safeHeaders({ host, isSecure: false, isStrict: false });
      const type = types[path.extname(pathname)] ?? 'application/octet-stream';
      response.writeHead(200, { ...headers, 'content-type': type }).end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  world.own({
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The gallery has no port');
  return `http://127.0.0.1:${address.port}/gallery.html`;
}
