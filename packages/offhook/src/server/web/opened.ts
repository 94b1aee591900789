// The viewer on a port of its own, for captures that were opened from the command line; it serves nothing else and nobody else.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import { systemClock } from '@offhook/sip';
import { webListener } from './app.ts';
import { PageFiles } from './files.ts';
import { fileResponse } from './file-response.ts';
import { strangeness, urlOf } from './guard.ts';
import type { WebApp, WebEnvironment } from './guard.ts';
import { safeHeaders } from './headers.ts';
import { refuse, refusals } from './refusal.ts';

/** A capture that the page may read. */
export interface OpenedFile {
  readonly name: string;
  readonly path: string;
}

/** The viewer while it is served. */
export interface OpenedViewer {
  /** Where it is, as a URL with a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/** What is served to it. */
export interface OpenedOptions {
  readonly files: readonly OpenedFile[];
  readonly folders: { readonly pages: string; readonly faults: string };
}

/** Serves the viewer on a free port of the loopback. */
export async function serveOpened(options: OpenedOptions): Promise<OpenedViewer> {
  const server = createServer(webListener(openedApp(options), false));
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The web server without its socket. */
export function openedApp({ files: opened, folders }: OpenedOptions): WebApp {
  const files = new PageFiles(folders.pages, systemClock);
  const faults = new PageFiles(folders.faults, systemClock);
  const app: WebApp = new Hono<WebEnvironment>();
  app.use(async (context, next) => {
    const strange = strangeness(context, { hosts: ['127.0.0.1', 'localhost'], origins: [] });
    if (strange === undefined) await next();
    else context.res = refuse(context, strange);
    const { host } = urlOf(context);
    for (const [name, value] of Object.entries(
      safeHeaders({ host, isSecure: false, isStrict: false }),
    ))
      context.res.headers.set(name, value);
  });
  app.get('/api/opened', (context) =>
    context.json({ files: opened.map(({ name }) => ({ name })) }, 200, {
      'cache-control': 'no-store',
    }),
  );
  app.get('/api/opened/:index{\\d{1,4}}', (context) => {
    const file = opened[Number(context.req.param('index'))];
    if (file === undefined) return refuse(context, refusals.nothingHere);
    return context.body(Readable.toWeb(createReadStream(file.path)) as ReadableStream, 200, {
      'cache-control': 'no-store',
      'content-type': 'application/octet-stream',
    });
  });
  app.all('/api/*', (context) => refuse(context, refusals.nothingHere));
  // There is no phone here.
  app.get('/', (context) => context.redirect('/trace', 302));
  app.get('*', (context) => fileResponse({ files, faults }, context));
  return app;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
