// A request on its way to a user of ours: by the gateway or by the proxy, or held until a phone is there (RFC 3261 §16.5, §16.6).
import { InviteServer } from '@offhook/sip';
import type { Address, Endpoint, Flow, ServerTransaction, Target } from '@offhook/sip';
import { createResponse } from '@offhook/sip/message';
import type { HeaderInit, Request, Response } from '@offhook/sip/message';
import type { Gateway } from '../gateway/gateway.ts';
import type { Aor } from '../location/aor.ts';
import { forwardedRequest } from '../proxy/forward-request.ts';
import { peerUri } from '../proxy/own-route.ts';
import type { Proxy, ProxyTarget, RoutedRequest } from '../proxy/proxy.ts';
import { redirectedTo, targetsOf } from './callee.ts';
import type { Callee, CalleeOptions, Found } from './callee.ts';
import type { HeldCalls } from './held-calls.ts';

/** What a delivery works with. */
export interface DeliveryOptions extends CalleeOptions {
  readonly endpoint: () => Endpoint;
  readonly proxy: () => Proxy;
  /** Joins who speaks unlike; undefined where there is no media to do it with. */
  readonly gateway: () => Gateway | undefined;
  /** True when a packet may go to `target` since somebody at `source` has said so. */
  readonly mayReach: (target: Address, source: Address) => boolean;
  readonly held: () => HeldCalls;
  /** Wakes the closed pages of a user for a call; resolves with how many were sent for. */
  readonly wake: (callee: Aor, invite: Request) => Promise<number>;
}

/** A request that goes to a user of ours. */
export interface ToUser {
  readonly flow: Flow;
  readonly callee: Callee;
  /** It has waited for a phone already. */
  readonly wasHeld?: boolean;
}

/** Brings requests to the phones of users. */
export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Sends a request to the phones of `callee`; one that has none waits for it to be woken, or is refused. */
  toUser(
    routed: RoutedRequest,
    transaction: ServerTransaction,
    { flow, callee, wasHeld = false }: ToUser,
  ): void {
    const { request } = routed;
    const seen = new Set<string>();
    const { targets, left } = targetsOf(callee, request, this.#options, seen);
    if (targets.length === 0) {
      const refuse = (): void =>
        transaction.respond(unreached(request, callee, left, transaction.localTag));
      const { held, wake } = this.#options;
      const mayWait = transaction instanceof InviteServer && request.toTag === undefined;
      if (!mayWait || wasHeld || left !== undefined || callee.gruu !== 'plain') return refuse();
      const deliver = (): void => this.toUser(routed, transaction, { flow, callee, wasHeld: true });
      const { aor } = callee;
      return held().hold({
        ...{ aor: aor.text, transaction, deliver, refuse },
        wake: () => wake(aor, request),
      });
    }
    const redirected = (response: Response): readonly ProxyTarget[] =>
      redirectedTo(response, request, this.#options, seen);
    const { proxy } = this.#options;
    const gateway = this.#options.gateway();
    // Who speaks alike is left alone: one dialog from end to end, and media directly.
    if (transaction instanceof InviteServer && gateway?.takes(request, flow, targets) === true)
      gateway.invite(request, transaction, { incoming: flow, targets, redirected });
    else proxy().forward(routed, transaction, targets, { incoming: flow, redirected });
  }

  /** Simple clients ignore Record-Route and send the ACK where they sent the INVITE; RFC 3261 §16.5 then finds the same user. */
  ack(ack: Request, callee: Callee | undefined): void {
    if (callee === undefined || ack.toTag === undefined || ack.maxForwards === 0) return;
    for (const { uri, routes = [], flow, source } of targetsOf(callee, ack, this.#options)
      .targets) {
      const { request, nextHop } = forwardedRequest(ack, {
        uri,
        routes,
        recordRoutes: () => [],
        breadth: 1,
      });
      const hop =
        flow === undefined || routes.length > 0
          ? nextHop
          : peerUri({ protocol: flow.protocol, ...flow.remote });
      const { mayReach } = this.#options;
      const allowed = (target: Target): boolean => source === undefined || mayReach(target, source);
      this.#options.endpoint().forwardAck(request, hop, allowed);
    }
  }
}

/** What is said when a user of ours has no contact for a request. */
function unreached(
  request: Request,
  { gruu }: Callee,
  left: Found['left'],
  toTag: string,
): Response {
  // RFC 5393 §4.2.2, though the loop is within this server.
  if (left === 'loop') return createResponse(request, 482, { toTag });
  // RFC 5630 §5.3.
  const headers: readonly HeaderInit[] =
    left === 'not secure' ? [['Warning', '380 offhook "SIPS Not Allowed"']] : [];
  // RFC 5627 §5.3: a temporary GRUU ends with the last contact of its phone.
  const status = gruu === 'plain' || (gruu !== 'unknown' && gruu.lasting) ? 480 : 404;
  return createResponse(request, status, { toTag, headers });
}
