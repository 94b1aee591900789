// Who gets a request that reached the server, read from top to bottom: a dialog of ours, own dialog route, this server itself,
// registrar, a user of ours, by the gateway or by the proxy, or nobody (RFC 3261 §16.3-16.5).
import type { Core, DigestAlgorithm, Flow, Logger, ServerTransaction } from '@offhook/sip';
import { InviteServer } from '@offhook/sip';
import { trustFlow } from '@offhook/sip/node';
import { createResponse, isSipUri } from '@offhook/sip/message';
import type { HeaderInit, Request, Response } from '@offhook/sip/message';
import { canonicalAor } from '../location/aor.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { RoutedRequest, Upstream } from '../proxy/proxy.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { isFromHere } from './addresses.ts';
import type { Authority, Proof, UserDirectory } from './authority.ts';
import { calleeOf, targetsOf } from './callee.ts';
import type { Callee } from './callee.ts';
import { concludeLater } from './conclude-later.ts';
import type { Outcome } from './conclude-later.ts';
import { Delivery } from './delivery.ts';
import type { DeliveryOptions } from './delivery.ts';
import { withoutOurs } from './outgoing.ts';
import type { Overload } from './overload.ts';
import { toServer } from './own-answers.ts';
import type { UnprovedRate } from './unproved-rate.ts';

/** What the core decides with. */
export interface CoreOptions extends DeliveryOptions {
  readonly registrar: Registrar;
  readonly mailbox: () => Mailbox;
  readonly users: UserDirectory;
  readonly authority: Authority;
  readonly rate: UnprovedRate;
  readonly overload: Overload;
  /** Users that anybody on this machine may call without proof: echo and bob. */
  readonly isPublic: (user: string) => boolean;
  /** True when no new work is taken, since the system is about to end. */
  readonly isDraining: () => boolean;
  readonly log: Logger;
}

/** The core of the server, to stand on its endpoint. */
export interface ServerCore extends Core {
  /**
   * The answers to a request without credentials that need no transaction, the best first; undefined for a request that
   * has to have one. Nothing is remembered of it.
   */
  stateless(request: Request, flow: Flow): readonly Response[] | undefined;
  /** Sends a stored message to the phones of an address-of-record; false when there are none. */
  forwardMessage(message: Request, upstream: Upstream, aor: string): boolean;
  /** How many requests are being forwarded and have no final response yet. */
  readonly pending: number;
}

/** Makes the core. */
export function serverCore(options: CoreOptions): ServerCore {
  return new Deciding(options);
}

/** Who is to have a request. */
type Way =
  | { readonly kind: 'in dialog' }
  | { readonly kind: 'answer'; readonly answers: readonly Response[] }
  | { readonly kind: 'registrar' }
  | { readonly kind: 'replacement' }
  | { readonly kind: 'user'; readonly callee: Callee; readonly isPublic: boolean };

class Deciding implements ServerCore {
  readonly #options: CoreOptions;
  readonly #delivery: Delivery;
  /** To tag of every challenge that is given without a transaction. */
  #challengeTag: string | undefined;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.#delivery = new Delivery(options);
  }

  get pending(): number {
    return this.#options.proxy().pending + this.#options.held().size;
  }

  request(received: Request, transaction: ServerTransaction, flow: Flow): void {
    this.#options.flows.note(flow);
    const { gateway } = this.#options;
    if (received.toTag !== undefined && gateway()?.request(received, transaction, flow) === true) {
      this.#options.rate.giveBack(flow.remote.host);
      return undefined;
    }
    // By far the most frequent: nothing of it goes on, so nothing is taken off.
    if (this.#isPlainRegister(received)) return this.#register(received, transaction, flow);
    const [routed, way] = this.#wayOf(received, flow, transaction.localTag);
    switch (way.kind) {
      case 'in dialog':
        this.#options.rate.giveBack(flow.remote.host);
        return this.#inDialog(routed, transaction, flow);
      case 'answer': {
        const [answer] = way.answers;
        if (answer !== undefined) transaction.respond(answer);
        return;
      }
      case 'registrar':
        return this.#register(received, transaction, flow);
      case 'replacement':
        return this.#replaceOnceProved({ received, routed }, transaction, flow);
      case 'user':
        if (way.isPublic) this.#delivery.toUser(routed, transaction, { flow, callee: way.callee });
        else
          this.#toUserOnceProved({ received, routed }, transaction, { flow, callee: way.callee });
    }
  }

  stateless(request: Request, flow: Flow): readonly Response[] | undefined {
    const { authority, gateway } = this.#options;
    if (gateway()?.owns(request) === true) return undefined;
    // Only who has heard a challenge of ours at this address is worth a transaction.
    const answered = authority.answers(request, flow);
    if (answered === 'ours') return undefined;
    const stale = answered === 'another';
    const [, way] = this.#wayOf(request, flow, undefined);
    switch (way.kind) {
      case 'in dialog':
        return undefined;
      case 'answer':
        return way.answers;
      case 'user':
      case 'replacement':
      case 'registrar': {
        if (way.kind === 'user' && way.isPublic) return undefined;
        const by = way.kind === 'registrar' ? 'server' : 'proxy';
        // A short request gets a short challenge, at last in the algorithm that every phone knows.
        const brief = (...algorithms: readonly DigestAlgorithm[]): Response =>
          authority.challenge(request, flow, { by, stale, algorithms, qop: 'auth' });
        return [
          authority.challenge(request, flow, { by, stale }),
          brief('SHA-256', 'MD5'),
          brief('MD5'),
        ];
      }
    }
  }

  /** The challenge to a request without proof, by far the most frequent one: nothing is remembered of it. */
  answers(request: Request, flow: Flow): Response | undefined {
    const { authority, flows } = this.#options;
    if (request.has('Authorization') || request.has('Proxy-Authorization')) return undefined;
    const by = this.#isPlainRegister(request) ? 'server' : this.#asksProof(request, flow);
    if (by === undefined) return undefined;
    flows.note(flow);
    return authority.challenge(request, flow, { by, toTag: this.#tagOfChallenges() });
  }

  // What is within a dialog has its route for a proof, and a CANCEL the transaction that it names.
  #asksProof(request: Request, flow: Flow): 'server' | 'proxy' | undefined {
    if (request.toTag !== undefined || request.method === 'CANCEL') return undefined;
    const [, way] = this.#wayOf(request, flow, undefined);
    if (way.kind === 'registrar') return 'server';
    if (way.kind === 'replacement') return 'proxy';
    return way.kind === 'user' && !way.isPublic ? 'proxy' : undefined;
  }

  // One for all, so that the ACK to such an answer is known and goes to nobody.
  #tagOfChallenges(): string {
    return (this.#challengeTag ??= this.#options.endpoint().random.token());
  }

  refuses(request: Request): boolean {
    return this.#options.overload.refuses(request);
  }

  ack(received: Request, flow: Flow): void {
    const { proxy, gateway, isOurs, authority, endpoint, log } = this.#options;
    if (received.toTag !== undefined && received.toTag === this.#challengeTag) return;
    if (gateway()?.ack(received) === true) return;
    const routed = proxy().preprocess(withoutOurs(received, authority.realm));
    const { request } = routed;
    if (routed.inDialogOfOurs) {
      if (this.#gruuOf(request) === undefined) proxy().forwardAck(routed, flow);
      else this.#ackToUser(request);
      return;
    }
    // An ACK is never answered: one that is for nobody here ends here.
    if (!isOurs(request.uri)) return;
    if (isFromHere(flow)) {
      this.#ackToUser(request);
      return;
    }
    authority.isProved(received, flow).then(
      (isProved) => isProved && endpoint().run(() => this.#ackToUser(request)),
      (error: unknown) =>
        log.debug('An ACK was dropped', { callId: received.callId, error: String(error) }),
    );
  }

  cancel(
    cancel: Request,
    transaction: ServerTransaction,
    cancelled: InviteServer | undefined,
  ): void {
    if (cancelled === undefined) {
      transaction.respond(createResponse(cancel, 481, { toTag: transaction.localTag }));
      return;
    }
    // RFC 3261 §16.10: 200 at once, whatever becomes of the branches.
    transaction.respond(createResponse(cancel, 200, { toTag: cancelled.localTag }));
    const { proxy, gateway } = this.#options;
    if (gateway()?.cancel(cancelled, cancel) === true || proxy().cancel(cancelled, cancel)) return;
    // The INVITE still waits for the database, or for a phone; its answer then comes too late and is not sent.
    this.#options.held().forget(cancelled);
    const { request } = cancelled;
    if (request !== undefined)
      cancelled.respond(createResponse(request, 487, { toTag: cancelled.localTag }));
  }

  forwardMessage(message: Request, upstream: Upstream, aor: string): boolean {
    const callee = this.#calleeOf(message);
    if (callee?.aor.text !== aor) return false;
    const { targets } = targetsOf(callee, message, this.#options);
    if (targets.length === 0) return false;
    const proxy = this.#options.proxy();
    proxy.forward(proxy.preprocess(message), upstream, targets);
    return true;
  }

  flowClosed(flow: Flow): void {
    this.#options.flows.forget(flow);
    this.#options.location.flowClosed(flow.id);
    this.#options.gateway()?.flowClosed(flow);
  }

  #isPlainRegister(received: Request): boolean {
    if (received.method !== 'REGISTER' || received.has('Route')) return false;
    const { uri } = received;
    return this.#options.isOurs(uri) && isSipUri(uri) && !uri.parameters.has('maddr');
  }

  /** Decides from the request alone, without asking the database. What comes back with it is the request as it may go on. */
  #wayOf(received: Request, flow: Flow, toTag: string | undefined): readonly [RoutedRequest, Way] {
    const { proxy, authority } = this.#options;
    const routed = proxy().preprocess(withoutOurs(received, authority.realm));
    const way = this.#decide(routed, flow, toTag);
    if (way.kind !== 'in dialog' && way.kind !== 'user') return [routed, way];
    // RFC 3261 §16.3: what is forwarded must pass these, and before proof is asked for; what is for this server need not.
    const refusal = proxy().check(routed);
    return [routed, refusal === undefined ? way : { kind: 'answer', answers: [refusal] }];
  }

  #decide(routed: RoutedRequest, flow: Flow, toTag: string | undefined): Way {
    const { isOurs, isDraining, isPublic, gateway } = this.#options;
    const { request } = routed;
    const answer = (status: number, reason?: string, headers: readonly HeaderInit[] = []): Way => ({
      kind: 'answer',
      answers: [createResponse(request, status, { toTag, reason, headers })],
    });
    // RFC 5626 §5.3.1.
    if (routed.isForged) return answer(403, 'The route is not of this dialog');
    if (routed.inDialogOfOurs) return { kind: 'in dialog' };
    // RFC 3891 §3: a page that was loaded anew goes on with its call, also while the system ends.
    const isOwn = isOurs(request.uri) && !request.has('Route');
    if (isOwn && gateway()?.isReplacedBy(request) === true) return { kind: 'replacement' };
    if (isDraining() && request.method === 'INVITE' && request.toTag === undefined) {
      return answer(503, 'The system is being stopped', [['Retry-After', '30']]);
    }
    // Nothing leaves for elsewhere: who may call out is for connections to say, and there are none.
    if (!isOurs(request.uri)) return answer(403, 'Calls to other domains are not allowed');
    if (request.has('Route')) return answer(403, 'Routes to elsewhere are not allowed');
    if (request.method === 'REGISTER') return { kind: 'registrar' };
    const callee = this.#calleeOf(request);
    if (callee === undefined) return { kind: 'answer', answers: toServer(request, toTag) };
    return { kind: 'user', callee, isPublic: isPublic(callee.aor.user) && isFromHere(flow) };
  }

  #calleeOf({ uri }: Request): Callee | undefined {
    return calleeOf(uri, this.#options);
  }

  /** The phone that a request in a dialog names by its GRUU, which leads here and nowhere else (RFC 5627 §6.1). */
  #gruuOf(request: Request): Callee | undefined {
    const callee = this.#calleeOf(request);
    return callee === undefined || typeof callee.gruu === 'string' ? undefined : callee;
  }

  #inDialog(routed: RoutedRequest, transaction: ServerTransaction, flow: Flow): void {
    const callee = this.#gruuOf(routed.request);
    if (callee === undefined) this.#options.proxy().forwardInDialog(routed, transaction, flow);
    else this.#delivery.toUser(routed, transaction, { flow, callee });
  }

  #register(request: Request, transaction: ServerTransaction, flow: Flow): void {
    const { authority, registrar, rate } = this.#options;
    const toTag = transaction.localTag;
    const proved = (proof: Proof): Response | Promise<() => void> => {
      if ('refusal' in proof) return proof.refusal;
      rate.giveBack(flow.remote.host);
      trustFlow(flow);
      const { user, confirmation } = proof;
      const registered = registrar.register(request, { user, flow, toTag, confirmation });
      return registered.then((response) => () => {
        transaction.respond(response);
        if (response.status === 200) this.#registered(request, flow);
      });
    };
    concludeLater(this.#options, { request, transaction }, () => {
      const proof = authority.prove({ request, by: 'server', flow, toTag });
      return proof instanceof Promise ? proof.then<Outcome>(proved) : proved(proof);
    });
  }

  #registered(register: Request, flow: Flow): void {
    const { location, mailbox, held, domainOf, gateway } = this.#options;
    const { to } = register;
    gateway()?.registered(register, flow);
    const aor = canonicalAor(to.uri, domainOf)?.text;
    if (aor === undefined || location.bindings(aor).length === 0) return;
    mailbox().registered(aor);
    held().registered(aor);
  }

  #replaceOnceProved(
    { received, routed }: { readonly received: Request; readonly routed: RoutedRequest },
    transaction: ServerTransaction,
    flow: Flow,
  ): void {
    const { authority, rate, gateway } = this.#options;
    const { request } = routed;
    const toTag = transaction.localTag;
    concludeLater(this.#options, { request, transaction }, async () => {
      const proof = await authority.prove({ request: received, by: 'proxy', flow, toTag });
      if ('refusal' in proof) return proof.refusal;
      rate.giveBack(flow.remote.host);
      trustFlow(flow);
      return () => {
        // The call may have ended while the proof was looked up.
        if (transaction instanceof InviteServer && gateway()?.isReplacedBy(request) === true)
          gateway()?.replace(request, transaction, flow);
        else transaction.respond(createResponse(request, 481, { toTag }));
      };
    });
  }

  #toUserOnceProved(
    { received, routed }: { readonly received: Request; readonly routed: RoutedRequest },
    transaction: ServerTransaction,
    way: { readonly flow: Flow; readonly callee: Callee },
  ): void {
    const { authority, users, rate } = this.#options;
    const { flow, callee } = way;
    const { aor, gruu } = callee;
    const toTag = transaction.localTag;
    concludeLater(this.#options, { request: routed.request, transaction }, async () => {
      const proof = await authority.prove({ request: received, by: 'proxy', flow, toTag });
      if ('refusal' in proof) return proof.refusal;
      rate.giveBack(flow.remote.host);
      // A caller that waits and listens is not an idle stranger.
      trustFlow(flow);
      // Only who is proved learns whether there is such a user (C160).
      if (!(await users.has(aor.user, aor.domain)) || gruu === 'unknown')
        return createResponse(routed.request, 404, { toTag });
      const { request } = routed;
      if (request.method === 'MESSAGE' && request.toTag === undefined && gruu === 'plain')
        return () => this.#options.mailbox().take(request, transaction, aor.text);
      return () => this.#delivery.toUser(routed, transaction, way);
    });
  }

  #ackToUser(ack: Request): void {
    this.#delivery.ack(ack, this.#calleeOf(ack));
  }
}
