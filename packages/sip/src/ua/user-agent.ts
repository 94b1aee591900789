// The user agent: the face that people program against. It registers, calls, and is called.
import type { Random } from '../base/random.ts';
import { asRequestUri } from '../dialog/route-set.ts';
import { DialogTable } from '../dialog/table.ts';
import { Endpoint } from '../endpoint/endpoint.ts';
import type { DialogUsage } from '../endpoint/usage.ts';
import { SipError } from '../message/errors.ts';
import { formatNameAddress } from '../message/name-address.ts';
import type { Response } from '../message/message.ts';
import { noParameters } from '../message/parameters.ts';
import { formatUri, userOf } from '../message/uri.ts';
import type { SipUri, Uri } from '../message/uri.ts';
import { Registration } from '../registration/registration.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import type { IntervalPolicy } from '../session/interval.ts';
import { refuseUnreadableOffer } from '../session/media-refusal.ts';
import type { OutgoingSession } from '../session/outgoing.ts';
import type { SessionSurroundings } from '../session/surroundings.ts';
import type { Flow } from '../transport/port.ts';
import { Abilities } from './abilities.ts';
import { Attempts } from '../subscription/attempts.ts';
import type { StateListener } from '../subscription/event-states.ts';
import type { ReferredStatus } from '../subscription/sipfrag.ts';
import { authenticationOf, sipUriOf } from './account.ts';
import type { Call } from './call.ts';
import { Calls } from './calls.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { ask } from './ask.ts';
import { contactScheme, contactUri, pushParameters } from './contact.ts';
import { intervalOf } from './session-timer.ts';
import { instanceUrn, newInstance } from './instance.ts';
import { dispatchTo } from './dispatch.ts';
import { Events } from './events.ts';
import type { OfferOptions, SubscribeOptions } from './events.ts';
import { Messages } from './messages.ts';
import type { IncomingMessage, MessageOptions } from './messages.ts';
import { OpenCalls, within } from './open-calls.ts';
import type { CallOptions, OutboundOptions, UserAgentOptions } from './options.ts';
import { Publications } from './publications.ts';
import type { PublishOptions } from './publications.ts';
import type { Published } from './published.ts';
import { registered, registrarOf, unregistered } from './registering.ts';
import { Replacements } from './replacements.ts';
import type { Subscription } from './subscription.ts';
import { Transfers } from './transfers.ts';
import type { TransferOptions } from './transfers.ts';
import type { Watcher } from './watcher.ts';

/**
 * A SIP user agent (RFC 3261 §6): the same class in Node.js and in browsers.
 *
 * @example
 * const ua = new UserAgent({ account: { aor: 'sip:alice@example.com', password }, transports: [udp()], media: rtp() });
 * await ua.register();
 * const call = await ua.call('sip:bob@example.com').answered;
 */
export class UserAgent<Media extends Negotiator = Negotiator> implements AsyncDisposable {
  readonly #options: UserAgentOptions<Media>;
  readonly #aor: SipUri;
  readonly #party: string;
  readonly #nextHops: readonly [Uri | undefined, ...(readonly Uri[])];
  readonly #instance: string | undefined;
  readonly #endpoint: Endpoint;
  readonly #dialogs = new DialogTable<DialogUsage>();
  readonly #surroundings: SessionSurroundings;
  readonly #abilities: Abilities;
  readonly #messages: Messages;
  readonly #attempts = new Attempts();
  readonly #events: Events;
  readonly #publications: Publications;
  readonly #transfers: Transfers<Media>;
  readonly #replacements: Replacements;
  readonly #calls: Calls<Media>;
  readonly #open = new OpenCalls();
  readonly #interval: IntervalPolicy;
  #registration: Registration | undefined;
  #started: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** While calls wait until we are registered again. */
  #returning: (() => void) | undefined;
  #ids = 0;

  constructor(options: UserAgentOptions<Media>) {
    const { account, server } = options;
    this.#options = options;
    this.#interval = intervalOf(options.sessionTimer ?? {});
    this.#abilities = new Abilities(options.product ?? 'Offhook', {
      // RFC 5626 §4.3, RFC 5627 §4.4.
      options: options.outbound === undefined ? [] : ['outbound', 'gruu'],
      requires: options.requires,
    });
    this.#aor = sipUriOf(account.aor);
    this.#party = formatNameAddress({
      uri: this.#aor,
      parameters: noParameters,
      ...(account.displayName === undefined ? {} : { displayName: account.displayName }),
    });
    this.#nextHops = [
      server === undefined ? undefined : sipUriOf(server),
      ...(options.outbound?.proxies ?? []).map(sipUriOf),
    ];
    this.#endpoint = new Endpoint(
      { ...options, name: options.name ?? this.#user },
      dispatchTo({
        dialogs: this.#dialogs,
        abilities: this.#abilities,
        attempts: this.#attempts,
        interval: this.#interval,
        message: (received) => this.#messages.take(received),
        subscribed: (received, entry) => this.#events.subscribed(received, entry),
        referred: (received, entry) => this.#transfers.referred(received, entry),
        unreadable: (invite) => refuseUnreadableOffer(this.#endpoint, invite),
        replaces: (invite) => this.#replacements.refusal(invite),
        published: (received) => this.#publications.take(received),
        serves: (user) => user === undefined || user === this.#user,
        invited: (request, transaction, flow) => this.#calls.invited(request, transaction, flow),
        flowClosed: (flow) => this.#flowClosed(flow),
      }),
    );
    this.#instance = options.outbound && instanceOf(options.outbound, this.#endpoint.random);
    const abilities = this.#abilities;
    const [nextHop] = this.#nextHops;
    const registration = (): Registration | undefined => this.#registration;
    this.#surroundings = {
      endpoint: this.#endpoint,
      dialogs: this.#dialogs,
      authentication: authenticationOf(account, this.#user, this.#nextHops),
      contact: (flow, request) => `<${this.#contact(flow, contactScheme(request))}>`,
      get nextHop() {
        return registration()?.nextHop ?? nextHop;
      },
      get routes() {
        return registration()?.serviceRoute ?? [];
      },
      get headers() {
        return abilities.sessionHeaders;
      },
      ringMilliseconds: timerLength(options.ringMilliseconds, 180_000),
      callMilliseconds: timerLength(options.callMilliseconds, 4 * 3_600_000),
      interval: this.#interval,
      infoPackages: options.infoPackages,
      followsRedirects: options.redirects !== 'refuse',
    };
    this.#messages = new Messages(
      this.#surroundings,
      this.#party,
      options.messageTypes ?? ['text/plain'],
    );
    const shared = {
      surroundings: this.#surroundings,
      attempts: this.#attempts,
      abilities,
      open: this.#open,
      from: this.#party,
      nextId: () => this.#nextId(),
    };
    this.#events = new Events(shared);
    this.#publications = new Publications(shared);
    const transfers = options.transfers ?? 'refuse';
    if (transfers !== 'refuse') abilities.learn('REFER');
    this.#transfers = new Transfers({
      ...shared,
      policy: transfers,
      call: (target, headers, watch) => this.#call(target, { headers }, watch),
    });
    this.#replacements = new Replacements(
      this.#dialogs,
      options.replacements ?? 'referred',
      this.#endpoint.clock,
    );
    this.#calls = new Calls({
      ...shared,
      media: options.media,
      replacements: this.#replacements,
      transfers: () => this.#transfers,
      started: () => this.start(),
    });
  }

  /** Calls to us, as they come. What nobody accepts rings until the caller gives up, or three minutes. */
  get incoming(): AsyncIterable<IncomingCall<Media>> {
    return this.#calls.incoming;
  }

  /** The registration, once `register` was called: its state and its events. */
  get registration(): Registration | undefined {
    return this.#registration;
  }

  /** What lives: all zero some time after the last call, at the latest 64*T1. */
  get load(): { readonly transactions: number; readonly dialogs: number } {
    return { transactions: this.#endpoint.transactionCount, dialogs: this.#dialogs.size };
  }

  /** The endpoint under it, for counters and for what is not here. */
  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  /** Starts the transports; the other methods do so by themselves. */
  start(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new SipError('SIP_CLOSED'));
    this.#started ??= this.#endpoint.start();
    return this.#started;
  }

  /** Registers and keeps the registration fresh; resolves on the first 2xx, rejects with SIP_AUTH, SIP_REJECTED, SIP_TIMEOUT, SIP_TRANSPORT or, when it was taken back, SIP_CANCELLED. */
  async register(): Promise<{ readonly expiresSeconds: number }> {
    await this.start();
    const registration = (this.#registration ??= this.#newRegistration());
    return registered(registration);
  }

  /**
   * The network is back, or is another one: connections are made anew at once, then the registration on them, and then the
   * calls look for their ways anew (RFC 5626 §4.3, RFC 8445 §2.4). Without this it happens when a connection is found broken.
   */
  reconnect(): void {
    for (const transport of this.#endpoint.transports) transport.drop?.();
    if (this.#registration?.state === 'Waiting') this.#registration.register();
  }

  /** Takes the binding away; resolves when the registrar knows, or cannot be told. */
  unregister(): Promise<void> {
    return unregistered(this.#registration);
  }

  /** Calls `target`; throws SIP_PARSE_URI when it is no SIP address, SIP_CLOSED once closed, TypeError for malformed headers. */
  call(target: string, options: CallOptions = {}): OutgoingCall<Media> {
    return this.#call(target, options, () => undefined);
  }

  /**
   * Asks `target`, outside a call, to call `to` (RFC 3515); resolves with the final status that it tells. `of` names a call
   * that we share with it, as our right to ask (RFC 4538).
   */
  async refer(
    target: string,
    to: string,
    options: TransferOptions & { readonly of?: Call<Media> | undefined } = {},
  ): Promise<ReferredStatus> {
    const uri = asRequestUri(sipUriOf(target));
    const referTo = `<${formatUri(sipUriOf(to))}>`;
    await this.start();
    return this.#transfers.outside(uri, referTo, options, options.of?.dialog.id);
  }

  #call(
    target: string,
    options: CallOptions,
    watch: (session: OutgoingSession) => void,
  ): OutgoingCall<Media> {
    if (this.#closing !== undefined) throw new SipError('SIP_CLOSED');
    return this.#calls.call(asRequestUri(sipUriOf(target)), options, watch);
  }

  /** Asks `target` what it can do (RFC 3261 §11); resolves with its final response, rejects with SIP_TIMEOUT or SIP_TRANSPORT. */
  async options(target: string): Promise<Response> {
    const uri = sipUriOf(target);
    await this.start();
    const { contact } = this.#surroundings;
    return ask(this.#surroundings, {
      method: 'OPTIONS',
      target: uri,
      from: this.#party,
      headers: this.#abilities.headers,
      sending: { contact },
    });
  }

  /**
   * Sends a message (RFC 3428); resolves with the 2xx, of which 202 means that it is kept for later. Rejects with
   * SIP_REJECTED, SIP_AUTH, SIP_TIMEOUT, SIP_TRANSPORT, or SIP_TOO_LARGE when it is above 1300 bytes and only UDP leads there.
   */
  async message(
    target: string,
    body: string | Uint8Array,
    options: MessageOptions = {},
  ): Promise<Response> {
    const uri = sipUriOf(target);
    await this.start();
    return this.#messages.send(uri, body, options);
  }

  /** Messages to us (RFC 3428), as they come. Until this is read for the first time, they are refused with 405. */
  get messages(): AsyncIterable<IncomingMessage> {
    const { incoming, types } = this.#messages;
    this.#abilities.learn('MESSAGE', types);
    return incoming;
  }

  /**
   * Subscribes to an event of `target` (RFC 6665) and keeps the subscription fresh. Throws SIP_PARSE_URI, SIP_CLOSED,
   * TypeError for malformed headers.
   *
   * @example
   * await using lamp = ua.subscribe('sip:bob@example.com', { event: 'dialog', accept: ['application/dialog-info+xml'] });
   * for await (const { text } of lamp.notifications) show(text);
   */
  subscribe(target: string, options: SubscribeOptions): Subscription {
    if (this.#closing !== undefined) throw new SipError('SIP_CLOSED');
    const subscription = this.#events.subscribe(sipUriOf(target), options);
    this.start().then(
      () => subscription.open(),
      (cause: unknown) => subscription.fail(new SipError('SIP_TRANSPORT', { status: 503, cause })),
    );
    return subscription;
  }

  /**
   * Lets others subscribe to an event of ours (RFC 6665 §4.2): `handler` gets each watcher and tells it the state, or
   * refuses it. Who is neither told nor refused at once is pending. Returns what takes the offer back.
   */
  onSubscription(
    event: string,
    options: OfferOptions,
    handler: (watcher: Watcher) => void,
  ): () => void {
    return this.#events.offer(event, options, handler);
  }

  /**
   * Publishes a state of ours (RFC 3903) and keeps it fresh. Throws SIP_PARSE_URI, SIP_CLOSED, TypeError for a malformed
   * event or type.
   */
  publish(body: Uint8Array | string, options: PublishOptions): Published {
    if (this.#closing !== undefined) throw new SipError('SIP_CLOSED');
    const target = options.target === undefined ? this.#aor : sipUriOf(options.target);
    const { published, start } = this.#publications.publish(target, body, options);
    this.start().then(start, () => published.close());
    return published;
  }

  /** Takes states that others publish to us (RFC 3903 §6); `listener` gets each. Returns what ends that. */
  onPublication(event: string, options: OfferOptions, listener: StateListener): () => void {
    return this.#publications.offer(event, options, listener);
  }

  /** Ends every call, takes the registration away, and closes the transports. What a peer does not answer is not waited for. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #user(): string {
    return this.#aor.user === undefined ? this.#aor.host : userOf(this.#aor);
  }

  async #close(): Promise<void> {
    this.#calls.close();
    this.#messages.incoming.end();
    // A socket that is being opened is closed only once it is open.
    await this.#started?.catch(() => undefined);
    // BYE and REGISTER have 32 s to be answered; a program that ends does not wait so long for a peer that is gone.
    const deadline = timerLength(this.#options.closeMilliseconds, 2000);
    const endings = Promise.all([this.#open.leave(), this.unregister()]);
    await within(this.#endpoint.clock, deadline, endings);
    this.#registration?.stop();
    await this.#endpoint.close();
    this.#attempts.close();
    this.#publications.close();
    this.#open.drop();
  }

  // RFC 5627 §4.4, RFC 5626 §4.3: a GRUU while there is one, else an address that holds for this flow.
  #contact(flow: Flow, scheme: SipUri['scheme']): string {
    const gruu = this.#registration?.gruus?.public;
    // RFC 5630 §5.1.1.4: a GRUU is one in both schemes.
    return (
      gruu?.replace(/^sips?(?=:)/i, scheme) ??
      this.#contactUri(flow, scheme, this.#instance !== undefined)
    );
  }

  #contactUri(flow: Flow, scheme: SipUri['scheme'], outbound: boolean): string {
    const { user } = this.#aor;
    return contactUri({ endpoint: this.#endpoint, user, flow, scheme, outbound });
  }

  #newRegistration(): Registration {
    const registrar = registrarOf(this.#aor);
    return new Registration({
      endpoint: this.#endpoint,
      aor: formatUri(this.#aor),
      party: this.#party,
      registrar,
      nextHops: this.#nextHops,
      instance: this.#instance,
      authentication: this.#surroundings.authentication,
      contactUri: (flow, outbound) =>
        this.#contactUri(flow, registrar.scheme, outbound) + pushParameters(this.#options.push?.()),
      inCall: () => this.#open.inCall,
      expiresSeconds: this.#options.expiresSeconds ?? 3600,
      headers: [['User-Agent', this.#abilities.product]],
    });
  }

  #flowClosed(flow: Flow): void {
    const canBeReached = this.#endpoint.transports.some(
      ({ protocol, local }) => protocol === flow.protocol && local !== undefined,
    );
    this.#registration?.flowLost(flow, flow.protocol !== 'UDP' && canBeReached);
    // RFC 5626 §4.3: what our peers know of us led over this flow and no other.
    if (flow.protocol !== 'UDP' && !canBeReached) this.#renewCalls();
  }

  // A call lasts longer than the connection that it was made on: the peer is told where we are as soon as we are there.
  #renewCalls(): void {
    if (this.#closing !== undefined || !this.#open.inCall) return;
    this.#returning ??= this.#registration?.on('registered', () => {
      this.#returning?.();
      this.#returning = undefined;
      this.#open.renew();
    });
  }

  #nextId(): string {
    this.#ids += 1;
    return `${this.#endpoint.name}-${this.#ids}-${this.#endpoint.random.token(40)}`;
  }
}

// Neither nothing nor more than a timer can take, which is 2^31 - 1 ms.
function timerLength(milliseconds: number | undefined, usual: number): number {
  return Math.min(Math.max(milliseconds ?? usual, 1), 2_147_483_647);
}

function instanceOf({ instance }: OutboundOptions, random: Random): string {
  return instance === undefined ? newInstance(random) : instanceUrn(instance);
}
