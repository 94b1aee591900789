// A proxy of one domain on a virtual network: Offhook's own, under a core that only asks who calls and knows where its users are.
import { challengeResponse, Endpoint, ha1, NonceIssuer, ReplayWindow, verify } from '@offhook/sip';
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
import { seededRandom, VirtualResolver } from '@offhook/sip/testing';
import type { Zone } from '@offhook/sip/testing';
import { routeSigner } from '../../packages/offhook/src/server/core/route-signer.ts';
import { Proxy } from '../../packages/offhook/src/server/proxy/proxy.ts';
import type { World } from '../conformance/world.ts';

/** What a proxy is made of. */
export interface DomainProxyOptions {
  /** Its name in ladders. */
  readonly name: string;
  readonly host: string;
  readonly domain: string;
  readonly zone: Zone;
  /** Users who call through it, with their passwords; absent: it asks nobody. */
  readonly asks?: Readonly<Record<string, string>> | undefined;
  /** Where the users of its domain are. */
  readonly users?: Readonly<Record<string, string>> | undefined;
  readonly seed: number;
}

/** A running proxy. */
export class DomainProxy implements Core {
  readonly observed: Observation[] = [];
  readonly endpoint: Endpoint;
  readonly proxy: Proxy;
  readonly #options: DomainProxyOptions;
  readonly #nonces: NonceIssuer;
  readonly #replay: ReplayWindow;

  static async start(world: World, options: DomainProxyOptions): Promise<DomainProxy> {
    const made = new DomainProxy(world, options);
    await made.endpoint.start();
    return made;
  }

  private constructor(world: World, options: DomainProxyOptions) {
    const { clock, network } = world;
    const { name, host, seed, zone } = options;
    const random = seededRandom(seed);
    this.#options = options;
    this.#nonces = new NonceIssuer({ clock, random });
    this.#replay = new ReplayWindow({ clock });
    this.endpoint = new Endpoint(
      {
        name,
        transports: [network.transport('UDP', host, 5060)],
        clock,
        random,
        resolver: new VirtualResolver(clock, zone),
        tap: { observe: (observation) => void this.observed.push(observation) },
      },
      this,
    );
    this.proxy = new Proxy({
      endpoint: this.endpoint,
      clock,
      random,
      isOurs: (uri) => this.#isOurs(uri),
      lookedUp: (uri) => formatUri(this.#targetOf(uri) ?? uri),
      mayReach: () => true,
      sign: routeSigner(random.bytes(32)),
    });
  }

  request(received: Request, transaction: ServerTransaction, flow: Flow): void {
    const routed = this.proxy.preprocess(received);
    const { request, inDialogOfOurs } = routed;
    const refusal = this.proxy.check(routed);
    if (refusal !== undefined) return transaction.respond(refusal);
    if (inDialogOfOurs) return this.proxy.forwardInDialog(routed, transaction, flow);
    if (!this.#isProved(request)) return this.#challenge(request, transaction);
    const uri = this.#targetOf(request.uri);
    if (uri !== undefined)
      return this.proxy.forward(routed, transaction, [{ uri }], { incoming: flow });
    transaction.respond(createResponse(request, 404, { toTag: transaction.localTag }));
  }

  ack(ack: Request, flow: Flow): void {
    const routed = this.proxy.preprocess(ack);
    if (routed.inDialogOfOurs) this.proxy.forwardAck(routed, flow);
  }

  cancel(cancel: Request, transaction: NonInviteServer, cancelled: InviteServer | undefined): void {
    const status = cancelled === undefined ? 481 : 200;
    transaction.respond(createResponse(cancel, status, { toTag: transaction.localTag }));
    if (cancelled !== undefined) this.proxy.cancel(cancelled, cancel);
  }

  #isProved(request: Request): boolean {
    const { asks, domain: realm } = this.#options;
    if (asks === undefined) return true;
    const verdict = verify(request, 'Proxy-Authorization', {
      realm,
      nonces: this.#nonces,
      replay: this.#replay,
      ha1: (username, algorithm) => {
        const password = asks[username];
        return password === undefined ? undefined : ha1(algorithm, username, realm, password);
      },
    });
    return verdict.kind === 'ok';
  }

  #challenge(request: Request, transaction: ServerTransaction): void {
    const { domain: realm } = this.#options;
    const { localTag: toTag } = transaction;
    const answer = challengeResponse(request, 'proxy', { realm, nonces: this.#nonces, toTag });
    if (answer !== undefined) transaction.respond(answer);
  }

  #targetOf(uri: Uri): Uri | undefined {
    if (!this.#isOurs(uri) || !isSipUri(uri)) return uri;
    const contact = this.#options.users?.[uri.user ?? ''];
    return contact === undefined ? undefined : sipUri(contact);
  }

  #isOurs(uri: Uri): boolean {
    const { host, domain } = this.#options;
    return isSipUri(uri) && (uri.host === host || uri.host === domain);
  }
}
