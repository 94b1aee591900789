// Who gets a request that reached the server, read from top to bottom: own dialog route, registrar, this server itself,
// a user of ours, or nobody (RFC 3261 §16.3-16.5).
import type { Core, Endpoint, Flow, InviteServer, Logger, ServerTransaction } from '@offhook/sip';
import { trustFlow } from '@offhook/sip/node';
import { createResponse, isSipUri, parseUri, setUri } from '@offhook/sip/message';
import type { HeaderInit, Request, Response } from '@offhook/sip/message';
import { canonicalAor } from '../location/aor.ts';
import type { Aor, DomainOf } from '../location/aor.ts';
import type { Binding, LocationStore } from '../location/store.ts';
import type { Proxy, ProxyTarget } from '../proxy/proxy.ts';
import type { Registrar } from '../registrar/registrar.ts';
import type { Users } from '../users/users.ts';
import type { Authority } from './authority.ts';
import type { LiveFlows } from './flows.ts';

/** What the core decides with. */
export interface CoreOptions {
  readonly endpoint: () => Endpoint;
  readonly proxy: () => Proxy;
  readonly registrar: Registrar;
  readonly location: LocationStore;
  readonly users: Users;
  readonly authority: Authority;
  readonly flows: LiveFlows;
  readonly domainOf: DomainOf;
  readonly isOurs: (request: Request) => boolean;
  /** Users that anybody may call without proof: echo and bob. */
  readonly isPublic: (user: string) => boolean;
  /** True when no new work is taken, since the system is about to end. */
  readonly isDraining: () => boolean;
  /** The flow on which a UDP address is reached. */
  readonly udpFlow: (binding: Binding) => Flow | undefined;
  readonly product: string;
  readonly log: Logger;
}

const methods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER';

/** The core of the server, to stand on its endpoint. */
export function serverCore(options: CoreOptions): Core {
  return new ServerCore(options);
}

class ServerCore implements Core {
  readonly #options: CoreOptions;

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  request(received: Request, transaction: ServerTransaction, flow: Flow): void {
    const { proxy, flows, isOurs } = this.#options;
    flows.note(flow);
    const { request, inDialogOfOurs } = proxy().preprocess(received);
    if (inDialogOfOurs) this.#checked(request, transaction, () => proxy().forwardInDialog(request, transaction));
    else if (this.#options.isDraining() && request.method === 'INVITE') this.#answer(request, transaction, 503, [['Retry-After', '30']]);
    else if (!isOurs(request)) this.#foreign(request, transaction);
    else if (request.method === 'REGISTER') this.#register(request, transaction, flow);
    else this.#toOurs(request, transaction, flow);
  }

  // RFC 3261 §16.3: what is forwarded must pass these; what is for this server itself need not.
  #checked(request: Request, transaction: ServerTransaction, forward: () => void): void {
    const refusal = this.#options.proxy().check(request);
    if (refusal === undefined) forward();
    else transaction.respond(refusal);
  }

  ack(received: Request): void {
    const { proxy, isOurs } = this.#options;
    const { request, inDialogOfOurs } = proxy().preprocess(received);
    if (inDialogOfOurs) proxy().forwardAck(request);
    else if (isOurs(request)) this.#ackToUser(request);
    // An ACK is never answered: one that is for nobody here ends here.
  }

  // Simple clients ignore Record-Route and send the ACK where they sent the INVITE; RFC 3261 §16.5 then finds the same user.
  #ackToUser(ack: Request): void {
    const aor = canonicalAor(ack.uri, this.#options.domainOf);
    if (aor === undefined || ack.toTag === undefined) return;
    for (const { contact } of this.#options.location.bindings(aor.text)) {
      this.#options.proxy().forwardAck(ack.with(setUri(contact)));
    }
  }

  cancel(cancel: Request, transaction: ServerTransaction, cancelled: InviteServer | undefined): void {
    if (cancelled === undefined) {
      this.#answer(cancel, transaction, 481);
      return;
    }
    // RFC 3261 §16.10: 200 at once, whatever becomes of the branches.
    transaction.respond(createResponse(cancel, 200, { toTag: cancelled.localTag }));
    if (this.#options.proxy().cancel(cancelled, cancel)) return;
    // The INVITE still waits for the database; its answer then comes too late and is not sent.
    const { request } = cancelled;
    if (request !== undefined) this.#answer(request, cancelled, 487);
  }

  flowClosed(flow: Flow): void {
    this.#options.flows.forget(flow);
    this.#options.location.flowClosed(flow.id);
  }

  #register(request: Request, transaction: ServerTransaction, flow: Flow): void {
    const { authority, registrar } = this.#options;
    this.#later(request, transaction, async () => {
      const proof = await authority.prove(request, 'server', transaction.localTag);
      if ('refusal' in proof) return proof.refusal;
      trustFlow(flow);
      return registrar.register(request, { user: proof.user, flow, toTag: transaction.localTag });
    });
  }

  #toOurs(request: Request, transaction: ServerTransaction, flow: Flow): void {
    const { domainOf, isPublic } = this.#options;
    const aor = canonicalAor(request.uri, domainOf);
    if (aor === undefined) this.#toServer(request, transaction);
    else if (isPublic(aor.user)) {
      // A caller that waits and listens is not an idle stranger.
      trustFlow(flow);
      this.#toUser(request, transaction, flow, aor);
    } else {
      this.#proved(request, transaction, async () => {
        // Only who is proved learns whether there is such a user (C160).
        trustFlow(flow);
        if (!(await this.#options.users.has(aor.user, aor.domain))) return createResponse(request, 404, { toTag: transaction.localTag });
        this.#toUser(request, transaction, flow, aor);
        return undefined;
      });
    }
  }

  // RFC 3261 §11: the server is asked what it is.
  #toServer(request: Request, transaction: ServerTransaction): void {
    if (request.method === 'OPTIONS') {
      this.#answer(request, transaction, 200, [
        ['Allow', methods],
        ['Accept', 'application/sdp'],
        ['Accept-Encoding', 'identity'],
        ['Accept-Language', 'en'],
        ['Supported', 'path'],
        ['Server', this.#options.product],
      ]);
    } else if (request.method === 'INVITE') this.#answer(request, transaction, 404);
    else this.#answer(request, transaction, 405, [['Allow', methods]]);
  }

  #toUser(request: Request, transaction: ServerTransaction, flow: Flow, aor: Aor): void {
    const targets = this.#options.location.bindings(aor.text).flatMap((binding) => this.#target(binding) ?? []);
    if (targets.length === 0) this.#answer(request, transaction, 480);
    else this.#checked(request, transaction, () => this.#options.proxy().forward(request, transaction, targets, flow));
  }

  #target(binding: Binding): ProxyTarget | undefined {
    const parsed = parseUri(binding.contact);
    if (!parsed.ok || !isSipUri(parsed.value)) return undefined;
    const { flows, udpFlow } = this.#options;
    const flow = binding.connection ? flows.get(binding.flow) : udpFlow(binding);
    return {
      uri: parsed.value,
      routes: binding.path,
      ...(flow === undefined ? {} : { flow }),
      ...(binding.q === undefined ? {} : { q: binding.q }),
    };
  }

  // Nothing leaves for elsewhere: who may call out is for connections to say, and there are none.
  #foreign(request: Request, transaction: ServerTransaction): void {
    this.#proved(request, transaction, () =>
      Promise.resolve(
        createResponse(request, 403, { toTag: transaction.localTag, reason: 'Calls to other domains are not allowed' }),
      ),
    );
  }

  #proved(request: Request, transaction: ServerTransaction, act: () => Promise<Response | undefined>): void {
    this.#later(request, transaction, async () => {
      const proof = await this.#options.authority.prove(request, 'proxy', transaction.localTag);
      return 'refusal' in proof ? proof.refusal : act();
    });
  }

  /** Work that waits for the database; its answer comes back as an event of the endpoint. */
  #later(request: Request, transaction: ServerTransaction, work: () => Promise<Response | undefined>): void {
    work().then(
      (response) => {
        if (response !== undefined) this.#options.endpoint().run(() => transaction.respond(response));
      },
      (error: unknown) => {
        this.#options.log.error('A request could not be served', { method: request.method, error: String(error) });
        this.#options.endpoint().run(() => this.#answer(request, transaction, 500, [['Retry-After', '5']]));
      },
    );
  }

  #answer(request: Request, transaction: ServerTransaction, status: number, headers: readonly HeaderInit[] = []): void {
    transaction.respond(createResponse(request, status, { toTag: transaction.localTag, headers }));
  }
}
