// The web server's routes, read from top to bottom: what every request must pass, the API, then the files of the page.
import { getRequestListener } from '@hono/node-server';
import type { RequestListener } from 'node:http';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { judgeProvenance } from '@offhook/sip/node';
import type { Logger } from '@offhook/sip';
import { fileResponse } from './file-response.ts';
import type { PageFiles } from './files.ts';
import { safeHeaders } from './headers.ts';
import { phoneConfiguration } from './phone.ts';
import type { PhoneOptions } from './phone.ts';
import { refuse } from './refusal.ts';
import type { WebRefusal } from './refusal.ts';
import { isAtThisMachine, peerOf } from './site.ts';
import type { Peer, Site } from './site.ts';

/** What the web server is made of. */
export interface WebOptions extends PhoneOptions {
  readonly site: Site;
  readonly files: PageFiles;
  /** Whose the phone is that a person at this machine gets without login; nobody's when others can reach us. */
  readonly firstUser: string | undefined;
  /** True when browsers are to remember that we are reached by HTTPS. */
  readonly isStrict: boolean;
  readonly isDraining: () => boolean;
  readonly log: Logger;
}

/** The routes; what `app.fetch` is given beside the request is its other end. */
export type WebApp = Hono<{ Bindings: Peer }>;

type WebContext = Context<{ Bindings: Peer }>;

/** Makes the routes. */
export function webApp(options: WebOptions): WebApp {
  const { site, isDraining, log } = options;
  const app: WebApp = new Hono<{ Bindings: Peer }>();

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
    else context.res = refuse(context, draining, retry);
  });

  app.get('/api/phone', (context) => {
    const { isSecure } = context.env;
    const url = urlOf(context);
    const user = isAtThisMachine(context.env, url) ? options.firstUser : undefined;
    if (user === undefined) return refuse(context, unknownBrowser);
    return context.json(phoneConfiguration(options, { user, host: url.host, isSecure }));
  });

  app.all('/api/*', (context) => refuse(context, nothingHere));

  app.get('*', async (context): Promise<Response> => {
    if (isDraining()) return context.text(`${draining.message}.\n`, draining.status, retry);
    return await fileResponse(options.files, context);
  });

  app.all('*', (context) => context.text('Only read.\n', 405, { allow: 'GET, HEAD' }));

  app.onError((error, context) => {
    log.error('A request of the web server failed', { path: context.req.path, error: error.name });
    return refuse(context, fault);
  });
  return app;
}

/** What answers requests on a server of Node.js. */
export function webListener(app: WebApp): RequestListener {
  const listener = getRequestListener(
    (request, { incoming }) =>
      'stream' in incoming
        ? new Response(null, { status: 505 })
        : app.fetch(request, peerOf(incoming)),
    { overrideGlobalObjects: false },
  );
  return (incoming, outgoing) => void listener(incoming, outgoing);
}

// RFC 9112 §3.2.2: the host of an absolute target stands in the place of Host.
function urlOf(context: WebContext): URL {
  return new URL(context.req.url);
}

/** Why a request is not for us, or not from a page of ours. */
function strangeness(context: WebContext, site: Site): WebRefusal | undefined {
  const { method, path } = context.req;
  const refusal = judgeProvenance(
    { host: urlOf(context).host, origin: context.req.header('origin') },
    {
      ...site,
      secure: context.env.isSecure,
      // Browsers leave it out where they only read.
      withoutOrigin: method === 'GET' || method === 'HEAD',
    },
  );
  if (refusal?.status === 421) return otherHost;
  const from = context.req.header('sec-fetch-site') ?? 'none';
  const isForeign = path.startsWith('/api/') && from !== 'none' && from !== 'same-origin';
  return refusal !== undefined || isForeign ? otherOrigin : undefined;
}

const retry = { 'retry-after': '60' };

const draining: WebRefusal = {
  status: 503,
  code: 'WEB_DRAINING',
  message: 'The system is being stopped',
  next: 'Try again in a minute',
};

const unknownBrowser: WebRefusal = {
  status: 403,
  code: 'WEB_LOGIN',
  message: 'This browser is not known here',
  next: 'Ask who runs the system for a link',
};

const nothingHere: WebRefusal = {
  status: 404,
  code: 'WEB_NOT_FOUND',
  message: 'There is nothing of this name',
  next: 'Check the address and the method',
};

const otherHost: WebRefusal = {
  status: 421,
  code: 'WEB_HOST',
  message: 'This server does not go by that name',
  next: 'Use the address that the server printed when it started',
};

const otherOrigin: WebRefusal = {
  status: 403,
  code: 'WEB_ORIGIN',
  message: 'A page of another site asked for this',
  next: 'Open the page of this server, or start it with --origin',
};

const fault: WebRefusal = {
  status: 500,
  code: 'WEB_FAULT',
  message: 'The server failed to answer',
  next: 'Try again; the log of the server tells more',
};
