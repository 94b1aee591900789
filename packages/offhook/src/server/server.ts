// The telephone system put together: storage, users, location, registrar, proxy, and the built-in peers.
import { Endpoint, secret, systemClock, systemRandom } from '@offhook/sip';
import type { Clock, Logger, Random, Secret, Tap, Transport, UserAgent } from '@offhook/sip';
import { nodeResolver, tcp, udp, webSocketServer } from '@offhook/sip/node';
import { rtp } from '../media/rtp-negotiator.ts';
import type { RtpEngine, RtpSession } from '../media/rtp-negotiator.ts';
import { isOurs } from './core/addresses.ts';
import { Authority } from './core/authority.ts';
import { serverCore } from './core/core.ts';
import { LiveFlows } from './core/flows.ts';
import { openLocation } from './location/sqlite-store.ts';
import { ownDomains } from './location/aor.ts';
import type { Binding, LocationStore } from './location/store.ts';
import { Proxy } from './proxy/proxy.ts';
import { Registrar } from './registrar/registrar.ts';
import { answerAsBob } from './service/bob.ts';
import { answerAsEcho } from './service/echo.ts';
import { startService } from './service/service.ts';
import { openStorage } from './storage/storage.ts';
import { openUsers, UserError } from './users/users.ts';
import type { Users } from './users/users.ts';
import { keyFor, routeSigner } from './core/route-signer.ts';
import { readKey } from './users/key-file.ts';

/** How the system is started. */
export interface ServerOptions {
  /** Numeric address to bind. */
  readonly host: string;
  readonly sipPort: number;
  readonly httpPort: number;
  /** Our domain, and the realm of its users. */
  readonly domain: string;
  /** The data folder. */
  readonly folder: string;
  readonly product: string;
  readonly log: Logger;
  readonly tap: Tap;
  readonly clock?: Clock;
  readonly random?: Random;
  /** How many ports after a taken one are tried; 0 to fail at once. */
  readonly otherPorts?: number;
}

/** Where the system can be reached. */
export interface Listening {
  readonly host: string;
  readonly sipPort: number;
  readonly httpPort: number;
  readonly domain: string;
  readonly folder: string;
}

/** Names that the built-in peers have. */
export const serviceNames: readonly string[] = ['echo', 'bob'];

/** The running system. */
export interface Server {
  readonly listening: Listening;
  readonly users: Users;
  readonly location: LocationStore;
  /** Live calls through it, and what else lives: zero some time after the last call. */
  readonly load: { readonly transactions: number; readonly contexts: number; readonly bindings: number };
  /** Calls with the built-in peers, and requests that are being forwarded. A call between two phones is theirs alone. */
  readonly calls: number;
  /** Takes no new calls from now on (503 with Retry-After); resolves when those in progress are over, after 30 minutes at the latest. */
  drain(): Promise<void>;
  /** Ends it in order: the built-in peers hang up and leave, then the transports and the storage close. */
  close(): Promise<void>;
}

/** Starts everything; when a part cannot start, what was started before it is closed, and its error is thrown. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    return await assemble(options, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function assemble(
  options: ServerOptions,
  closing: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Server> {
  const { host, folder, product, log, tap } = options;
  const domain = options.domain.toLowerCase();
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const storage = await openStorage({ folder, clock, log });
  closing.push(() => storage.close());
  const users = await openUsers({ storage, clock, random, log });
  const location = await openLocation({ storage, clock, log });
  closing.push(() => location.close());

  const domainOf = ownDomains([{ domain, aliases: aliasesOf(host) }]);
  const registrar = new Registrar({ location, domainOf, clock, log });
  const authority = new Authority({ realm: domain, users, domainOf, clock, random });
  const flows = new LiveFlows();
  let draining = false;
  // From the key file, so that calls in progress outlive a restart.
  const routeKey = keyFor('record-route', readKey(folder) ?? random.bytes(32));
  const bound = await bindPorts(options, (transports, ports) => {
    const resolver = nodeResolver();
    const udpTransport = transports.find(({ protocol }) => protocol === 'UDP');
    const ours = (uri: Parameters<typeof isOurs>[0]): boolean => isOurs(uri, domainOf, ports());
    const endpoint: Endpoint = new Endpoint(
      { name: 'server', transports, clock, random, log, tap, resolver },
      serverCore({
        endpoint: () => endpoint,
        proxy: () => proxy,
        registrar,
        location,
        users,
        authority,
        flows,
        domainOf,
        isOurs: (request) => ours(request.uri),
        isPublic: (user) => serviceNames.includes(user),
        isDraining: () => draining,
        udpFlow: (binding) => behindNat(binding) ? udpTransport?.flowTo(binding.source) : undefined,
        product,
        log,
      }),
    );
    const proxy = new Proxy({ endpoint, clock, random, isOurs: ours, sign: routeSigner(routeKey) });
    return { endpoint, proxy };
  });
  closing.push(async () => {
    bound.proxy.close();
    await bound.endpoint.close();
  });

  const media = rtp({ host: loopbackOf(host) });
  closing.push(() => media.close());
  const passwords = await servicePasswords(users, domain);
  const services = await startServices({ options, media, passwords, port: bound.sipPort, clock, random });
  closing.push(async () => {
    await Promise.all(services.map((service) => service.close()));
  });
  const calls = (): number => bound.proxy.size + services.reduce((sum, { load }) => sum + load.dialogs, 0);
  return {
    get calls() {
      return calls();
    },
    drain() {
      draining = true;
      return untilIdle(calls, clock);
    },
    listening: { host, sipPort: bound.sipPort, httpPort: bound.httpPort, domain, folder },
    users,
    location,
    get load() {
      return {
        transactions: bound.endpoint.transactionCount,
        contexts: bound.proxy.size,
        bindings: location.size,
      };
    },
    close,
  };
}

interface Made {
  readonly endpoint: Endpoint;
  readonly proxy: Proxy;
}

/** Binds UDP and TCP to one port and WebSocket to another, taking the next where one is in use. */
async function bindPorts(
  options: ServerOptions,
  make: (transports: readonly Transport[], ports: () => ReadonlySet<number>) => Made,
): Promise<Made & { readonly sipPort: number; readonly httpPort: number }> {
  const { host, log } = options;
  let { sipPort, httpPort } = options;
  for (let left = options.otherPorts ?? 20; ; left -= 1) {
    const transports = [
      udp({ host, port: sipPort, log }),
      tcp({ host, port: sipPort, log }),
      webSocketServer({ host, port: httpPort, log }),
    ];
    const ports = (): ReadonlySet<number> => new Set(transports.flatMap(({ local }) => local?.port ?? []));
    const made = make(transports, ports);
    try {
      await made.endpoint.start();
      const [sip, , http] = transports;
      return { ...made, sipPort: sip?.local?.port ?? sipPort, httpPort: http?.local?.port ?? httpPort };
    } catch (error) {
      const port = portInUse(error);
      if (port === undefined || left <= 0) throw error;
      log.warn(`Port ${port} is in use; the next one is taken`, { port });
      if (port === httpPort) httpPort += 1;
      else sipPort += 1;
    }
  }
}

function portInUse(error: unknown): number | undefined {
  const { code, port } = error as { readonly code?: unknown; readonly port?: unknown };
  return code === 'EADDRINUSE' && typeof port === 'number' ? port : undefined;
}

// The built-in peers get new passwords at each start: nobody can ever have learnt them.
async function servicePasswords(users: Users, domain: string): Promise<ReadonlyMap<string, Secret>> {
  const passwords = new Map<string, Secret>();
  for (const name of serviceNames) {
    try {
      passwords.set(name, await users.add(name, domain));
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'USER_EXISTS') throw error;
      passwords.set(name, await users.setPassword(name, domain));
    }
  }
  return passwords;
}

interface Services {
  readonly options: ServerOptions;
  readonly media: RtpEngine;
  readonly passwords: ReadonlyMap<string, Secret>;
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
}

function startServices({ options, media, passwords, port, clock, random }: Services): Promise<readonly UserAgent<RtpSession>[]> {
  const shared = {
    domain: options.domain.toLowerCase(),
    server: { host: loopbackOf(options.host), port },
    media,
    clock,
    random,
    log: options.log,
    tap: options.tap,
  };
  return Promise.all([
    startService({
      ...shared,
      name: 'echo',
      displayName: 'Echo',
      password: passwords.get('echo') ?? secret(''),
      answer: answerAsEcho,
    }),
    startService({
      ...shared,
      name: 'bob',
      displayName: 'Bob',
      password: passwords.get('bob') ?? secret(''),
      answer: answerAsBob(clock),
    }),
  ]);
}

const longestDrain = 30 * 60_000;
const drainStep = 200;

function untilIdle(calls: () => number, clock: Clock): Promise<void> {
  const deadline = clock.now() + longestDrain;
  return new Promise((resolve) => {
    const look = (): void => {
      if (calls() === 0 || clock.now() >= deadline) resolve();
      else clock.after(drainStep, look);
    };
    look();
  });
}

/** Names under which a client may know us besides our domain. */
function aliasesOf(host: string): readonly string[] {
  return [host, '127.0.0.1', '::1', 'localhost'];
}

function loopbackOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

// RFC 3581: a phone behind a NAT says an address of its own that does not lead to it; where its REGISTER came from does.
function behindNat({ contact, connection, source }: Binding): boolean {
  return !connection && !contact.includes(source.host);
}
