// The web server as the system runs it: its first user, its tokens, the built page, and the names that it goes by.
import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Clock, Logger, Random } from '@offhook/sip';
import { isLoopback } from './core/addresses.ts';
import { UnprovedRate } from './core/unproved-rate.ts';
import { aliasesOf, isWildcard, loopbackOf, mediaAddress } from './own-addresses.ts';
import type { Ports, WebPorts } from './ports.ts';
import type { PushService } from './push-service.ts';
import type { Storage } from './storage/storage.ts';
import type { TlsService } from './tls-service.ts';
import { Tokens } from './token/tokens.ts';
import type { Traces } from './trace/traces.ts';
import { PageAccess } from './users/page-access.ts';
import type { Users } from './users/users.ts';
import { webApp, webListener } from './web/app.ts';
import type { ArticlePort } from './web/article.ts';
import { PageFiles } from './web/files.ts';
import type { Site } from './web/guard.ts';
import { hostsOf } from './web/peer.ts';
import type { PhoneOptions } from './web/phone.ts';

/** How the page is served. */
export interface WebWish {
  /** Other sites whose pages may reach us, as `https://shop.example`. */
  readonly origins: readonly string[];
  /**
   * Where browsers find the page when a proxy on this machine stands before us, as `https://phone.example.com/`. What the
   * proxy says of who asks is believed then.
   */
  readonly pageUrl: string | undefined;
  /** The product and its version, as the page shows it. */
  readonly product: string;
}

/** What the web server needs of the system. */
export interface WebServiceOptions {
  readonly web: WebWish;
  readonly host: string;
  readonly domain: string;
  readonly storage: Storage;
  readonly users: Users;
  /** Names that are in no directory of users. */
  readonly serviceNames: readonly string[];
  /** The key that tokens are signed with. */
  readonly tokenKey: Uint8Array;
  /** The key that the command line signs with, which has it from the data folder. */
  readonly operatorKey: Uint8Array;
  readonly traces: Traces | undefined;
  readonly tls: TlsService;
  readonly push: PushService;
  readonly iceServers: PhoneOptions['iceServers'];
  readonly article: () => ArticlePort | undefined;
  readonly isDraining: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** The user whose phone the page on this machine is. */
export const firstUserName = 'phone';

/** The built pages, and the captures of the Fault Lab. */
export const webFolders: { readonly pages: string; readonly faults: string } = {
  pages: fileURLToPath(new URL('../../web/', import.meta.url)),
  faults: fileURLToPath(new URL('../../faults/', import.meta.url)),
};

/** The web server, from before its ports are bound. */
export class WebService {
  readonly tokens: Tokens;
  /** For the ports. */
  readonly ports: WebPorts;
  /** True when a person at this machine needs no login. */
  readonly isOpen: boolean;
  readonly #options: WebServiceOptions;
  #bound: Ports | undefined;

  /** Makes the web server, and its first user where there is to be one. */
  static async open(options: WebServiceOptions): Promise<WebService> {
    return new WebService(options, await firstUser(options));
  }

  private constructor(options: WebServiceOptions, first: string | undefined) {
    const { web, domain, storage, users, serviceNames, tokenKey, operatorKey, tls, clock, random } =
      options;
    const { pageUrl, product } = web;
    this.#options = options;
    this.isOpen = first !== undefined;
    this.tokens = new Tokens({ key: tokenKey, clock });
    const site = siteOf(options);
    const app = webApp({
      ...{ site, tokens: this.tokens, domain, product, firstUser: first, clock },
      operatorTokens: new Tokens({ key: operatorKey, clock }),
      traces: options.traces,
      access: new PageAccess({ storage, clock, random }),
      files: new PageFiles(webFolders.pages, clock),
      faults: new PageFiles(webFolders.faults, clock),
      rate: new UnprovedRate({ clock }),
      userNames: async () =>
        (await users.list(domain))
          .map(({ name }) => name)
          .filter((name) => !serviceNames.includes(name)),
      isStrict: tls.isTrusted,
      securePort: () => (tls.secure === undefined ? undefined : this.#bound?.httpsPort),
      iceServers: options.iceServers,
      push: options.push.pages,
      article: options.article,
      isDraining: options.isDraining,
      log: options.log,
    });
    this.ports = { site, requests: webListener(app, pageUrl !== undefined) };
  }

  /** The ports are bound. */
  bound(ports: Ports): void {
    this.#bound = ports;
  }

  /** Where tokens are had, as an https URI; undefined without HTTPS. */
  get authorizationServer(): string | undefined {
    const { pageUrl } = this.#options.web;
    if (pageUrl !== undefined) return pageUrl.startsWith('https:') ? pageUrl : undefined;
    const { tls } = this.#options;
    return tls.secure === undefined || this.#bound === undefined
      ? undefined
      : `https://${this.#name}:${this.#bound.httpsPort}/`;
  }

  /** Where a person finds the page. */
  get page(): string {
    const { web, host, tls } = this.#options;
    if (web.pageUrl !== undefined) return web.pageUrl;
    const { httpPort = 0, httpsPort = 0 } = this.#bound ?? {};
    const isSecure = tls.secure !== undefined && !isLoopback(host);
    return isSecure ? `https://${this.#name}:${httpsPort}/` : `http://${this.#name}:${httpPort}/`;
  }

  /** Where this machine itself reaches us. */
  get local(): string {
    const [name = ''] = hostsOf([loopbackOf(this.#options.host)]);
    return `http://${name}:${this.#bound?.httpPort ?? 0}/`;
  }

  // What leads here from as far as we can be reached: addresses do on this machine, a domain everywhere.
  get #name(): string {
    const { host, domain } = this.#options;
    const [name = host] = hostsOf([
      isLoopback(host) ? host : isIP(domain) === 0 ? domain : mediaAddress(host).advertised,
    ]);
    return name;
  }
}

function siteOf({ web, host, domain }: WebServiceOptions): Site {
  const names = [domain, ...aliasesOf(host)].filter((name) => !isWildcard(name));
  const { origins, pageUrl } = web;
  if (pageUrl === undefined) return { hosts: hostsOf(names), origins };
  const { hostname, origin } = new URL(pageUrl);
  return { hosts: [...hostsOf(names), hostname], origins: [...origins, origin] };
}

/** The user of a page that needs no login: made when it is not there; nobody where others can reach us. */
async function firstUser({
  web,
  host,
  domain,
  users,
  log,
}: WebServiceOptions): Promise<string | undefined> {
  if (!isLoopback(host) || web.pageUrl !== undefined) return undefined;
  try {
    if (!(await users.has(firstUserName, domain))) await users.add(firstUserName, domain);
  } catch (error) {
    log.warn('The page has no user of its own', { error: String(error) });
    return undefined;
  }
  return firstUserName;
}
