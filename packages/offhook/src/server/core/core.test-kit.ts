// A server core on a virtual network, with users and bindings in memory, for the tests of this room.
import { Endpoint, ha1 } from '@offhook/sip';
import type { Address, DigestAlgorithm, Flow, Logger, Observation, Protocol } from '@offhook/sip';
import {
  ScriptedPeer,
  seededRandom,
  VirtualClock,
  VirtualNetwork,
  VirtualResolver,
} from '@offhook/sip/testing';
import { canonicalAor, lookupKey, ownDomains } from '../location/aor.ts';
import { Gruus } from '../location/gruu.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { Mailbox } from '../mailbox/mailbox.ts';
import { sipDate } from '../registrar/date.ts';
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
import { MemoryLocation, MemoryMessages } from './memory-stores.test-kit.ts';
import { Phone, server } from './phone.test-kit.ts';

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
