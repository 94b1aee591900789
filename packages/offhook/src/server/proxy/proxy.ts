// A stateful, record-routing, forking proxy (RFC 3261 §16). The core decides who gets a request; this brings it there.
import type { Address, Clock, Flow, InviteServer, Random, Target } from '@offhook/sip';
import { isSipUri } from '@offhook/sip/message';
import type { HeaderInit, Request, Response, Uri } from '@offhook/sip/message';
import type { BranchPlan } from './branch.ts';
import { refusalOf } from './check.ts';
import { forwardedRequest } from './forward-request.ts';
import type { ForwardedRequest } from './forward-request.ts';
import { loopMark } from './loop.ts';
import { greatestBreadth, incomingBreadth } from './max-breadth.ts';
import { peerUri } from './own-route.ts';
import { preprocess } from './preprocess.ts';
import type { Identity, Preprocessed } from './preprocess.ts';
import { recordRoutes } from './record-route.ts';
import type { RecordRouteOptions } from './record-route.ts';
import { ResponseContext } from './response-context.ts';
import type { ContextOptions, ContextSurroundings, Rounds, Upstream } from './response-context.ts';
import { planRounds } from './target.ts';
import type { ProxyTarget } from './target.ts';

export type { Upstream } from './response-context.ts';
export type { ProxyTarget } from './target.ts';

/** How long things may take. */
export interface ProxySettings {
  /** Timer C in milliseconds; more than 3 minutes (RFC 3261 §16.6 item 11). */
  readonly timerC: number;
}

/** 185 s for timer C. */
export const defaultProxySettings: ProxySettings = { timerC: 185_000 };

/** What a proxy needs. */
export interface ProxyOptions extends RecordRouteOptions, Identity {
  readonly clock: Clock;
  readonly random: Random;
  /** What of a Request-URI its targets are looked up by: URIs with the same text have the same targets (RFC 5393 §4.2.1). */
  readonly lookedUp: (uri: Uri) => string;
  readonly settings?: Partial<ProxySettings> | undefined;
}

/** A request after §16.4, and what the way by which it came says. */
export interface RoutedRequest extends Preprocessed {
  /** What marks it in our Via, so that it is known again when it loops (RFC 5393 §4.2.1); not within a dialog. */
  readonly mark: string | undefined;
}

/** What forwarding depends on besides the targets. */
export interface ForwardOptions {
  /**
   * The flow on which the request came: a caller on a WebSocket or behind a NAT stays reachable on it. A request without
   * one was kept here and makes no dialog.
   */
  readonly incoming?: Flow | undefined;
  /** The targets to try next where a 3xx leads (RFC 3261 §16.7 item 4); where there are none, it counts as it is. */
  readonly redirected?: ((response: Response) => readonly ProxyTarget[]) | undefined;
}

/** Forwards requests and ties their responses to where they came from. All its state are the live response contexts. */
export class Proxy {
  readonly #options: ProxyOptions;
  readonly #surroundings: ContextSurroundings;
  readonly #contexts = new Map<Upstream, ResponseContext>();
  readonly #salt: string;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#salt = options.random.token();
    const { timerC } = { ...defaultProxySettings, ...options.settings };
    if (timerC <= 180_000) throw new TypeError('Timer C must be longer than 3 minutes');
    const forget = (transaction: Upstream): void => {
      this.#contexts.delete(transaction);
    };
    this.#surroundings = { endpoint: options.endpoint, timerC, forget };
  }

  /** How many response contexts live. */
  get size(): number {
    return this.#contexts.size;
  }

  /** How many requests are being forwarded and have no final response yet. */
  get pending(): number {
    let pending = 0;
    for (const { finished } of this.#contexts.keys()) if (!finished) pending += 1;
    return pending;
  }

  /** RFC 3261 §16.3 items 1 to 5: the response that refuses the request; undefined when it may be forwarded. */
  check({ request, mark }: RoutedRequest): Response | undefined {
    return refusalOf(request, mark);
  }

  /** RFC 3261 §16.4: the request without the routes that led to us. */
  preprocess(received: Request): RoutedRequest {
    const routed = preprocess(received, this.#options);
    // RFC 5393 §4.2: loops are looked for where requests fork, and within a dialog none does.
    if (routed.inDialogOfOurs) return { ...routed, mark: undefined };
    const looked = this.#options.lookedUp(received.uri);
    return { ...routed, mark: loopMark(received, looked, this.#salt) };
  }

  /**
   * RFC 3261 §16.6: forwards to the targets, those of the same preference in parallel, and from then on answers
   * `transaction`. There must be a target.
   */
  forward(
    routed: RoutedRequest,
    transaction: Upstream,
    targets: readonly ProxyTarget[],
    { incoming, redirected }: ForwardOptions = {},
  ): void {
    if (targets.length === 0) throw new TypeError('A request is forwarded to at least one target');
    const breadth = incomingBreadth(routed.request) ?? greatestBreadth;
    const roundsOf = (some: readonly ProxyTarget[]): Rounds =>
      planRounds(some, breadth).map((round) =>
        round.map((planned) =>
          planned.ways.map((target) => () => this.#plan(routed, { ...planned, target, incoming })),
        ),
      );
    this.#begin(routed.request, transaction, {
      rounds: roundsOf(targets),
      redirected: redirected && ((response) => roundsOf(redirected(response))),
      flowFailure: 480,
      incoming,
    });
  }

  /** Forwards a request in a dialog, which came on `incoming`, to where its Route or Request-URI says. */
  forwardInDialog(routed: RoutedRequest, transaction: Upstream, incoming: Flow): void {
    const plan = (): BranchPlan => ({
      ...this.#toNextHop(routed),
      flow: undefined,
      mayReach: this.#withinDialog(routed, incoming),
      unreachable: routed.peer === undefined ? 503 : 430,
      branchEnd: routed.mark,
    });
    this.#begin(routed.request, transaction, { rounds: [[[plan]]], flowFailure: 430, incoming });
  }

  /** Forwards an ACK to a 2xx, which no transaction guards and nothing answers. */
  forwardAck(routed: RoutedRequest, incoming: Flow): void {
    const { maxForwards, uri, callId } = routed.request;
    // RFC 3261 §16.3 item 3: an ACK is dropped, since it cannot be answered.
    if (maxForwards === 0 || !isSipUri(uri)) {
      this.#options.endpoint.log.debug('An ACK was dropped', { callId });
      return;
    }
    const { request, nextHop } = this.#toNextHop(routed);
    this.#options.endpoint.forwardAck(request, nextHop, this.#withinDialog(routed, incoming));
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
    transaction: Upstream,
    {
      incoming,
      ...plan
    }: Pick<ContextOptions, 'rounds' | 'flowFailure' | 'redirected'> & {
      readonly incoming: Flow | undefined;
    },
  ): void {
    // A request that was answered meanwhile, as one that was cancelled while the core looked for targets, goes nowhere.
    if (transaction.finished) return;
    const context = new ResponseContext({ request, transaction, ...plan }, this.#surroundings);
    this.#contexts.set(transaction, context);
    // RFC 6026 §7.1: an ACK with the branch of its INVITE, as RFC 2543 has it, is found by the transaction.
    if (incoming !== undefined && transaction.kind === 'invite-server')
      transaction.user = { ack: (ack) => this.forwardAck(this.preprocess(ack), incoming) };
    context.start();
  }

  #plan({ request, mark }: RoutedRequest, { target, breadth, incoming }: OneWay): BranchPlan {
    const { uri, routes = [], secure = false, source = incoming?.remote } = target;
    // RFC 3261 §16.6 item 7: routes that the sender gave come before the way that the contact registered by.
    const flow = routes.length === 0 && request.has('Route') ? undefined : target.flow;
    const direct = routes.length === 0;
    const forwarded = forwardedRequest(request, {
      uri,
      routes,
      breadth,
      recordRoutes: (hop, requestUri) =>
        incoming === undefined
          ? []
          : recordRoutes(
              request,
              { incoming, hop, uri: requestUri, flow, secure, direct },
              this.#options,
            ),
    });
    return {
      request: forwarded.request,
      nextHop: secure ? secured(forwarded.nextHop) : forwarded.nextHop,
      flow,
      mayReach: this.#reachFrom(source),
      unreachable: target.instance === undefined ? 503 : 430,
      branchEnd: mark,
    };
  }

  // A function of its own, since this one outlives the request, and would keep what `#plan` knows.
  #reachFrom(source: Address | undefined): (found: Target) => boolean {
    const { mayReach } = this.#options;
    return (found) => source !== undefined && mayReach(found, source);
  }

  // Who sends a request within a dialog may name any address; only our own route is a proof that somebody is there.
  #withinDialog({ neighbour }: RoutedRequest, { remote }: Flow): (found: Target) => boolean {
    return (found) => found.host === neighbour?.host || this.#options.mayReach(found, remote);
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
}

interface OneWay {
  readonly target: ProxyTarget;
  readonly breadth: number;
  readonly incoming: Flow | undefined;
}

// RFC 5630 §5.3: over TLS, though the Request-URI keeps its scheme.
function secured(hop: Uri): Uri {
  return isSipUri(hop) ? { ...hop, scheme: 'sips' } : hop;
}
