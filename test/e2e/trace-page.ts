// The viewer as it is built, given out with the headers of the real server and an API in the hands of a test, open in Chromium.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { safeHeaders } from '../../packages/offhook/src/server/web/headers.ts';
import { TestPage } from '../peers/chromium.ts';
import type { Chromium, PageOptions } from '../peers/chromium.ts';
import type { World } from '../peers/world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const web = path.join(root, 'packages/offhook/web');
/** The captures of the Fault Lab. */
export const faults: string = path.join(root, 'packages/offhook/faults');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** Answers what is asked below `/api/`; true when it did. */
export type Api = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

/** How the viewer is opened. */
export interface TracePageOptions extends PageOptions {
  readonly api?: Api;
  readonly fragment?: string;
  /** Gives out the Fault Lab. */
  readonly lab?: boolean;
}

/** The viewer in a page of Chromium. */
export class TracePage {
  readonly tab: TestPage;
  /** Each request that reached the server, such as `GET /trace.html`. */
  readonly requests: readonly string[];
  readonly address: string;

  static async open(
    world: World,
    chromium: Chromium,
    options: TracePageOptions = {},
  ): Promise<TracePage> {
    const { api, fragment = '', lab = false, ...page } = options;
    const requests: string[] = [];
    const origin = await serve(world, { api, lab, requests });
    const address = `${origin}/trace.html`;
    const context = await chromium.context(page);
    const tab = await TestPage.open(context, `${address}${fragment}`);
    tab.page.setDefaultTimeout(30_000);
    await tab.page.locator('.viewer').waitFor();
    return new TracePage(tab, requests, address);
  }

  private constructor(tab: TestPage, requests: readonly string[], address: string) {
    this.tab = tab;
    this.requests = requests;
    this.address = address;
  }

  get page(): Page {
    return this.tab.page;
  }

  /** The list of calls. */
  get list(): Locator {
    return this.page.getByRole('grid', { name: 'Calls' });
  }

  /** The rows of the list that are drawn. */
  get rows(): Locator {
    return this.page.locator('.call-row');
  }

  /** Chooses captures, as a user does in the browser's dialog. */
  async choose(...files: readonly string[]): Promise<void> {
    await this.page
      .locator('input[type=file]')
      .first()
      .setInputFiles([...files]);
  }

  /** Drops one capture on the page. */
  async drop(name: string, bytes: Uint8Array): Promise<void> {
    await this.page.locator('.drop').evaluate(
      (target, [file, content]) => {
        const page = globalThis as unknown as Dropping;
        const transfer = new page.DataTransfer();
        const octets = Uint8Array.from(page.atob(content), (char) => char.charCodeAt(0));
        transfer.items.add(new page.File([octets], file));
        for (const kind of ['dragenter', 'dragover', 'drop'])
          (target as unknown as EventTarget).dispatchEvent(
            new page.DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }),
          );
      },
      [name, Buffer.from(bytes).toString('base64')] as const,
    );
  }

  /** Presses a key in the page. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }
}

/** What of the page is used to drop a file. */
interface Dropping {
  readonly DataTransfer: new () => { readonly items: { add(file: unknown): void } };
  readonly File: new (parts: readonly unknown[], name: string) => unknown;
  readonly DragEvent: new (kind: string, options: object) => Event;
  atob(text: string): string;
}

async function serve(
  world: World,
  {
    api,
    lab,
    requests,
  }: { readonly api: Api | undefined; readonly lab: boolean; readonly requests: string[] },
): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://viewer');
    const host = request.headers.host ?? '';
    for (const [name, value] of Object.entries(
      safeHeaders({ host, isSecure: false, isStrict: false }),
    ))
      response.setHeader(name, value);
    requests.push(`${request.method ?? ''} ${url.pathname}`);
    if (api?.(request, response, url) === true) return;
    try {
      const isLab = lab && url.pathname.startsWith('/faults/');
      const folder = isLab ? path.dirname(faults) : web;
      const file = readFileSync(path.join(folder, path.normalize(url.pathname)));
      const type = types[path.extname(url.pathname)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type }).end(file);
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
  if (address === null || typeof address === 'string') throw new Error('The viewer has no port');
  return `http://127.0.0.1:${address.port}`;
}
