// A server core on a virtual network, with users and bindings in memory, for the tests of this room.
import { createHash } from 'node:crypto';
import { Endpoint, ha1 } from '@offhook/sip';
import type { Address, DigestAlgorithm, Flow, Logger, Observation, Protocol } from '@offhook/sip';
import {
  headerRows,
  ScriptedPeer,
  seededRandom,
  VirtualClock,
  VirtualNetwork,
  VirtualResolver,
} from '@offhook/sip/testing';
import type { Arrived } from '@offhook/sip/testing';
import { canonicalAor, lookupKey, ownDomains } from '../location/aor.ts';
import { Gruus } from '../location/gruu.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { Mailbox } from '../mailbox/mailbox.ts';
import type { KeptMessage, MessageStore, NewMessage } from '../mailbox/store.ts';
import { sipDate } from '../registrar/date.ts';
import { bindingKey } from '../location/store.ts';
import type { Binding, BindingChange, LocationStore } from '../location/store.ts';
import { Proxy } from '../proxy/proxy.ts';
import { Registrar } from '../registrar/registrar.ts';
import { Tokens } from '../token/tokens.ts';
import { isBehindNat, isOurs } from './addresses.ts';
import { Authority } from './authority.ts';
import { serverCore } from './core.ts';
import type { ServerCore } from './core.ts';
import { LiveFlows } from './flows.ts';
import { HeldCalls } from './held-calls.ts';
import { behindGate } from './gate.ts';
import { Overload } from './overload.ts';
import type { Busyness } from './overload.ts';
import { mayReach } from './reach.ts';
import { routeSigner } from './route-signer.ts';
import { keepAliveLimits, UnprovedRate } from './unproved-rate.ts';

/** Where the server listens. */
export const server = { host: '192.0.2.1', port: 5060 } as const;

/** Bindings in memory. `trouble` makes the next changes fail. */
class MemoryLocation implements LocationStore {
  readonly #clock: VirtualClock;
  readonly #aors = new Map<string, readonly Binding[]>();
  trouble = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  bindings(aor: string): readonly Binding[] {
    return (this.#aors.get(aor) ?? []).filter(({ due }) => due > this.#clock.now());
  }

  change(aor: string, { put, remove }: BindingChange): Promise<void> {
    if (this.trouble) return Promise.reject(new Error('database or disk is full'));
    const gone = new Set([...remove, ...put.map((binding) => bindingKey(binding))]);
    this.#aors.set(aor, [
      ...put,
      ...this.bindings(aor).filter((binding) => !gone.has(bindingKey(binding))),
    ]);
    return Promise.resolve();
  }

  flowClosed(flow: string): void {
    for (const [aor, all] of this.#aors)
      this.#aors.set(
        aor,
        all.filter((one) => !one.connection || one.flow !== flow),
      );
  }

  aors(): readonly string[] {
    return [...this.#aors.keys()].filter((aor) => this.bindings(aor).length > 0);
  }

  get size(): number {
    return this.aors().reduce((sum, aor) => sum + this.bindings(aor).length, 0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Messages in memory. `trouble` makes the next ones fail; a store is as slow as `wait` says, in milliseconds. */
class MemoryMessages implements MessageStore {
  readonly #clock: VirtualClock;
  kept: KeptMessage[] = [];
  trouble = false;
  wait = 0;
  #lastId = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  count(aor: string): number {
    return this.kept.filter((one) => one.aor === aor).length;
  }

  async keep(message: NewMessage): Promise<number> {
    await this.#pause();
    if (this.trouble) throw new Error('database or disk is full');
    this.#lastId += 1;
    this.kept.push({ ...message, id: this.#lastId });
    return this.#lastId;
  }

  async of(aor: string): Promise<readonly KeptMessage[]> {
    await this.#pause();
    return this.kept.filter((one) => one.aor === aor);
  }

  expired(wall: number): Promise<readonly KeptMessage[]> {
    return Promise.resolve(this.kept.filter(({ due }) => due <= wall));
  }

  async remove({ id }: Pick<KeptMessage, 'id'>): Promise<void> {
    await this.#pause();
    if (this.trouble) throw new Error('database or disk is full');
    this.kept = this.kept.filter((one) => one.id !== id);
  }

  removeAll(aor: string): Promise<void> {
    this.kept = this.kept.filter((one) => one.aor !== aor);
    return Promise.resolve();
  }

  aors(): readonly string[] {
    return [...new Set(this.kept.map(({ aor }) => aor))];
  }

  #pause(): Promise<void> {
    if (this.wait === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#clock.after(this.wait, resolve));
  }
}

/** Users with passwords in memory: `alice` has `pw-alice`. `answer` may be made to wait or to fail. */
export interface MemoryUsers {
  readonly names: Set<string>;
  answer: <T>(value: T) => T | Promise<T>;
  asked: number;
}

/** The whole core of a server: example.com, also by its address. */
export class CoreWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly endpoint: Endpoint;
  readonly proxy: Proxy;
  readonly core: ServerCore;
  /** Absent unless a test joins browsers and desk phones. */
  gateway: Gateway | undefined;
  readonly rate: UnprovedRate;
  /** How busy it is, as a test wants it. */
  busyness: Busyness = { utilization: 0, worked: 0, waiting: 0 };
  readonly overload: Overload = new Overload({
    clock: this.clock,
    busyness: () => this.busyness,
    unfinished: () => this.endpoint.unfinishedCount,
    mostUnfinished: 1_000,
  });
  readonly resolver: VirtualResolver = new VirtualResolver(this.clock);
  readonly location: MemoryLocation;
  readonly messages: MemoryMessages;
  readonly mailbox: Mailbox;
  readonly held: HeldCalls;
  /** How many phones a push message would reach. */
  wake: (aor: string) => Promise<number> = async () => 0;
  readonly tokens: Tokens = new Tokens({ key: new Uint8Array(32), clock: this.clock });
  readonly users: MemoryUsers = { names: new Set(), answer: (value) => value, asked: 0 };
  readonly observations: Observation[] = [];
  readonly errors: string[] = [];
  draining = false;

  private constructor(seed: number) {
    const { clock, users } = this;
    const random = seededRandom(seed);
    this.network = new VirtualNetwork({ clock, random: seededRandom(seed + 1), icmp: false });
    this.location = new MemoryLocation(clock);
    this.messages = new MemoryMessages(clock);
    this.rate = new UnprovedRate({ clock });
    const log: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (message) => void this.errors.push(message),
    };
    const domainOf = ownDomains([{ domain: 'example.com', aliases: [server.host] }]);
    const realm = 'example.com';
    const gruus = new Gruus(random.bytes(32), random);
    const bearer = { tokens: this.tokens, authorizationServer: () => 'https://example.com:8443/' };
    const directory = {
      ha1: (name: string, of: string, algorithm: DigestAlgorithm) => {
        users.asked += 1;
        return users.answer(
          users.names.has(name) ? ha1(algorithm, name, of, `pw-${name}`) : undefined,
        );
      },
      has: (name: string) => users.answer(users.names.has(name)),
    };
    const transports = [
      this.network.transport('UDP', server.host, server.port),
      this.network.transport('TCP', server.host, server.port),
      this.network.transport('TLS', server.host, 5061),
      this.network.transport('WS', server.host, 8080),
      this.network.transport('WSS', server.host, 8443),
    ];
    const udp = transports[0];
    const ports = new Set([5060, 5061, 8080, 8443]);
    const reach = (target: Address, source: Address): boolean =>
      mayReach(target, source) && !(target.host === server.host && ports.has(target.port));
    this.mailbox = new Mailbox({
      store: this.messages,
      clock,
      random,
      log,
      run: (event) => this.endpoint.run(event),
      forward: (message, upstream, aor) => this.core.forwardMessage(message, upstream, aor),
      aorOf: ({ uri }) => canonicalAor(uri, domainOf)?.text,
      dateOf: sipDate,
    });
    this.held = new HeldCalls({ clock, log, run: (event) => this.endpoint.run(event) });
    this.core = serverCore({
      mailbox: () => this.mailbox,
      endpoint: () => this.endpoint,
      proxy: () => this.proxy,
      gateway: () => this.gateway,
      registrar: new Registrar({ location: this.location, domainOf, gruus, clock, log }),
      gruus,
      location: this.location,
      users: directory,
      authority: new Authority({ realm, users: directory, domainOf, bearer, clock, random }),
      rate: this.rate,
      overload: this.overload,
      flows: new LiveFlows(),
      domainOf,
      isOurs: (uri) => isOurs(uri, domainOf, ports),
      mayReach: reach,
      isPublic: (user) => user === 'echo',
      isDraining: () => this.draining,
      held: () => this.held,
      wake: (callee) => this.wake(callee.text),
      udpFlow: (binding): Flow | undefined =>
        isBehindNat(binding) ? udp?.flowTo(binding.source) : undefined,
      log,
    });
    const gate = {
      rate: this.rate,
      keepAlives: new UnprovedRate({ clock, limits: keepAliveLimits }),
      endpoint: () => this.endpoint,
      answers: this.core.stateless.bind(this.core),
    };
    const tap = { observe: (observation: Observation) => void this.observations.push(observation) };
    const gated = transports.map((transport) => behindGate(transport, gate));
    this.endpoint = new Endpoint(
      { name: 'server', transports: gated, clock, random, log, tap, resolver: this.resolver },
      this.core,
    );
    const sign = routeSigner(random.bytes(32));
    this.proxy = new Proxy({
      endpoint: this.endpoint,
      clock,
      random,
      isOurs: (uri) => isOurs(uri, domainOf, ports),
      lookedUp: (uri) => lookupKey(uri, domainOf),
      mayReach: reach,
      sign,
    });
  }

  /** A started world with users alice, bob and carol; the same seed gives the same run. */
  static async start(seed = 1): Promise<CoreWorld> {
    const world = new CoreWorld(seed);
    for (const name of ['alice', 'bob', 'carol']) world.users.names.add(name);
    await world.endpoint.start();
    return world;
  }

  /** A peer on an address of its own; without a port, for TCP and WS, it only opens connections. */
  async peer(
    host: string,
    protocol: Protocol = 'UDP',
    port: number | undefined = protocol === 'UDP' ? 5060 : undefined,
  ): Promise<Phone> {
    const transport = this.network.transport(protocol, host, port);
    const peer = new ScriptedPeer({ transport, clock: this.clock });
    await peer.start();
    const flow =
      protocol === 'UDP'
        ? undefined
        : transport.flowTo({ host: server.host, port: serverPort(protocol) });
    return new Phone(this, peer, { host, protocol, flow });
  }

  /** Lets what was sent arrive and be answered. */
  async pass(milliseconds = 20): Promise<void> {
    await this.clock.elapse(milliseconds);
  }

  /** Every transaction, context and timer is gone once all have run out, and nothing has thrown. */
  async end(): Promise<{
    readonly transactions: number;
    readonly contexts: number;
    readonly faults: number;
  }> {
    this.mailbox.close();
    await this.clock.elapse(700_000);
    return {
      transactions: this.endpoint.transactionCount,
      contexts: this.proxy.size,
      faults: this.endpoint.faults,
    };
  }
}

function serverPort(protocol: Protocol): number {
  const others: Partial<Record<Protocol, number>> = { TLS: 5061, WS: 8080, WSS: 8443 };
  return others[protocol] ?? server.port;
}

/** What differs from an ordinary request. */
export interface Wish {
  readonly uri?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly branch?: string;
  /** Whole header lines. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** Who proves a request, with which password. */
export interface Login {
  readonly user: string;
  readonly password?: string;
}

let branches = 0;

/** A scripted peer that can write requests and answer challenges. */
export class Phone {
  readonly scripted: ScriptedPeer;
  readonly #world: CoreWorld;
  readonly #host: string;
  /** The address that it believes to have. */
  viaHost: string;
  readonly #protocol: Protocol;
  readonly #flow: Flow | undefined;

  constructor(
    world: CoreWorld,
    scripted: ScriptedPeer,
    {
      host,
      protocol,
      flow,
    }: { readonly host: string; readonly protocol: Protocol; readonly flow: Flow | undefined },
  ) {
    this.#world = world;
    this.scripted = scripted;
    this.#host = host;
    this.viaHost = host;
    this.#protocol = protocol;
    this.#flow = flow;
  }

  /** Sends a request, and returns its text. */
  send(method: string, wish: Wish = {}): string {
    branches += 1;
    const { uri = 'sip:bob@example.com', cseq = 1, callId = `call-${this.#host}` } = wish;
    const contact = this.#protocol === 'WS' ? 'df7jal23ls0d.invalid;transport=ws' : this.#host;
    const text = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.#protocol} ${this.viaHost};branch=${wish.branch ?? `z9hG4bK-${branches}`};rport`,
      'Max-Forwards: 70',
      `From: ${wish.from ?? '<sip:alice@example.com>;tag=a1'}`,
      `To: ${wish.to ?? `<${uri}>`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      'User-Agent: A phone with a name that makes its requests as long as those of most phones are, which is some hundred octets',
      ...(wish.headers ?? [`Contact: <sip:phone@${contact}>`]),
      '',
      wish.body ?? '',
    ].join('\n');
    this.scripted.send(text, this.#flow ?? server);
    return text;
  }

  /** Sends a request, answers its challenge, and gives back the final response that came then. */
  async proved(method: string, login: Login, wish: Wish = {}): Promise<Arrived> {
    this.send(method, wish);
    await this.#world.pass();
    const challenge = this.scripted.take(/^SIP\/2\.0 40[17] /);
    if (method === 'INVITE') this.acknowledge(challenge, wish);
    return this.answer(challenge, method, login, wish);
  }

  /** Sends a request again with the answer to `challenge`, and gives back the first final response. */
  async answer(
    challenge: Arrived,
    method: string,
    login: Login,
    wish: Wish = {},
  ): Promise<Arrived> {
    this.sendAnswer(challenge, method, login, wish);
    await this.#world.pass();
    return this.scripted.take(/^SIP\/2\.0 [2-6]/);
  }

  /** Sends a request again with the answer to `challenge`. */
  sendAnswer(challenge: Arrived, method: string, login: Login, wish: Wish = {}): void {
    const { uri = 'sip:bob@example.com', cseq = 1 } = wish;
    const isProxy = challenge.text.startsWith('SIP/2.0 407');
    const [row = ''] = headerRows(
      challenge.text,
      isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate',
    );
    const credentials = digest(row, { ...login, method, uri });
    const contact = this.#protocol === 'WS' ? 'df7jal23ls0d.invalid;transport=ws' : this.#host;
    this.send(method, {
      ...wish,
      cseq: cseq + 1,
      headers: [
        `${isProxy ? 'Proxy-Authorization' : 'Authorization'}: ${credentials}`,
        ...(wish.headers ?? [`Contact: <sip:phone@${contact}>`]),
      ],
    });
  }

  /** ACK to a final response other than 2xx. */
  acknowledge(response: Arrived, wish: Wish = {}): void {
    const [via = ''] = headerRows(response.text, 'Via');
    const branch = /branch=([^;]*)/.exec(via)?.[1];
    const [to] = headerRows(response.text, 'To');
    this.send('ACK', {
      ...wish,
      headers: [],
      ...(branch === undefined ? {} : { branch }),
      ...(to === undefined ? {} : { to }),
    });
  }

  /** Registers `user` with its password and this contact, for an hour. */
  async register(user: string, contact?: string): Promise<Arrived> {
    const own = this.#protocol === 'WS' ? 'df7jal23ls0d.invalid;transport=ws' : this.#host;
    const aor = `<sip:${user}@example.com>`;
    return this.proved(
      'REGISTER',
      { user },
      {
        uri: 'sip:example.com',
        from: `${aor};tag=r1`,
        to: aor,
        callId: `register-${user}-${this.#host}`,
        headers: [`Contact: <${contact ?? `sip:${user}@${own}`}>`, 'Expires: 3600'],
      },
    );
  }

  /** Rings and answers every INVITE, and says 200 to whatever else comes. */
  answers(status = 200): void {
    this.scripted.when('ACK', () => undefined);
    this.scripted.when('INVITE', (invite) =>
      this.scripted.respond(invite, status, {
        headers: [`Contact: <sip:phone@${this.#host}>`, ...recordRoutes(invite)],
      }),
    );
    this.scripted.when(/^[A-Z]+ sip/, (request) => this.scripted.respond(request, 200));
  }

  /** The methods of all requests that came, in order. */
  get methods(): readonly string[] {
    return this.scripted.log.flatMap(({ text }) =>
      text.startsWith('SIP/2.0 ') ? [] : [text.slice(0, text.indexOf(' '))],
    );
  }

  /** The statuses of all responses that came, in order. */
  get statuses(): readonly number[] {
    return this.scripted.log.flatMap(({ text }) =>
      text.startsWith('SIP/2.0 ') ? [Number(text.slice(8, 11))] : [],
    );
  }
}

/** The Record-Route rows of a request, as a response repeats them. */
export function recordRoutes({ text }: Arrived): readonly string[] {
  return headerRows(text, 'Record-Route').map((value) => `Record-Route: ${value}`);
}

/** The answer to one Digest challenge with qop, by node:crypto (RFC 7616 §3.4). */
export function digest(
  challenge: string,
  {
    user,
    password = `pw-${user}`,
    method,
    uri,
    nc = '00000001',
  }: Login & { readonly method: string; readonly uri: string; readonly nc?: string },
): string {
  const part = (name: string): string =>
    new RegExp(`[ ,]${name}="?([^",]*)`).exec(challenge)?.[1] ?? '';
  const hash = (text: string): string =>
    createHash(part('algorithm') === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const secret = hash(`${user}:${part('realm')}:${password}`);
  const response = hash(`${secret}:${part('nonce')}:${nc}:c0ffee:auth:${hash(`${method}:${uri}`)}`);
  return (
    `Digest username="${user}", realm="${part('realm')}", nonce="${part('nonce')}", uri="${uri}", ` +
    `algorithm=${part('algorithm')}, qop=auth, nc=${nc}, cnonce="c0ffee", response="${response}"`
  );
}
