// The cookie by which a browser is known again: no script reads it, no other site's page sends it.
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { sessionMilliseconds } from '../users/page-access.ts';
import type { WebContext } from './guard.ts';

const name = 'offhook';

/** The session that the browser shows. */
export function sessionOf(context: WebContext): string | undefined {
  return getCookie(context, name, prefixOf(context));
}

/** Gives the browser a session. */
export function setSession(context: WebContext, session: string): void {
  const maxAge = sessionMilliseconds / 1000;
  setCookie(context, name, session, { ...attributes(context), maxAge });
}

/** Takes it away again. */
export function clearSession(context: WebContext): void {
  deleteCookie(context, name, attributes(context));
}

// Browsers take a cookie with the prefix only over HTTPS, and from nobody but this very host.
function prefixOf({ env }: WebContext): 'host' | undefined {
  return env.isSecure ? 'host' : undefined;
}

function attributes(context: WebContext): CookieOptions {
  const prefix = prefixOf(context);
  const common = { path: '/', httpOnly: true, sameSite: 'Strict' } as const;
  return prefix === undefined ? common : { ...common, secure: true, prefix };
}
