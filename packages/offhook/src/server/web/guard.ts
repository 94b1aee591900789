// Whether a request is meant for us and comes from a page of ours: judged before anything else is done with it.
import type { Context, Hono } from 'hono';
import { judgeProvenance } from '@offhook/sip/node';
import type { Peer } from './peer.ts';
import { refusals } from './refusal.ts';
import type { WebRefusal } from './refusal.ts';

/** Whose requests are served. */
export interface Site {
  /** Names and addresses under which browsers may know us, on every port. */
  readonly hosts: readonly string[];
  /** Other sites whose pages may reach us, as `https://shop.example`. */
  readonly origins: readonly string[];
}

/** What handlers are given beside a request. */
export interface WebEnvironment {
  readonly Bindings: Peer;
}

/** The web server without its sockets; what `fetch` is given beside the request is its other end. */
export type WebApp = Hono<WebEnvironment>;

/** A request and the response that is being made. */
export type WebContext = Context<WebEnvironment>;

/** Why a request is not for us, or not from a page of ours; undefined when it is. */
export function strangeness(context: WebContext, site: Site): WebRefusal | undefined {
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
  if (refusal?.status === 421) return refusals.otherHost;
  const from = context.req.header('sec-fetch-site') ?? 'none';
  const isForeign = path.startsWith('/api/') && from !== 'none' && from !== 'same-origin';
  return refusal !== undefined || isForeign ? refusals.otherOrigin : undefined;
}

/** What was asked for. RFC 9112 §3.2.2: the host of an absolute target stands in the place of Host. */
export function urlOf(context: WebContext): URL {
  return new URL(context.req.url);
}
