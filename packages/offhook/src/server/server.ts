// The telephone system put together: storage, users, location, registrar, proxy, and the built-in peers.
import { systemClock, systemRandom } from '@offhook/sip';
import type { Clock, Logger, Random, Tap } from '@offhook/sip';
import type { BridgeEngine } from '../media/bridge.ts';
import { codecs } from '../media/codec/codec.ts';
import { embeddedBridge } from '../media/embedded/engine.ts';
import { rtp } from '../media/rtp-negotiator.ts';
import { forgetServices, serviceNames, startServices } from './built-in-peers.ts';
import { Article } from './article/article.ts';
import { Authority } from './core/authority.ts';
import type { UserDirectory } from './core/authority.ts';
import { keyFor, routeSigner } from './core/route-signer.ts';
import { DescriptorWatch } from './descriptor-watch.ts';
import { DropWatch } from './drop-watch.ts';
import { IceService } from './ice-service.ts';
import type { IceWish } from './ice-service.ts';
import { aorText, ownDomains } from './location/aor.ts';
import { Gruus } from './location/gruu.ts';
import type { MediaPolicy } from './gateway/media-policy.ts';
import { SqliteCalls } from './gateway/sqlite-store.ts';
import { openLocation } from './location/sqlite-store.ts';
import type { LocationStore } from './location/store.ts';
import { openMessages } from './mailbox/sqlite-store.ts';
import { aliasesOf, loopbackOf, mediaAddress } from './own-addresses.ts';
import { bindPorts } from './ports.ts';
import { PushService } from './push-service.ts';
import type { PushWish } from './push-service.ts';
import { Registrar } from './registrar/registrar.ts';
import { forgetRemoved } from './remove-user.ts';
import { ServicePasswords } from './service/passwords.ts';
import { signalling } from './signalling.ts';
import type { SignallingParts } from './signalling.ts';
import { keepDomain, keepLocal, keepPage } from './started-with.ts';
import { openStorage } from './storage/storage.ts';
import { deviceEvent, operatorPurpose, tapOf, traceService } from './trace-service.ts';
import type { TraceWish } from './trace-service.ts';
import { TlsService } from './tls-service.ts';
import type { ListeningTls, TlsWish } from './tls-service.ts';
import { readKey } from './users/key-file.ts';
import { openUsers } from './users/users.ts';
import type { Users } from './users/users.ts';
import { firstUserName, WebService } from './web-service.ts';
import type { WebWish } from './web-service.ts';

/** How the system is started. */
export interface ServerOptions {
  /** Numeric address to bind. */
  readonly host: string;
  /** For UDP and TCP; 0 for any. */
  readonly sipPort: number;
  /** For the page and WebSocket; 0 for any. */
  readonly httpPort: number;
  /** Our domain, and the realm of its users. */
  readonly domain: string;
  /** `127.0.0.1:5353`; the system's unless said. */
  readonly nameServers?: readonly string[] | undefined;
  /** Where users send their requests, as the value of Service-Route (RFC 3608). */
  readonly serviceRoute?: string | undefined;
  /** The data folder. */
  readonly folder: string;
  readonly log: Logger;
  readonly tap: Tap;
  readonly clock?: Clock;
  readonly random?: Random;
  /** TLS and WSS; none unless said. */
  readonly tls?: TlsWish;
  readonly web: WebWish;
  readonly push: PushWish;
  readonly ice: IceWish;
  /** Joins the media of calls between browsers and desk phones, and is closed with the system; one in this process unless said. */
  readonly bridge?: BridgeEngine | undefined;
  /** Who brings the media of parties that speak alike; `auto` unless said. */
  readonly mediaPolicy?: MediaPolicy | undefined;
  /** How traces of calls are kept; none are unless said. */
  readonly traces?: TraceWish | undefined;
  /** How many ports after a taken one are tried; 0 to fail at once, 20 unless said. */
  readonly otherPorts?: number;
}

/** Where the system can be reached. */
export interface Listening {
  readonly host: string;
  readonly sipPort: number;
  readonly httpPort: number;
  readonly stunPort: number;
  readonly tls: ListeningTls;
  /** Where a person finds the phone page. */
  readonly page: string;
  /** True when whoever is at this machine needs no login for it. */
  readonly isOpen: boolean;
  readonly domain: string;
  readonly folder: string;
}

/** The running system. */
export interface Server {
  readonly listening: Listening;
  readonly users: Users;
  readonly location: LocationStore;
  /** Live calls through it, and what else lives: zero some time after the last call. */
  readonly load: {
    readonly transactions: number;
    readonly contexts: number;
    readonly bindings: number;
  };
  /** Calls with the built-in peers, bridged calls, and requests that are being forwarded. A call between phones alike is theirs alone. */
  readonly calls: number;
  /** Reads the certificate's files again, for new connections; those that stand go on. */
  renewCertificate(): Promise<void>;
  /** Takes no new calls from now on (503 with Retry-After); resolves when those in progress are over, after 30 minutes at the latest. */
  drain(): Promise<void>;
  /** Ends it in order: the built-in peers hang up and leave, then the transports and the storage close. */
  close(): Promise<void>;
}

/** Starts everything; when a part cannot start, what was started before it is closed, and its error is thrown. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const closing: (() => Promise<void>)[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeAll(closing));
  try {
    return await assemble(options, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(steps: (() => Promise<void>)[]): Promise<void> {
  for (const step of steps.toReversed()) await step();
}

async function assemble(
  options: ServerOptions,
  closing: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Server> {
  const { host, folder, log } = options;
  const domain = options.domain.toLowerCase();
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const storage = await openStorage({ folder, clock, log });
  closing.push(() => storage.close());
  const traces = await traceService({ ...options, domain, clock });
  closing.push(async () => traces?.close());
  const tap = tapOf(options.tap, traces);
  const users = await openUsers({ storage, clock, random, log });
  await tellOfDomain(options, users);
  const location = await openLocation({
    ...{ storage, clock, log },
    told: (news) => traces?.note(deviceEvent(news, clock)),
  });
  closing.push(() => location.close());
  await forgetServices(location, domain);
  const messages = await openMessages(storage);
  const bridgedCalls = new SqliteCalls(storage, log);
  const crashed = await bridgedCalls.all();

  const passwords = new ServicePasswords({ names: serviceNames, realm: domain, random });
  const directory: UserDirectory = {
    ha1: (name, realm, algorithm) =>
      passwords.ha1(name, algorithm) ?? users.ha1(name, realm, algorithm),
    has: (name, realm) => passwords.of(name) !== undefined || users.has(name, realm),
  };
  const domainOf = ownDomains([{ domain, aliases: aliasesOf(host) }]);
  const folderKey = readKey(folder) ?? random.bytes(32);
  // From the key file, so that GRUUs outlive a restart.
  const gruus = new Gruus(keyFor('gruu', folderKey), random);
  const { serviceRoute } = options;
  const push = new PushService({
    ...{ push: options.push, domain, storage, clock, random, log },
    key: keyFor('vapid', folderKey),
  });
  const registrar = new Registrar({
    ...{ location, domainOf, gruus, clock, log, serviceRoute },
    push: push.registry,
  });
  let draining = false;
  const demonstration: { article?: Article } = {};
  const tls = await TlsService.open(options, clock);
  closing.push(async () => tls.close());
  const ice = await IceService.open({ ...options, clock });
  closing.push(() => ice.close());
  const bridge = options.bridge ?? embeddedBridge({ ...mediaAddress(host), log });
  closing.push(() => bridge.close());
  const web = await WebService.open({
    ...{ host, domain, storage, users, serviceNames, tls, push, clock, random, log },
    web: options.web,
    tokenKey: keyFor('token', folderKey),
    operatorKey: keyFor(operatorPurpose, folderKey),
    traces,
    iceServers: (phone) => ice.serversFor(phone),
    article: () => demonstration.article,
    isDraining: () => draining,
  });
  const bearer = { tokens: web.tokens, authorizationServer: () => web.authorizationServer };
  const authority = new Authority({
    ...{ realm: domain, users: directory, bearer },
    domainOf,
    clock,
    random,
  });
  const parts: SignallingParts = {
    ...{ location, registrar, authority, domainOf, gruus, messages, bridge, users: directory },
    ...{ clock, random, log, tap, nameServers: options.nameServers },
    ...{ bridgedCalls, mediaPolicy: options.mediaPolicy },
    // From the key file, so that calls in progress outlive a restart.
    sign: routeSigner(keyFor('record-route', folderKey)),
    isPublic: (user) => serviceNames.includes(user),
    isDraining: () => draining,
    wake: (callee, invite) => push.wake(callee, invite),
  };
  const wish = { ...options, clock, secure: tls.secure, web: web.ports };
  const bound = await bindPorts(wish, (transports) => signalling(parts, transports));
  const { endpoint, proxy, gateway, core, mailbox, overload } = bound.made;
  closing.push(() => bound.made.close());
  endpoint.run(() => gateway.restore(crashed));

  const descriptors = new DescriptorWatch({ clock, log });
  closing.push(async () => descriptors.close());
  const drops = new DropWatch({ local: { host, port: bound.sipPort }, clock, log });
  closing.push(async () => drops.close());
  tls.start(bound.renew);
  web.bound(bound);
  const trouble = keepPage(folder, web.page) ?? keepLocal(folder, web.local);
  if (trouble !== undefined) log.warn(`Where the page is could not be kept: ${trouble}`);

  const media = rtp({
    ...mediaAddress(host),
    codecs: codecs.map(({ name }) => name),
    srtp: 'optional',
    log,
  });
  closing.push(() => media.close());
  const services = await startServices({
    ...{ host, domain, media, passwords, domainOf, clock, random, log, tap },
    port: bound.sipPort,
  });
  closing.push(async () => {
    await Promise.all(services.map((service) => service.close()));
  });
  const article = new Article({
    ...{ domain, media, passwords, clock, random, log, tap },
    server: { host: loopbackOf(host), port: bound.sipPort },
  });
  demonstration.article = article;
  closing.push(() => article.close());
  closing.push(() => gateway.close());
  // From here on: a start is busy by itself, and the built-in peers must not be refused.
  overload.start();
  closing.push(async () => overload.stop());
  const others = serviceNames.map((name) => aorText(name, domain));
  const stopWatching = users.watch(() => {
    forgetRemoved({ users, location, mailbox, others }).catch((error: unknown) =>
      log.warn('Removed users are not forgotten yet', { error: String(error) }),
    );
  });
  closing.push(async () => stopWatching());
  const calls = (): number =>
    core.pending + gateway.calls + services.reduce((sum, { load }) => sum + load.dialogs, 0);
  return {
    get calls() {
      return calls();
    },
    drain() {
      draining = true;
      return untilIdle(calls, clock);
    },
    listening: {
      host,
      sipPort: bound.sipPort,
      httpPort: bound.httpPort,
      stunPort: ice.stunPort,
      tls: tls.listening(bound),
      page: web.page,
      isOpen: web.isOpen,
      domain,
      folder,
    },
    renewCertificate: () => tls.renew(),
    users,
    location,
    get load() {
      return {
        transactions: endpoint.transactionCount,
        contexts: proxy.size,
        bindings: location.size,
      };
    },
    close,
  };
}

// A password is stored for one realm: users of another domain cannot log in, and would not know why.
async function tellOfDomain({ folder, domain, log }: ServerOptions, users: Users): Promise<void> {
  const trouble = keepDomain(folder, domain.toLowerCase());
  if (trouble !== undefined)
    log.warn(`The domain could not be kept in the data folder: ${trouble}`);
  const others = (await users.list()).filter(
    ({ name, realm }) =>
      realm !== domain.toLowerCase() && ![...serviceNames, firstUserName].includes(name),
  );
  const [first] = others;
  if (first === undefined) return;
  log.warn(
    `Users of another domain, such as ${first.name} of ${first.realm}, cannot log in to ${domain}. ` +
      `Next step: start with --domain ${first.realm}, or add them anew`,
    { users: others.length },
  );
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
