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
import type { ForwardedRequest } from './forward-request.ts';
import { loopMark } from './loop.ts';
import { greatestBreadth, incomingBreadth } from './max-breadth.ts';
import { peerOn, peerUri, recordRouteOf } from './own-route.ts';
import type { Leg, Sign } from './own-route.ts';
import { preprocess } from './preprocess.ts';
import type { Preprocessed } from './preprocess.ts';
import { ResponseContext } from './response-context.ts';
import type { ContextOptions } from './response-context.ts';
import { planRounds } from './target.ts';
import type { ProxyTarget } from './target.ts';

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
  /** What of a Request-URI its targets are looked up by: URIs with the same text have the same targets (RFC 5393 §4.2.1). */
  readonly lookedUp: (uri: Uri) => string;
  /** Makes the token of a Record-Route from a text that holds the Call-ID; nobody else can make it. */
  readonly sign: Sign;
  readonly settings?: Partial<ProxySettings> | undefined;
}

/** A request after §16.4, and what the way by which it came says. */
export interface RoutedRequest extends Preprocessed {
  /** What marks it in our Via, so that it is known again when it loops (RFC 5393 §4.2.1). */
  readonly mark: string;
}

/** Forwards requests and ties their responses to where they came from. All its state are the live response contexts. */
export class Proxy {
  readonly #endpoint: Endpoint;
  readonly #isOurs: (uri: Uri) => boolean;
  readonly #sign: Sign;
  readonly #settings: ProxySettings;
  readonly #contexts = new Map<ServerTransaction, ResponseContext>();
  readonly #lookedUp: (uri: Uri) => string;
  readonly #salt: string;

  constructor({ endpoint, random, isOurs, lookedUp, sign, settings }: ProxyOptions) {
    this.#lookedUp = lookedUp;
    this.#salt = random.token();
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
  check({ request, mark }: RoutedRequest): Response | undefined {
    return refusalOf(request, mark);
  }

  /** RFC 3261 §16.4: the request without the routes that led to us. */
  preprocess(received: Request): RoutedRequest {
    const routed = preprocess(received, { isOurs: this.#isOurs, sign: this.#sign });
    return { ...routed, mark: loopMark(received, this.#lookedUp(received.uri), this.#salt) };
  }

  /**
   * RFC 3261 §16.6: forwards to the targets, those of the same preference in parallel, and from then on answers
   * `transaction`. There must be a target. `incoming` is the flow on which the request came: with it a caller on a WebSocket or behind a NAT stays reachable.
   */
  forward(
    routed: RoutedRequest,
    transaction: ServerTransaction,
    targets: readonly ProxyTarget[],
    incoming?: Flow,
  ): void {
    if (targets.length === 0) throw new TypeError('A request is forwarded to at least one target');
    const breadth = incomingBreadth(routed.request) ?? greatestBreadth;
    const rounds = planRounds(targets, breadth).map((round) =>
      round.map((planned) =>
        planned.ways.map((target) => () => this.#plan(routed, { ...planned, target, incoming })),
      ),
    );
    this.#begin(routed.request, transaction, { rounds, flowFailure: 480 });
  }

  /** Forwards a request in a dialog to where its Route or Request-URI says. */
  forwardInDialog(routed: RoutedRequest, transaction: ServerTransaction): void {
    const plan = (): BranchPlan => ({
      ...this.#toNextHop(routed),
      flow: undefined,
      unreachable: routed.peer === undefined ? 503 : 430,
      branchEnd: routed.mark,
    });
    this.#begin(routed.request, transaction, { rounds: [[[plan]]], flowFailure: 430 });
  }

  /** Forwards an ACK to a 2xx, which no transaction guards and nothing answers. */
  forwardAck(routed: RoutedRequest): void {
    const { maxForwards, uri, callId } = routed.request;
    // RFC 3261 §16.3 item 3: an ACK is dropped, since it cannot be answered.
    if (maxForwards === 0 || !isSipUri(uri)) {
      this.#endpoint.log.debug('An ACK was dropped', { callId });
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
    plan: Pick<ContextOptions, 'rounds' | 'flowFailure'>,
  ): void {
    // A request that was answered meanwhile, as one that was cancelled while the core looked for targets, goes nowhere.
    if (transaction.finished) return;
    const context = new ResponseContext({
      endpoint: this.#endpoint,
      timerC: this.#settings.timerC,
      request,
      transaction,
      ...plan,
      ended: () => this.#contexts.delete(transaction),
    });
    this.#contexts.set(transaction, context);
    // RFC 6026 §7.1: an ACK with the branch of its INVITE, as RFC 2543 has it, is found by the transaction.
    transaction.user = { ack: (ack) => this.forwardAck(this.preprocess(ack)) };
    context.start();
  }

  #plan({ request, mark }: RoutedRequest, { target, breadth, incoming }: OneWay): BranchPlan {
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
    const unreachable = target.instance === undefined ? 503 : 430;
    return { request: forwarded, nextHop, flow, unreachable, branchEnd: mark };
  }

  #toNextHop({ request, peer }: RoutedRequest): ForwardedRequest {
    const { request: forwarded, nextHop } = forwardedRequest(request, {
      uri: request.uri,
      routes: [],
      breadth: incomingBreadth(request) ?? greatestBreadth,
      recordRoutes: () => [],
    });
    return { request: forwarded, nextHop: peer === undefined ? nextHop : peerUri(peer) };
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

interface OneWay {
  readonly target: ProxyTarget;
  readonly breadth: number;
  readonly incoming: Flow | undefined;
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
