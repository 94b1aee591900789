// The web server as the system runs it: its first user, its tokens, the built page, and the names that it goes by.
import { fileURLToPath } from 'node:url';
import type { Clock, Logger } from '@offhook/sip';
import { isLoopback } from './core/addresses.ts';
import { aliasesOf, isWildcard } from './own-addresses.ts';
import type { WebPorts } from './ports.ts';
import { Tokens } from './token/tokens.ts';
import { UserError } from './users/user-error.ts';
import type { Users } from './users/users.ts';
import { webApp, webListener } from './web/app.ts';
import { PageFiles } from './web/files.ts';
import type { PhoneOptions } from './web/phone.ts';
import { hostsOf } from './web/site.ts';

/** How the page is served. */
export interface WebWish {
  /** Other sites whose pages may reach us, as `https://shop.example`. */
  readonly origins: readonly string[];
  /** The product and its version, as the page shows it. */
  readonly product: string;
}

/** What the web server needs of the system. */
export interface WebServiceOptions {
  readonly web: WebWish;
  readonly host: string;
  readonly domain: string;
  readonly users: Users;
  /** The key that tokens are signed with. */
  readonly tokenKey: Uint8Array;
  /** True with a certificate that browsers trust. */
  readonly isTrusted: boolean;
  readonly iceServers: PhoneOptions['iceServers'];
  readonly isDraining: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The user whose phone the page on this machine is. */
export const firstUserName = 'phone';

const pageFolder = fileURLToPath(new URL('../../web/', import.meta.url));

/** The pages, ready for their ports, and the tokens that they give out. */
export async function webService(
  options: WebServiceOptions,
): Promise<WebPorts & { readonly tokens: Tokens }> {
  const { web, host, domain, tokenKey, clock } = options;
  const tokens = new Tokens({ key: tokenKey, clock });
  const names = [domain, ...aliasesOf(host)].filter((name) => !isWildcard(name));
  const site = { hosts: hostsOf(names), origins: web.origins };
  const app = webApp({
    ...options,
    site,
    tokens,
    product: web.product,
    files: new PageFiles(pageFolder, clock),
    firstUser: await firstUser(options),
    isStrict: options.isTrusted,
  });
  return { site, requests: webListener(app), tokens };
}

/** The user of a page that needs no login: made when it is not there; nobody where others can reach us. */
async function firstUser({
  host,
  domain,
  users,
  log,
}: WebServiceOptions): Promise<string | undefined> {
  if (!isLoopback(host)) return undefined;
  try {
    await users.add(firstUserName, domain);
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'USER_EXISTS')) {
      log.warn('The page has no user of its own', { error: String(error) });
      return undefined;
    }
  }
  return firstUserName;
}
