// A stateful, record-routing, forking proxy (RFC 3261 §16). The core decides who gets a request; this brings it there.
import type {
  Clock,
  Endpoint,
  Flow,
  InviteServer,
  Protocol,
  Random,
  ServerTransaction,
  Target,
} from '@offhook/sip';
import { contact, isSipUri } from '@offhook/sip/message';
import type { HeaderInit, Request, Response, Uri } from '@offhook/sip/message';
import type { BranchPlan } from './branch.ts';
import { refusalOf } from './check.ts';
import { forwardedRequest } from './forward-request.ts';
import { greatestBreadth, incomingBreadth } from './max-breadth.ts';
import { peerOn, peerUri, recordRouteOf } from './own-route.ts';
import type { Leg, Sign } from './own-route.ts';
import { preprocess } from './preprocess.ts';
import { ResponseContext } from './response-context.ts';
import { planRounds } from './target.ts';
import type { PlannedTarget, ProxyTarget } from './target.ts';

export type { ProxyTarget } from './target.ts';

/** How long things may take. */
export interface ProxySettings {
  /** Timer C in milliseconds; more than 3 minutes (RFC 3261 §16.6 item 11). */
  readonly timerC: number;
}

/** 185 s for timer C. */
export const defaultProxySettings: ProxySettings = { timerC: 185_000 };

/** What a proxy needs. */
export interface ProxyOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly random: Random;
  /** True when host and port of a URI are this server's. */
  readonly isOurs: (uri: Uri) => boolean;
  /** Makes the token of a Record-Route from a text that holds the Call-ID; nobody else can make it. */
  readonly sign: Sign;
  readonly settings?: Partial<ProxySettings> | undefined;
}

/** A request after §16.4, and whether a route of ours brought it. */
export interface RoutedRequest {
  readonly request: Request;
  /** Our own Route with a valid token was on top, and To has a tag. */
  readonly inDialogOfOurs: boolean;
}

/** Forwards requests and ties their responses to where they came from. All its state are the live response contexts. */
export class Proxy {
  readonly #endpoint: Endpoint;
  readonly #isOurs: (uri: Uri) => boolean;
  readonly #sign: Sign;
  readonly #settings: ProxySettings;
  readonly #contexts = new Map<ServerTransaction, ResponseContext>();
  /** Of each preprocessed request where the other end of its dialog is reached, if our route said so. */
  readonly #peers = new WeakMap<Request, { readonly peer: Target | undefined }>();

  constructor({ endpoint, isOurs, sign, settings }: ProxyOptions) {
    this.#endpoint = endpoint;
    this.#isOurs = isOurs;
    this.#sign = sign;
    this.#settings = { ...defaultProxySettings, ...settings };
    if (this.#settings.timerC <= 180_000)
      throw new TypeError('Timer C must be longer than 3 minutes');
  }

  /** How many response contexts live. */
  get size(): number {
    return this.#contexts.size;
  }

  /** RFC 3261 §16.3 items 1 to 5: the response that refuses the request; undefined when it may be forwarded. */
  check(request: Request): Response | undefined {
    return refusalOf(request);
  }

  /** RFC 3261 §16.4: the request without the routes that led to us. */
  preprocess(received: Request): RoutedRequest {
    const { request, inDialogOfOurs, peer } = preprocess(received, {
      isOurs: this.#isOurs,
      sign: this.#sign,
    });
    this.#peers.set(request, { peer });
    return { request, inDialogOfOurs };
  }

  /**
   * RFC 3261 §16.6: forwards to all targets in parallel, and from then on answers `transaction`. There must be a target.
   * `incoming` is the flow on which the request came: with it a caller on a WebSocket or behind a NAT stays reachable.
   */
  forward(
    request: Request,
    transaction: ServerTransaction,
    targets: readonly ProxyTarget[],
    incoming?: Flow,
  ): void {
    if (targets.length === 0) throw new TypeError('A request is forwarded to at least one target');
    const rounds = planRounds(targets, incomingBreadth(request) ?? greatestBreadth).map((round) =>
      round.map((planned) => this.#plan(request, planned, incoming)),
    );
    this.#begin(request, transaction, rounds);
  }

  /** Forwards a request in a dialog to where its Route or Request-URI says; give it what `preprocess` returned. */
  forwardInDialog(request: Request, transaction: ServerTransaction): void {
    const forwarded = this.#toNextHop(request);
    const plan: BranchPlan = {
      ...forwarded,
      flow: undefined,
      unreachable: forwarded.byFlow ? 430 : 503,
    };
    this.#begin(request, transaction, [[plan]]);
  }

  /** Forwards an ACK to a 2xx, which no transaction guards and nothing answers; give it what `preprocess` returned. */
  forwardAck(ack: Request): void {
    const routed = this.#peers.has(ack) ? ack : this.preprocess(ack).request;
    // RFC 3261 §16.3 item 3: an ACK is dropped, since it cannot be answered.
    if (routed.maxForwards === 0 || !isSipUri(routed.uri)) {
      this.#endpoint.log.debug('An ACK was dropped', { callId: ack.callId });
      return;
    }
    const { request, nextHop } = this.#toNextHop(routed);
    this.#endpoint.forwardAck(request, nextHop);
  }

  /**
   * RFC 3261 §16.10: cancels all branches of a request of ours; false when there is no such request. The 200 to the
   * CANCEL is the core's. With `cancel` its Reason goes on to the branches (RFC 3326 §2).
   */
  cancel(cancelled: InviteServer, cancel?: Request): boolean {
    const context = this.#contexts.get(cancelled);
    const reasons = cancel?.rows('Reason') ?? [];
    context?.cancel(reasons.map((value): HeaderInit => ['Reason', value]));
    return context !== undefined;
  }

  /** Stops every timer and forgets every context, without a word to anybody: the endpoint is being closed. */
  close(): void {
    for (const context of this.#contexts.values()) context.stop();
    this.#contexts.clear();
  }

  #begin(
    request: Request,
    transaction: ServerTransaction,
    rounds: readonly (readonly BranchPlan[])[],
  ): void {
    // A request that was answered meanwhile, as one that was cancelled while the core looked for targets, goes nowhere.
    if (transaction.finished) return;
    const context = new ResponseContext({
      endpoint: this.#endpoint,
      timerC: this.#settings.timerC,
      request,
      transaction,
      rounds,
      ended: () => this.#contexts.delete(transaction),
    });
    this.#contexts.set(transaction, context);
    // RFC 6026 §7.1: an ACK with the branch of its INVITE, as RFC 2543 has it, is found by the transaction.
    transaction.user = { ack: (ack) => this.forwardAck(ack) };
    context.start();
  }

  #plan(
    request: Request,
    { target, breadth }: PlannedTarget,
    incoming: Flow | undefined,
  ): BranchPlan {
    const routes = target.routes ?? [];
    // RFC 3261 §16.6 item 7: routes that the sender gave come before the way that the contact registered by.
    const flow = routes.length === 0 && request.has('Route') ? undefined : target.flow;
    const { request: forwarded, nextHop } = forwardedRequest(request, {
      uri: target.uri,
      routes,
      breadth,
      recordRoutes: (hop, uri) =>
        this.#recordRoutes(request, { hop, uri, flow, direct: routes.length === 0, incoming }),
    });
    return { request: forwarded, nextHop, flow, unreachable: 503 };
  }

  #toNextHop(request: Request): { request: Request; nextHop: Uri; byFlow: boolean } {
    const peer = this.#peers.get(request)?.peer;
    const { request: forwarded, nextHop } = forwardedRequest(request, {
      uri: request.uri,
      routes: [],
      breadth: incomingBreadth(request) ?? greatestBreadth,
      recordRoutes: () => [],
    });
    return {
      request: forwarded,
      nextHop: peer === undefined ? nextHop : peerUri(peer),
      byFlow: peer !== undefined,
    };
  }

  /** RFC 3261 §16.6 item 4; RFC 5658 §5: one for each side when they differ, that of the outgoing side on top. */
  #recordRoutes(request: Request, way: OutgoingWay): readonly string[] {
    if (!mayMakeDialog(request)) return [];
    const { hop, uri, flow, direct, incoming } = way;
    const secure = uri.scheme === 'sips' || hop.scheme === 'sips';
    const inProtocol = this.#known(
      incoming?.protocol ?? protocolNamed(request.topVia.protocol),
      secure,
    );
    const outProtocol = this.#known(flow?.protocol ?? protocolOf(hop), secure);
    const inAddress = this.#endpoint.sentBy(inProtocol, incoming);
    const outAddress = this.#endpoint.sentBy(
      outProtocol,
      flow ?? (inProtocol === outProtocol ? incoming : undefined),
    );
    const callee = flow !== undefined && direct ? peerOn(flow, uri) : undefined;
    const caller = callerOn(request, incoming);
    const out = this.#leg(outProtocol, outAddress, inAddress, secure, callee);
    const into = this.#leg(inProtocol, inAddress, outAddress, secure, caller);
    const legs = sameLeg(out, into) ? [out] : [out, into];
    return legs.map((leg) => recordRouteOf(leg, request.callId, this.#sign));
  }

  // A socket that is bound to every address has no host of its own; then the other side's serves.
  #leg(
    protocol: Protocol,
    own: SentBy,
    other: SentBy,
    secure: boolean,
    peer: Target | undefined,
  ): Leg {
    return {
      protocol,
      host: isWildcard(own.host) ? other.host : own.host,
      port: own.port,
      secure,
      peer,
    };
  }

  /** The transport to name: `protocol`, its secure form for sips, or what the endpoint has. */
  #known(protocol: Protocol, secure: boolean): Protocol {
    const have = this.#endpoint.transports.map((transport) => transport.protocol);
    const wanted = secure ? secured(protocol) : protocol;
    if (have.includes(wanted)) return wanted;
    // RFC 7118 §5: TLS may end before us, and then only the client's Via knows of it.
    const plain: Protocol = protocol === 'WSS' ? 'WS' : protocol === 'TLS' ? 'TCP' : protocol;
    return have.includes(plain) ? plain : (have[0] ?? protocol);
  }
}

interface OutgoingWay {
  readonly hop: Uri;
  readonly uri: Uri;
  readonly flow: Flow | undefined;
  /** True when nothing stands between us and the target. */
  readonly direct: boolean;
  readonly incoming: Flow | undefined;
}

interface SentBy {
  readonly host: string;
  readonly port: number | undefined;
}

function sameLeg(a: Leg, b: Leg): boolean {
  if (a.peer !== undefined || b.peer !== undefined) return false;
  return a.protocol === b.protocol && a.host === b.host && a.port === b.port;
}

/** Methods that never make a dialog; a method that we do not know may (RFC 3261 §16.6 item 4). */
const withoutDialog: readonly string[] = [
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'MESSAGE',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REGISTER',
  'UPDATE',
];

function mayMakeDialog(request: Request): boolean {
  return request.toTag === undefined && !withoutDialog.includes(request.method);
}

// RFC 5626 §5.1: only on the first hop is the flow the caller's own.
function callerOn(request: Request, incoming: Flow | undefined): Target | undefined {
  if (incoming === undefined || request.has('Record-Route') || request.rows('Via').length > 1)
    return undefined;
  const [first] = request.get(contact) ?? [];
  return peerOn(incoming, first === undefined || first === '*' ? undefined : first.uri);
}

function protocolOf(hop: Uri): Protocol {
  if (!isSipUri(hop)) return 'UDP';
  const named = hop.parameters.get('transport');
  if (named === undefined) return hop.scheme === 'sips' ? 'TLS' : 'UDP';
  return protocolNamed(named);
}

function protocolNamed(text: string): Protocol {
  const upper = text.toUpperCase();
  switch (upper) {
    case 'TCP':
    case 'TLS':
    case 'WS':
    case 'WSS':
      return upper;
    default:
      return 'UDP';
  }
}

function secured(protocol: Protocol): Protocol {
  return protocol === 'WS' || protocol === 'WSS' ? 'WSS' : 'TLS';
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
