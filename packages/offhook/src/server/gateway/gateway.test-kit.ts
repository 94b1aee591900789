// A gateway on a virtual network between user agents: desk phones on UDP and browsers on WebSocket, for the tests of this room.
import { Endpoint, InviteServer, UserAgent } from '@offhook/sip';
import type { Call, Core, Flow, IncomingCall, Observation, UserAgentOptions } from '@offhook/sip';
import { createResponse, isSipUri, parseUri } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { formatSdp, NoCommonMedia } from '@offhook/sip/sdp';
import type { MediaWish, Negotiator, SessionDescription } from '@offhook/sip/sdp';
import {
  ScriptedPeer,
  seededRandom,
  SilentMedia,
  VirtualClock,
  VirtualNetwork,
} from '@offhook/sip/testing';
import type { SilentSession } from '@offhook/sip/testing';
import type { ProxyTarget } from '../proxy/target.ts';
import { Gateway } from './gateway.ts';
import { readLegs } from './snapshot.ts';
import type { CallSnapshot, CallStore } from './snapshot.ts';
import { asBrowser, read, ScriptedEngine } from './scripted-bridge.test-kit.ts';

/** Where the server listens. */
export const server = { host: '192.0.2.1', port: 5060, webSocket: 8080 } as const;

/** The media of a browser: real offers and answers, with ICE and a fingerprint in them. */
export class WebMedia implements Negotiator {
  readonly #plain: SilentSession;
  /** Changes when ICE is to start again. */
  ufrag = 'first';
  /** Refuses the next offer. */
  refuses = false;
  /** What the next answer waits for, as for somebody who is asked. */
  thinks: Promise<void> | undefined;
  readonly heard: SessionDescription[] = [];

  constructor(plain: SilentSession) {
    this.#plain = plain;
  }

  get streams(): SilentSession['streams'] {
    return this.#plain.streams;
  }

  get closed(): boolean {
    return this.#plain.closed;
  }

  async createOffer(wish: MediaWish): Promise<SessionDescription> {
    return this.#dressed(await this.#plain.createOffer(wish));
  }

  async createAnswer(offer: SessionDescription, wish: MediaWish): Promise<SessionDescription> {
    this.heard.push(offer);
    await this.thinks;
    if (this.refuses) throw new NoCommonMedia('Not now');
    return this.#dressed(await this.#plain.createAnswer(plainly(offer), wish));
  }

  applyAnswer(answer: SessionDescription): Promise<void> {
    this.heard.push(answer);
    return this.#plain.applyAnswer(plainly(answer));
  }

  rollback(): void {
    this.#plain.rollback();
  }

  close(): ReturnType<SilentSession['close']> {
    return this.#plain.close();
  }

  #dressed(plain: SessionDescription): SessionDescription {
    return read(asBrowser(formatSdp(plain), this.ufrag));
  }
}

// The engine below speaks plain RTP.
function plainly(description: SessionDescription): SessionDescription {
  return read(
    formatSdp(description)
      .replaceAll('UDP/TLS/RTP/SAVPF', 'RTP/AVP')
      .replaceAll(/^a=(?:ice-|fingerprint|setup).*\r\n/gm, ''),
  );
}

/** A user agent, its media, and the calls that come to it. */
export interface Party<Media extends Negotiator> {
  readonly ua: UserAgent<Media>;
  readonly media: Media[];
  /** The next call that comes in. */
  ringing(): Promise<IncomingCall<Media>>;
}

/** Calls written down in memory, as text. */
class MemoryCalls implements CallStore {
  readonly rows = new Map<string, string>();
  frozen = false;

  all(): Promise<readonly CallSnapshot[]> {
    return Promise.resolve([...this.rows].flatMap(([id, legs]) => readLegs(id, legs) ?? []));
  }

  put(id: string, legs: string): void {
    if (!this.frozen) this.rows.set(id, legs);
  }

  remove(id: string): void {
    if (!this.frozen) this.rows.delete(id);
  }
}

/** A gateway, and whoever calls through it. Users are found by the user part of the Request-URI. */
export class GatewayWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly engine: ScriptedEngine = new ScriptedEngine();
  endpoint: Endpoint;
  gateway: Gateway;
  /** What was written down of its calls. */
  readonly calls: MemoryCalls = new MemoryCalls();
  readonly observations: Observation[] = [];
  readonly warnings: string[] = [];
  readonly targets = new Map<string, readonly ProxyTarget[]>();
  /** The flow on which a user has registered. */
  readonly flows = new Map<string, Flow>();
  readonly #agents: UserAgent<Negotiator>[] = [];

  private constructor() {
    const { clock } = this;
    this.network = new VirtualNetwork({ clock, random: seededRandom(1), latency: 5 });
    [this.endpoint, this.gateway] = this.#server(2);
  }

  static async start(): Promise<GatewayWorld> {
    const world = new GatewayWorld();
    await world.endpoint.start();
    return world;
  }

  /** Ends the server as kill -9 does, and starts it anew. */
  async crash(): Promise<void> {
    const written = await this.calls.all();
    // Whatever the old one would still do reaches nobody.
    const { calls } = this;
    calls.frozen = true;
    await this.endpoint.close();
    this.engine.bridges.length = 0;
    calls.frozen = false;
    [this.endpoint, this.gateway] = this.#server(77);
    await this.endpoint.start();
    this.endpoint.run(() => this.gateway.restore(written));
  }

  /** A desk phone `sip:name@192.0.2.1` on UDP. */
  async phone(
    name: string,
    host: string,
    options: Partial<UserAgentOptions<SilentSession>> = {},
  ): Promise<Party<SilentSession>> {
    const random = seededRandom(10 + this.#agents.length);
    const engine = new SilentMedia({ random, host });
    const party = this.#party<SilentSession>({
      account: { aor: `sip:${name}@${server.host}` },
      transports: [this.network.transport('UDP', host, 5060)],
      server: `sip:${server.host}`,
      random,
      ...options,
      media: { open: () => engine.open() },
    });
    await party.ua.start();
    this.target(name, { uri: uriOf(`sip:${name}@${host}`) });
    return party;
  }

  /** A browser `sip:name@192.0.2.1` on a WebSocket. */
  async browser(
    name: string,
    host: string,
    options: Partial<UserAgentOptions<WebMedia>> = {},
  ): Promise<Party<WebMedia>> {
    const random = seededRandom(20 + this.#agents.length);
    const engine = new SilentMedia({ random, host });
    const party = this.#party<WebMedia>({
      account: { aor: `sip:${name}@${server.host}` },
      transports: [this.network.transport('WS', host)],
      server: `sip:${server.host}:${server.webSocket};transport=ws`,
      random,
      ...options,
      media: { open: () => new WebMedia(engine.open()) },
    });
    const registered = party.ua.register();
    await this.pass();
    await registered;
    const flow = this.flows.get(name);
    if (flow === undefined) throw new Error('It did not register');
    this.target(name, { uri: uriOf(`sip:${name}@there.invalid;transport=ws`), flow });
    return party;
  }

  /** A peer of text. */
  async peer(name: string, host: string): Promise<ScriptedPeer> {
    const transport = this.network.transport('UDP', host, 5060);
    const peer = new ScriptedPeer({ transport, clock: this.clock });
    await peer.start();
    this.target(name, { uri: uriOf(`sip:${name}@${host}`) });
    return peer;
  }

  /** One more contact of a user. */
  target(name: string, target: ProxyTarget): void {
    this.targets.set(name, [...(this.targets.get(name) ?? []), target]);
  }

  /** Lets what was sent arrive and be answered. */
  async pass(milliseconds = 200): Promise<void> {
    await this.clock.elapse(milliseconds);
  }

  /** `caller` calls `user`; once it rings there it is accepted, and both sides' calls come back. */
  async talk<A extends Negotiator, B extends Negotiator>(
    caller: Party<A>,
    callee: Party<B>,
    user: string,
  ): Promise<readonly [Call<A>, Call<B>]> {
    const outgoing = caller.ua.call(`sip:${user}@${server.host}`);
    const coming = callee.ringing();
    await this.pass();
    const accepted = (await coming).accept();
    await this.pass();
    const both = Promise.all([outgoing.answered, accepted]);
    await this.pass();
    return both;
  }

  /** What the gateway holds when all timers have run out. */
  async end(): Promise<Readonly<Record<string, number>>> {
    await this.pass(400_000);
    const { gateway, engine, endpoint } = this;
    const left = {
      calls: gateway.calls,
      dialogs: gateway.dialogs,
      bridges: engine.size,
      transactions: endpoint.transactionCount,
      faults: endpoint.faults,
    };
    const closing = Promise.all(this.#agents.map((ua) => ua.close()));
    await this.pass(3000);
    await closing;
    return left;
  }

  #server(seed: number): [Endpoint, Gateway] {
    const { clock, targets } = this;
    const core: Core = {
      request: (request, transaction, flow) => {
        if (request.method === 'REGISTER') {
          this.flows.set(userOf(request.to.uri), flow);
          this.gateway.registered(request, flow);
          transaction.respond(
            createResponse(request, 200, {
              headers: request
                .rows('Contact')
                .map((value) => ['Contact', `${value};expires=3600`] as const),
            }),
          );
        } else if (
          request.toTag !== undefined &&
          this.gateway.request(request, transaction, flow)
        ) {
          return;
        } else if (transaction instanceof InviteServer && this.gateway.isReplacedBy(request)) {
          this.gateway.replace(request, transaction, flow);
        } else if (transaction instanceof InviteServer && request.toTag === undefined) {
          const found = targets.get(userOf(request.uri)) ?? [];
          this.gateway.invite(request, transaction, {
            incoming: flow,
            targets: found,
            redirected: (response) =>
              response
                .rows('Contact')
                .flatMap((row) => targets.get(/sip:(\w+)@/.exec(row)?.[1] ?? '') ?? []),
          });
        } else transaction.respond(createResponse(request, 481, { toTag: transaction.localTag }));
      },
      ack: (ack) => void this.gateway.ack(ack),
      flowClosed: (flow) => this.gateway.flowClosed(flow),
      cancel: (cancel, transaction, cancelled) => {
        transaction.respond(createResponse(cancel, cancelled === undefined ? 481 : 200));
        if (cancelled !== undefined) this.gateway.cancel(cancelled, cancel);
      },
    };
    const endpoint = new Endpoint(
      {
        name: 'server',
        transports: [
          this.network.transport('UDP', server.host, server.port),
          this.network.transport('WS', server.host, server.webSocket),
        ],
        clock,
        random: seededRandom(seed),
        tap: { observe: (observation) => void this.observations.push(observation) },
        log: {
          debug: () => undefined,
          info: () => undefined,
          warn: (message) => void this.warnings.push(message),
          error: (message) => void this.warnings.push(message),
        },
      },
      core,
    );
    const gateway = new Gateway({
      endpoint,
      engine: this.engine,
      calls: this.calls,
      mayReach: () => true,
      addressOf: (uri) => this.#addressOf(uri),
    });
    return [endpoint, gateway];
  }

  // A contact is its user's address; what leads to the server is one already.
  #addressOf(uri: Request['uri']): Request['uri'] {
    if (!isSipUri(uri) || uri.host === server.host) return uri;
    for (const [name, targets] of this.targets)
      for (const target of targets)
        if (isSipUri(target.uri) && target.uri.host === uri.host)
          return { ...uri, user: name, host: server.host, port: undefined, parameters: new Map() };
    return uri;
  }

  #party<Media extends Negotiator>(options: UserAgentOptions<Media>): Party<Media> {
    const media: Media[] = [];
    const ua = new UserAgent<Media>({
      ...options,
      clock: this.clock,
      media: {
        open: () => {
          const opened = options.media.open();
          media.push(opened);
          return opened;
        },
      },
    });
    const calls = ua.incoming[Symbol.asyncIterator]();
    this.#agents.push(ua);
    return {
      ua,
      media,
      ringing: async () => {
        const next = await calls.next();
        if (next.done === true) throw new Error('There are no more calls');
        return next.value;
      },
    };
  }
}

/** Nothing of a call is left. */
export const nothingLeft = { calls: 0, dialogs: 0, bridges: 0, transactions: 0, faults: 0 };

/** A URI from its text. */
export function uriOf(text: string): Request['uri'] {
  const parsed = parseUri(text);
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

function userOf(uri: Request['uri']): string {
  return isSipUri(uri) ? (uri.user ?? '') : '';
}
