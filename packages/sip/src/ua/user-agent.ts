// The user agent: the face that people program against. It registers, calls, and is called.
import { Feed } from '../base/feed.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Tap } from '../base/tap.ts';
import { NonceMemory } from '../auth/memory.ts';
import { DialogTable } from '../dialog/table.ts';
import { Endpoint } from '../endpoint/endpoint.ts';
import { outsideRequest } from '../endpoint/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { Authentication } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { formatNameAddress } from '../message/name-address.ts';
import type { Request, Response } from '../message/message.ts';
import { formatParameters, noParameters } from '../message/parameters.ts';
import { formatUri, isSipUri, userOf } from '../message/uri.ts';
import type { SipUri, Uri } from '../message/uri.ts';
import { formatHost } from '../message/host.ts';
import { Registration } from '../registration/registration.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import { IncomingSession } from '../session/incoming.ts';
import { OutgoingSession } from '../session/outgoing.ts';
import { Session } from '../session/session.ts';
import type { DialogUsage, SessionSurroundings } from '../session/surroundings.ts';
import type { TransactionSettings } from '../transaction/timers.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import type { Protocol, Transport } from '../transport/port.ts';
import type { Resolver } from '../transport/resolver.ts';
import { abilityHeaders, sessionHeaders } from './abilities.ts';
import { sipUriOf } from './account.ts';
import type { Account } from './account.ts';
import { IncomingCall, OutgoingCall } from './call.ts';
import { dispatchTo } from './dispatch.ts';

/** Where calls get their media: `rtp()` in Node.js. */
export interface MediaEngine<Media extends Negotiator = Negotiator> {
  /** The media of one new call. Throws when there is no port left. */
  open(): Media;
}

/** What a user agent is made of. */
export interface UserAgentOptions<Media extends Negotiator = Negotiator> {
  readonly account: Account;
  readonly transports: readonly Transport[];
  readonly media: MediaEngine<Media>;
  /** Where requests outside a dialog go first, and who registers us: `sip:127.0.0.1:5060`. The domain of the AOR unless said. */
  readonly server?: string | undefined;
  /** Name in traces; the user part of the AOR unless said. */
  readonly name?: string | undefined;
  /** Goes into User-Agent. */
  readonly product?: string | undefined;
  readonly expiresSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly log?: Logger | undefined;
  readonly tap?: Tap | undefined;
  readonly settings?: TransactionSettings | undefined;
  readonly resolver?: Resolver | undefined;
  readonly advertisedHost?: string | undefined;
  /** The longest a phone rings, in milliseconds; 3 minutes unless said. */
  readonly ringMilliseconds?: number | undefined;
  /** The longest a call lasts, in milliseconds; 4 hours unless said. */
  readonly callMilliseconds?: number | undefined;
}

/** How a call is made. */
export interface CallOptions {
  /** Aborting it means CANCEL before the answer, BYE after it, and ACK with BYE when they cross. */
  readonly signal?: AbortSignal | undefined;
  /** True to leave the offer to the callee (RFC 3261 §13.2.1). */
  readonly offerless?: boolean | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
}

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
  readonly #nextHop: Uri | undefined;
  readonly #endpoint: Endpoint;
  readonly #dialogs = new DialogTable<DialogUsage>();
  readonly #surroundings: SessionSurroundings;
  readonly #incoming = new Feed<IncomingCall<Media>>();
  /** Calls that ring, to be refused or given up when the user agent closes. */
  readonly #open = new Set<() => void>();
  #registration: Registration | undefined;
  #started: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #calls = 0;

  constructor(options: UserAgentOptions<Media>) {
    const { account, server } = options;
    this.#options = options;
    this.#aor = sipUriOf(account.aor);
    this.#party = formatNameAddress({
      uri: this.#aor,
      parameters: noParameters,
      ...(account.displayName === undefined ? {} : { displayName: account.displayName }),
    });
    this.#nextHop = server === undefined ? undefined : sipUriOf(server);
    this.#endpoint = new Endpoint(
      { ...options, name: options.name ?? this.#user },
      dispatchTo({
        dialogs: this.#dialogs,
        product: this.#product,
        serves: (user) => user === undefined || user === this.#user,
        invited: (request, transaction) => this.#invited(request, transaction),
        flowClosed: () => this.#registration?.flowLost(),
      }),
    );
    this.#surroundings = {
      endpoint: this.#endpoint,
      dialogs: this.#dialogs,
      authentication: authenticationOf(account, this.#user),
      nextHop: this.#nextHop,
      contactTowards: (uri) => `<${this.#contactUri(this.#protocolTowards(uri))}>`,
      contactFor: (request) => `<${this.#contactUri(protocolOf(request))}>`,
      headers: sessionHeaders(this.#product),
      ringMilliseconds: options.ringMilliseconds ?? 180_000,
      callMilliseconds: options.callMilliseconds ?? 4 * 3_600_000,
    };
  }

  /** Calls to us, as they come. What nobody accepts rings until the caller gives up, or three minutes. */
  get incoming(): AsyncIterable<IncomingCall<Media>> {
    return this.#incoming;
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
    this.#started ??= this.#endpoint.start();
    return this.#started;
  }

  /** Registers and keeps the registration fresh; resolves on the first 2xx, rejects with SIP_AUTH, SIP_REJECTED, SIP_TIMEOUT or SIP_TRANSPORT. */
  async register(): Promise<{ readonly expiresSeconds: number }> {
    await this.start();
    const registration = (this.#registration ??= this.#newRegistration());
    return new Promise((resolve, reject: (error: SipError) => void) => {
      const offs = [
        registration.events.on('registered', (granted) => settle(() => resolve(granted))),
        registration.events.on('refused', (error) => settle(() => reject(error))),
        registration.events.on('lost', (error) => settle(() => reject(error))),
      ];
      const settle = (act: () => void): void => {
        for (const off of offs) off();
        act();
      };
      registration.register();
    });
  }

  /** Takes the binding away; resolves when the registrar knows, or cannot be told. */
  async unregister(): Promise<void> {
    const registration = this.#registration;
    if (registration === undefined || registration.state === 'Unregistered') return;
    await new Promise<void>((resolve) => {
      const off = registration.events.on('ended', () => {
        off();
        resolve();
      });
      registration.unregister();
    });
  }

  /** Calls `target`; throws SIP_PARSE_URI when it is no SIP address. */
  call(target: string, options: CallOptions = {}): OutgoingCall<Media> {
    const uri = sipUriOf(target);
    const media = this.#options.media.open();
    const session = new OutgoingSession({
      id: this.#nextId(),
      surroundings: this.#surroundings,
      target: uri,
      from: this.#party,
      to: `<${formatUri(uri)}>`,
      negotiator: media,
      offerless: options.offerless ?? false,
      headers: options.headers ?? [],
    });
    const call = new OutgoingCall(session, media, options.signal);
    const giveUp = (): void => session.abort();
    this.#open.add(giveUp);
    session.events.on('failed', () => this.#open.delete(giveUp));
    session.events.on('session', () => this.#open.delete(giveUp));
    void this.start().then(
      () => session.start(),
      () => session.abort(),
    );
    return call;
  }

  /** Asks `target` what it can do (RFC 3261 §11); resolves with its final response, rejects with SIP_TIMEOUT or SIP_TRANSPORT. */
  async options(target: string): Promise<Response> {
    const uri = sipUriOf(target);
    await this.start();
    const request = outsideRequest(
      {
        method: 'OPTIONS',
        uri,
        from: this.#party,
        to: `<${formatUri(uri)}>`,
        headers: [['Contact', this.#surroundings.contactTowards(this.#nextHop ?? uri)], ...abilityHeaders(this.#product)],
      },
      this.#endpoint.random,
    );
    const { authentication, nextHop } = this.#surroundings;
    return new Promise((resolve, reject: (error: SipError) => void) => {
      this.#endpoint.run(() => {
        sendWithAuth(
          this.#endpoint,
          request,
          { authentication, nextHop },
          {
            response: (response) => {
              if (response.status >= 200) resolve(response);
            },
            failed: (_status, error) => reject(error),
          },
        );
      });
    });
  }

  /** Hangs up every call, takes the registration away, and closes the transports; each step within its own deadline. */
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

  get #product(): string {
    return this.#options.product ?? 'Offhook';
  }

  async #close(): Promise<void> {
    this.#incoming.end();
    for (const giveUp of [...this.#open]) giveUp();
    const endings = [...this.#dialogs.values()].map(({ usage }) => ending(usage));
    await this.#within(Promise.all([...endings, this.unregister()]));
    this.#registration?.stop();
    await this.#endpoint.close();
  }

  // BYE and REGISTER have 32 s to be answered; a program that ends does not wait so long for a peer that is gone.
  #within(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const deadline = this.#endpoint.clock.after(2000, resolve);
      void work.finally(() => {
        deadline.cancel();
        resolve();
      });
    });
  }

  #newRegistration(): Registration {
    const registrar: SipUri = { scheme: this.#aor.scheme, host: this.#aor.host, parameters: noParameters, ...port(this.#aor) };
    return new Registration({
      endpoint: this.#endpoint,
      aor: formatUri(this.#aor),
      party: this.#party,
      registrar,
      nextHop: this.#nextHop,
      authentication: this.#surroundings.authentication,
      contactUri: () => this.#contactUri(this.#protocolTowards(this.#nextHop ?? registrar)),
      expiresSeconds: this.#options.expiresSeconds ?? 3600,
      headers: [['User-Agent', this.#product]],
    });
  }

  #invited(request: Request, transaction: InviteServer): IncomingSession {
    let opened: Media | undefined;
    const session = new IncomingSession({
      id: this.#nextId(),
      surroundings: this.#surroundings,
      request,
      transaction,
      openMedia: () => (opened = this.#options.media.open()),
    });
    const refuse = (): void => session.reject({ status: 480 });
    this.#open.add(refuse);
    session.events.on('ended', () => this.#open.delete(refuse));
    session.events.on('session', () => this.#open.delete(refuse));
    this.#incoming.push(new IncomingCall(session, () => openedMedia(opened)));
    return session;
  }

  #nextId(): string {
    this.#calls += 1;
    return `${this.#endpoint.name}-${this.#calls}-${this.#endpoint.random.token(40)}`;
  }

  // RFC 3263 §4.1 without DNS: what the URI says, else the first transport that we have.
  #protocolTowards(uri: Uri): Protocol {
    const protocols = this.#endpoint.transports.map(({ protocol }) => protocol);
    const wanted = isSipUri(uri) ? uri.parameters.get('transport')?.toUpperCase() : undefined;
    const fitting = protocols.find((protocol) => protocol === wanted || (wanted === 'WS' && protocol === 'WSS'));
    if (fitting !== undefined) return fitting;
    return protocols.includes('UDP') ? 'UDP' : (protocols[0] ?? 'UDP');
  }

  #contactUri(protocol: Protocol): string {
    const { host, port: portNumber } = this.#endpoint.sentBy(protocol);
    const parameters = protocol === 'UDP' ? noParameters : new Map([['transport', transportName(protocol)]]);
    const user = this.#aor.user === undefined ? '' : `${this.#aor.user}@`;
    const where = portNumber === undefined ? formatHost(host) : `${formatHost(host)}:${portNumber}`;
    return `sip:${user}${where}${formatParameters(parameters)}`;
  }
}

// RFC 7118 §5.2: `ws` in URIs, for WSS too.
function transportName(protocol: Protocol): string {
  return protocol === 'WSS' ? 'ws' : protocol.toLowerCase();
}

function protocolOf(request: Request): Protocol {
  const { protocol } = request.topVia;
  return protocol === 'TCP' || protocol === 'TLS' || protocol === 'WS' || protocol === 'WSS' ? protocol : 'UDP';
}

function port(uri: SipUri): { readonly port?: number } {
  return uri.port === undefined ? {} : { port: uri.port };
}

function ending(usage: DialogUsage): Promise<unknown> {
  if (!(usage instanceof Session)) return Promise.resolve();
  const ended = new Promise((resolve) => {
    usage.events.on('ended', resolve);
  });
  usage.hangUp();
  return ended;
}

function openedMedia<Media>(media: Media | undefined): Media {
  if (media === undefined) throw new SipError('SIP_STATE', { message: 'The call has no media yet' });
  return media;
}

function authenticationOf(account: Account, user: string): Authentication | undefined {
  if (account.password === undefined) return undefined;
  return {
    credentials: { username: account.username ?? user, password: account.password, realm: account.realm },
    memory: new NonceMemory(),
  };
}
