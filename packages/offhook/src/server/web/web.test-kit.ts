// A web server without sockets for its tests: its routes, a folder with a page, and requests as browsers send them.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { secret, silentLogger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { UnprovedRate } from '../core/unproved-rate.ts';
import { Tokens } from '../token/tokens.ts';
import type { Joined } from '../users/page-access.ts';
import type { PagePush, PageSubscription } from './api.ts';
import { webApp } from './app.ts';
import type { WebOptions } from './app.ts';
import { PageFiles } from './files.ts';
import type { Peer } from './peer.ts';

/** A browser on this machine. */
export const here: Peer = { address: '127.0.0.1', isSecure: false, isOwn: false, isDirect: true };

/** Where the server of the tests is. */
export const home = 'http://127.0.0.1:8080';

/** The files of a small page. */
export const page: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html><title>Phone</title>',
  'service-worker.js': 'self.addEventListener("push", () => {});',
  'assets/app-Bx7_k2Pq.js': 'console.log("phone");'.repeat(100),
};

/** A folder with these files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-web-'));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

/** How the server of a test differs from the usual one. */
export type WebChanges = Partial<WebOptions> & { readonly folder?: string };

/** Links and sessions in memory: the link `link-alice` is good once, and its session is `session-alice`. */
class MemoryAccess {
  readonly #used = new Set<string>();
  readonly #sessions = new Set<string>();

  async join(link: string): Promise<Joined | undefined> {
    const name = /^link-(\w+)$/.exec(link)?.[1];
    if (name === undefined || this.#used.has(link)) return undefined;
    this.#used.add(link);
    this.#sessions.add(`session-${name}`);
    return { name, session: secret(`session-${name}`) };
  }

  async userOf(session: string): Promise<string | undefined> {
    return this.#sessions.has(session) ? session.replace('session-', '') : undefined;
  }

  async leave(session: string): Promise<void> {
    this.#sessions.delete(session);
  }
}

/** Push subscriptions in memory; those of `push.example` can be used. */
class MemoryPush implements PagePush {
  readonly key = 'BKey';
  readonly kept: string[] = [];

  async keep(user: string, session: string, { endpoint }: PageSubscription): Promise<boolean> {
    this.kept.push(`${user} ${session === '' ? 'first' : 'session'} ${endpoint}`);
    return endpoint.startsWith('https://push.example/');
  }

  async drop(user: string, session: string): Promise<void> {
    this.kept.push(`no ${user} ${session === '' ? 'first' : 'session'}`);
  }
}

/** A server of `example.com` on this machine. */
export class TestWeb {
  readonly clock: VirtualClock = new VirtualClock();
  readonly tokens: Tokens = new Tokens({ key: new Uint8Array(32).fill(7), clock: this.clock });
  readonly operatorTokens: Tokens = new Tokens({
    key: new Uint8Array(32).fill(8),
    clock: this.clock,
  });
  readonly push: MemoryPush = new MemoryPush();
  readonly #app: ReturnType<typeof webApp>;

  constructor({ folder, ...changes }: WebChanges = {}) {
    this.#app = webApp({
      site: { hosts: ['127.0.0.1', 'localhost', '[::1]', 'example.com'], origins: [] },
      files: new PageFiles(folder ?? folderWith(page), this.clock),
      article: () => undefined,
      faults: new PageFiles(folderWith({ 'labels.json': '[]' }), this.clock),
      firstUser: 'phone',
      access: new MemoryAccess(),
      push: this.push,
      userNames: async () => ['alice', 'carol', 'phone'],
      rate: new UnprovedRate({ clock: this.clock }),
      securePort: () => undefined,
      isStrict: false,
      isDraining: () => false,
      log: silentLogger,
      domain: 'example.com',
      tokens: this.tokens,
      operatorTokens: this.operatorTokens,
      traces: undefined,
      clock: this.clock,
      iceServers: () => [],
      product: 'Offhook/1',
      ...changes,
    });
  }

  /** The response to a request for `path`, or for a whole URL. */
  async ask(path: string, init: RequestInit = {}, peer: Peer = here): Promise<Response> {
    return await this.#app.request(path.startsWith('/') ? `${home}${path}` : path, init, peer);
  }

  /** The response to this JSON, sent as a page of ours does. */
  async post(
    path: string,
    value: unknown,
    { url = home, peer = here, method = 'POST', headers = {} }: Posting = {},
  ): Promise<Response> {
    const body = JSON.stringify(value);
    const own = {
      origin: new URL(url).origin,
      'content-type': 'application/json',
      'content-length': String(body.length),
    };
    return await this.ask(`${url}${path}`, { method, body, headers: { ...own, ...headers } }, peer);
  }
}

/** How a posted value differs from the usual one. */
export interface Posting {
  readonly url?: string;
  readonly peer?: Peer;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The code of a refusal. */
export async function codeOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
