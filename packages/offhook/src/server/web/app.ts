// The web server: what every request must pass, then the API, then the files of the page.
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Logger } from '@offhook/sip';
import { addApi } from './api.ts';
import type { ApiOptions } from './api.ts';
import { addArticle } from './article.ts';
import type { ArticlePort } from './article.ts';
import { strangeness, urlOf } from './guard.ts';
import type { Site, WebApp, WebContext, WebEnvironment } from './guard.ts';
import { fileResponse } from './file-response.ts';
import type { ServedFiles } from './file-response.ts';
import { safeHeaders } from './headers.ts';
import { refuse, refusals } from './refusal.ts';
import { isPrivate, peerOf } from './peer.ts';

/** What the web server is made of. */
export interface WebOptions extends ApiOptions, ServedFiles {
  readonly site: Site;
  /** The guided call, once it can be made. */
  readonly article: () => ArticlePort | undefined;
  /** True when browsers are to remember that we are reached by HTTPS. */
  readonly isStrict: boolean;
  /** Where HTTPS is, once that is known. */
  readonly securePort: () => number | undefined;
  /** True when the system takes no more work. */
  readonly isDraining: () => boolean;
  readonly log: Logger;
}

/** Makes the web server. */
export function webApp(options: WebOptions): WebApp {
  const { site, isDraining, securePort, log } = options;
  const app: WebApp = new Hono<WebEnvironment>();

  app.use(async (context, next) => {
    const { isSecure } = context.env;
    const strange = strangeness(context, site);
    if (strange === undefined) await next();
    else context.res = refuse(context, strange);
    const wish = { host: urlOf(context).host, isSecure, isStrict: options.isStrict && isSecure };
    for (const [name, value] of Object.entries(safeHeaders(wish)))
      context.res.headers.set(name, value);
  });

  app.use('/api/*', async (context, next) => {
    context.header('cache-control', 'no-store');
    if (!isDraining()) await next();
    else context.res = refuse(context, refusals.draining, retry);
  });
  addApi(app, options);
  addArticle(app, options.article);
  app.all('/api/*', (context) => refuse(context, refusals.nothingHere));

  app.get('*', async (context): Promise<Response> => {
    const { draining } = refusals;
    if (isDraining()) return context.text(`${draining.message}.\n`, draining.status, retry);
    const port = securePort();
    // Elsewhere a page without encryption has no microphone.
    if (port !== undefined && !isPrivate(context.env)) return toHttps(context, port);
    return await fileResponse(options, context);
  });

  app.all('*', (context) => context.text('Only read.\n', 405, { allow: 'GET, HEAD' }));

  app.onError((error, context) => {
    log.error('A request of the web server failed', {
      path: context.req.path,
      error: String(error),
    });
    return refuse(context, refusals.fault);
  });
  return app;
}

/** What answers requests on a server of Node.js; `isProxied` when a proxy on this machine is to be believed. */
export function webListener(app: WebApp, isProxied: boolean): RequestListener {
  const listener = getRequestListener(
    (request, { incoming }) =>
      // HTTP/2 has its own kind of request, and is not served.
      'stream' in incoming
        ? new Response(null, { status: 505 })
        : app.fetch(request, peerOf(incoming, isProxied)),
    { overrideGlobalObjects: false },
  );
  return (incoming, outgoing) => void listener(incoming, outgoing);
}

function toHttps(context: WebContext, port: number): Response {
  const { hostname, pathname } = urlOf(context);
  return context.redirect(`https://${hostname}:${port}${pathname}`, 307);
}

const retry = { 'retry-after': '60' };
