// A proxy on a virtual network with scripted peers around it, for the tests of this room.
import { Endpoint } from '@offhook/sip';
import type {
  Core,
  Flow,
  InviteServer,
  NonInviteServer,
  Observation,
  ServerTransaction,
} from '@offhook/sip';
import { createResponse, formatUri, isSipUri, sipUri } from '@offhook/sip/message';
import type { Request, Uri } from '@offhook/sip/message';
import {
  assertNoLeaks,
  headerRows,
  ScriptedPeer,
  seededRandom,
  VirtualClock,
  VirtualNetwork,
} from '@offhook/sip/testing';
import type { Arrived } from '@offhook/sip/testing';
import { Proxy } from './proxy.ts';
import type { ProxyTarget } from './target.ts';

/** Where the proxy listens. */
export const proxyHost = '192.0.2.1';
/** Its address over UDP and TCP. */
export const proxyAddress: { readonly host: string; readonly port: number } = {
  host: proxyHost,
  port: 5060,
};
/** Its address over WebSocket. */
export const webAddress: { readonly host: string; readonly port: number } = {
  host: proxyHost,
  port: 8080,
};

/** Its address over TLS. */
export const secureAddress: { readonly host: string; readonly port: number } = {
  host: proxyHost,
  port: 5061,
};

/** One proxy, and a core that knows which targets each user has. */
export class ProxyWorld implements Core {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly endpoint: Endpoint;
  readonly proxy: Proxy;
  /** Targets by user part of the Request-URI. */
  readonly targets: Map<string, readonly ProxyTarget[]> = new Map();
  /** The flow on which each Call-ID's first request came. */
  readonly flows: Map<string, Flow> = new Map();
  readonly observations: Observation[] = [];

  private constructor(seed: number) {
    const random = seededRandom(seed);
    const { clock } = this;
    this.network = new VirtualNetwork({ clock, random: seededRandom(seed + 1), icmp: false });
    const transports = [
      this.network.transport('UDP', proxyHost, 5060),
      this.network.transport('TCP', proxyHost, 5060),
      this.network.transport('TLS', proxyHost, 5061),
      this.network.transport('WS', proxyHost, 8080),
    ];
    const tap = { observe: (observation: Observation) => void this.observations.push(observation) };
    this.endpoint = new Endpoint({ name: 'server', transports, clock, random, tap }, this);
    this.proxy = new Proxy({
      endpoint: this.endpoint,
      clock,
      random,
      isOurs,
      lookedUp: (uri) => (isOurs(uri) && isSipUri(uri) ? (uri.user ?? '') : formatUri(uri)),
      mayReach: () => true,
      sign: (text) => token(text),
    });
  }

  /** A started world; the same seed gives the same run. */
  static async start(seed = 1): Promise<ProxyWorld> {
    const world = new ProxyWorld(seed);
    await world.endpoint.start();
    return world;
  }

  /** A peer on UDP; with `user`, a target of that user. */
  async peer(host: string, user?: string, more: Partial<ProxyTarget> = {}): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer({
      transport: this.network.transport('UDP', host, 5060),
      clock: this.clock,
    });
    await peer.start();
    if (user !== undefined) this.add(user, { uri: sipUri(`sip:${user}@${host}:5060`), ...more });
    return peer;
  }

  /** A peer that only opens connections, as a browser does. */
  async client(protocol: 'WS' | 'TCP' | 'TLS', host: string): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer({
      transport: this.network.transport(protocol, host),
      clock: this.clock,
    });
    await peer.start();
    return peer;
  }

  add(user: string, target: ProxyTarget): void {
    this.targets.set(user, [...(this.targets.get(user) ?? []), target]);
  }

  /** Sees that every transaction, context and timer is gone once all have run out, and that nothing has thrown. */
  async end(): Promise<void> {
    await this.clock.elapse(700_000);
    assertNoLeaks({
      contexts: this.proxy,
      transactions: () => this.endpoint.transactionCount,
      timers: this.clock,
      faults: () => this.endpoint.faults,
    });
    await this.endpoint.close();
  }

  request(received: Request, transaction: ServerTransaction, flow: Flow): void {
    this.flows.set(received.callId, flow);
    const routed = this.proxy.preprocess(received);
    const { request, inDialogOfOurs } = routed;
    const refusal = this.proxy.check(routed);
    if (refusal !== undefined) {
      transaction.respond(refusal);
      return;
    }
    const targets = this.#targetsOf(request.uri);
    if (inDialogOfOurs) this.proxy.forwardInDialog(routed, transaction, flow);
    else if (targets.length > 0)
      this.proxy.forward(routed, transaction, targets, { incoming: flow });
    else transaction.respond(createResponse(request, 404, { toTag: transaction.localTag }));
  }

  ack(ack: Request, flow: Flow): void {
    const routed = this.proxy.preprocess(ack);
    if (routed.inDialogOfOurs) this.proxy.forwardAck(routed, flow);
  }

  cancel(cancel: Request, transaction: NonInviteServer, cancelled: InviteServer | undefined): void {
    const found = cancelled !== undefined && this.proxy.cancel(cancelled, cancel);
    transaction.respond(createResponse(cancel, found ? 200 : 481, { toTag: transaction.localTag }));
  }

  #targetsOf(uri: Uri): readonly ProxyTarget[] {
    if (!isOurs(uri) || !isSipUri(uri)) return [{ uri }];
    return this.targets.get(uri.user ?? '') ?? [];
  }
}

function isOurs(uri: Uri): boolean {
  if (!isSipUri(uri)) return false;
  if (uri.host === 'example.com') return uri.port === undefined;
  return uri.host === proxyHost && [undefined, 5060, 5061, 8080].includes(uri.port);
}

// Good enough to tell texts apart, which is all that a test needs.
function token(text: string): string {
  let hash = 7;
  for (let at = 0; at < text.length; at += 1)
    hash = (hash * 31 + text.charCodeAt(at)) % 4_294_967_291;
  return hash.toString(16);
}

/** What a test may want to differ in a request. */
export interface RequestText {
  readonly method?: string;
  readonly uri?: string;
  readonly host?: string;
  readonly protocol?: string;
  readonly branch?: string;
  readonly cseq?: number;
  readonly callId?: string;
  readonly to?: string;
  /** Whole header lines. */
  readonly headers?: readonly string[];
  /** Max-Forwards; no such header when null. */
  readonly hops?: number | null;
  readonly body?: string;
}

/** A request from alice at 192.0.2.10 to bob, as text. */
export function requestText(init: RequestText = {}): string {
  const {
    method = 'INVITE',
    uri = 'sip:bob@example.com',
    host = '192.0.2.10:5060',
    protocol = 'UDP',
  } = init;
  const {
    branch = `z9hG4bK-${method}-${init.cseq ?? 1}`,
    cseq = 1,
    callId = 'call-1',
    to = '<sip:bob@example.com>',
  } = init;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/${protocol} ${host};branch=${branch}`,
    ...(init.hops === null ? [] : [`Max-Forwards: ${init.hops ?? 70}`]),
    'From: "Alice" <sip:alice@example.com>;tag=a1',
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...(init.headers ?? [`Contact: <sip:alice@${host}>`]),
    '',
    init.body ?? '',
  ].join('\n');
}

/** The statuses of all responses that a peer got, in order. */
export function statuses(peer: ScriptedPeer): readonly number[] {
  return peer.log.flatMap(({ text }) =>
    text.startsWith('SIP/2.0 ') ? [Number(text.slice(8, 11))] : [],
  );
}

/** The methods of all requests that a peer got, in order. */
export function methods(peer: ScriptedPeer): readonly string[] {
  return peer.log.flatMap(({ text }) =>
    text.startsWith('SIP/2.0 ') ? [] : [text.slice(0, text.indexOf(' '))],
  );
}

/** The Request-URI of a request. */
export function uriOf({ text }: Arrived): string {
  return text.split(' ', 2)[1] ?? '';
}

/** The header rows of a message. */
export function rows({ text }: Arrived, name: string): readonly string[] {
  return headerRows(text, name);
}
