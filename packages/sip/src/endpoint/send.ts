// The way down for a request: targets are found, a client transaction is made for each that is tried (RFC 3261 §8.1.2).
import { SipError } from '../message/errors.ts';
import { prependHeader, setHeader } from '../message/edit.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import { InviteClient } from '../transaction/invite-client.ts';
import { NonInviteClient } from '../transaction/non-invite-client.ts';
import type { ClientOptions } from '../transaction/transaction.ts';
import type { Timer } from '../base/clock.ts';
import { retryAfter } from '../message/header/retry-after.ts';
import type { Flow, Target } from '../transport/port.ts';
import { sendCancel } from './cancel.ts';
import { fitting, isFlow, nextHop, permitted, waysTo, worthTrying } from './hop.ts';
import type { Attempt } from './hop.ts';
import type { EndpointParts } from './parts.ts';
import type { Waiting } from './waiting.ts';
import { flowTo, newVia, transmit } from './wire.ts';

/** Who sent a request and wants to know what became of it. */
export interface RequestUser {
  /** Each 1xx and the final response; for INVITE each further 2xx too. */
  response(response: Response, transaction: string): void;
  /** No final response came: 408 for silence, 503 for no way (RFC 3261 §8.1.3.1), 487 when cancelled before it was answered. */
  failed(status: 408 | 487 | 503, error: SipError): void;
  /** The last transaction is in Terminated: nothing more comes. */
  ended?(): void;
}

/** Where a request goes other than where its Route or Request-URI says. */
export interface SendOptions {
  /** The next hop instead: an outbound proxy. */
  readonly nextHop?: Uri | undefined;
  /** This very flow, and no other. */
  readonly flow?: Flow | undefined;
  /** True for what may be larger than 1300 bytes only where congestion is controlled (RFC 3428 §8). */
  readonly congestionControl?: boolean | undefined;
  /** False for an address to which it must not be sent; every address that is found is asked about. */
  readonly mayReach?: ((target: Target) => boolean) | undefined;
  /** What the branch parameter ends with: a mark by which a proxy knows a loop (RFC 5393 §4.2.1). */
  readonly branchEnd?: string | undefined;
  /** Offers to keep the flow to the next hop alive (RFC 6223 §4.3). */
  readonly keep?: boolean | undefined;
  /** Makes the Contact, which depends on the flow that is found (RFC 3261 §8.1.1.8). */
  readonly contact?: ((flow: Flow, request: Request) => string) | undefined;
}

/** A request under way. */
export interface SentRequest {
  /** RFC 3261 §9.1: CANCEL as soon as that is allowed; for INVITE only. */
  cancel(headers?: readonly HeaderInit[]): void;
  /** Id of the transaction that is tried now, for the tap. */
  readonly transaction: string | undefined;
  /** The flow that is tried now; undefined before there is one. */
  readonly flow: Flow | undefined;
}

/** Sends `request`, which has no Via yet, to the first target that answers (RFC 3263 §4.3). */
export function sendRequest(
  parts: EndpointParts,
  request: Request,
  options: SendOptions,
  user: RequestUser,
): SentRequest {
  const sending = new Sending(parts, request, options, user);
  if (options.flow !== undefined) sending.tryFlows([options.flow]);
  else sending.locate(options.nextHop ?? nextHop(request));
  return sending;
}

type Client = InviteClient | NonInviteClient;

class Sending implements SentRequest {
  readonly #parts: EndpointParts;
  /** Until the final response: after that nothing is sent any more, and many of these live for half a minute. */
  #request: Request | undefined;
  /** Until then too, and so the target. */
  #options: SendOptions;
  readonly #user: RequestUser;
  #left: Attempt[] = [];
  /** Where the request is now; undefined when it was given a flow. */
  #target: Target | undefined;
  #client: Client | undefined;
  #patience: Timer | undefined;
  /** When a request other than INVITE is given up, by the clock's `now()`. */
  #deadline: number | undefined;
  #flow: Flow | undefined;
  /**
   * Until when the end of a connection that was up before means that it was gone already, by the clock's `now()`: as long as
   * nothing came back, for one round trip. Undefined where that cannot be, or was so once.
   */
  #staleUntil: number | undefined;
  #renewed = false;
  #cancelled = false;
  #answered = false;
  #over = false;

  constructor(parts: EndpointParts, request: Request, options: SendOptions, user: RequestUser) {
    this.#parts = parts;
    this.#request = request;
    this.#options = options;
    this.#user = user;
  }

  get transaction(): string | undefined {
    return this.#client?.id;
  }

  get flow(): Flow | undefined {
    return this.#flow;
  }

  tryFlows(flows: readonly Flow[]): void {
    this.#left = [...flows];
    this.#tryNext(503, undelivered);
  }

  locate(hop: Uri): void {
    waysTo(this.#parts, hop, (ways) => {
      if (this.#over) return;
      if (!ways.ok) {
        this.#tryNext(503, () => ways.error);
        return;
      }
      // RFC 3261 §21.5.4: what rests gets nothing new; a request within a dialog is not new.
      const allowed = permitted(ways.value, this.#options.mayReach);
      const worth = worthTrying(this.#parts, allowed, this.#request?.toTag !== undefined);
      this.#left = this.#fitting(worth);
      if (this.#left.length > 1) this.#shareTime();
      const none = allowed.length === 0 ? undelivered : worth.length === 0 ? resting : tooLarge;
      this.#tryNext(503, this.#left.length === 0 ? none : undelivered);
    });
  }

  // Only a request whose Contact follows its flow may change its transport: a proxy has said in Record-Route how it goes on.
  #fitting(ways: readonly Attempt[]): Attempt[] {
    const { contact, congestionControl = false } = this.#options;
    const request = this.#request;
    if (request === undefined || (contact === undefined && !congestionControl)) return [...ways];
    return [...fitting(this.#parts, request, ways, congestionControl)];
  }

  // RFC 4321 §1.1: who asked waits 64*T1 in all, so the targets of a request other than INVITE share that time.
  #shareTime(): void {
    if (this.#request?.method === 'INVITE') return;
    this.#deadline = this.#parts.clock.now() + 64 * this.#parts.settings.t1;
  }

  cancel(headers: readonly HeaderInit[] = []): void {
    this.#cancelled = true;
    if (this.#client instanceof InviteClient) {
      const flow = this.#flow;
      this.#client.cancel((cancel) => {
        if (flow !== undefined) sendCancel(this.#parts, cancel, flow);
      }, headers);
    } else if (this.#client === undefined && !this.#over) this.#giveUp();
  }

  // The error is made only when it is needed: with its stack it costs as much as parsing a message.
  #tryNext(status: 408 | 503, error: () => SipError): void {
    if (this.#parts.closed) {
      this.#fail(503, new SipError('SIP_CLOSED', { status: 503 }));
      return;
    }
    if (this.#cancelled) {
      this.#giveUp();
      return;
    }
    for (let attempt = this.#left.shift(); attempt !== undefined; attempt = this.#left.shift()) {
      const flow = isFlow(attempt) ? attempt : flowTo(this.#parts, attempt);
      if (flow !== undefined) {
        this.#target = isFlow(attempt) ? undefined : attempt;
        this.#start(flow);
        return;
      }
    }
    this.#fail(status, error());
  }

  // Nothing is out that a CANCEL could reach.
  #giveUp(): void {
    this.#fail(487, new SipError('SIP_CANCELLED', { status: 487 }));
  }

  #fail(status: 408 | 487 | 503, error: SipError): void {
    this.#parts.queue.guard(() => this.#user.failed(status, error));
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#patience?.cancel();
    this.#parts.queue.guard(() => this.#user.ended?.());
  }

  #start(flow: Flow): void {
    const parts = this.#parts;
    const { contact, branchEnd, keep } = this.#options;
    const asked = this.#request;
    if (asked === undefined) return;
    const reach = contact === undefined ? [] : [setHeader('Contact', contact(flow, asked))];
    this.#flow = flow;
    const wasUp = !this.#renewed && parts.connected.has(flow.id);
    this.#staleUntil = wasUp ? parts.clock.now() + parts.settings.t1 : undefined;
    const request = asked.with(
      prependHeader('Via', newVia(parts, flow, { branchEnd, keep })),
      ...reach,
    );
    const client = this.#newClient(request, flow);
    this.#client = client;
    parts.transactions.addClient(client);
    client.start();
    this.#watch(client);
  }

  // A target that says nothing at all, not even 100 (RFC 4320 §4.1), leaves the rest of the time to the others.
  #watch(client: Client): void {
    this.#patience?.cancel();
    if (this.#deadline === undefined || client !== this.#client || this.#over) return;
    const { clock, queue, transactions } = this.#parts;
    const share = Math.max(this.#deadline - clock.now(), 0) / (this.#left.length + 1);
    this.#patience = clock.after(share, () =>
      queue.run(() => {
        if (client !== this.#client || client.state !== 'Trying') return;
        client.stop();
        transactions.remove(client);
        this.#failed(client, 408, new SipError('SIP_TIMEOUT', { status: 408 }));
      }),
    );
  }

  #newClient(request: Request, flow: Flow): Client {
    const parts = this.#parts;
    const waiting: Waiting = {
      flowFailed: (error) => this.#flowFailed(client, flow, error),
      abandoned: () => this.#abandoned(),
    };
    const options: ClientOptions = {
      surroundings: parts.surroundings,
      request,
      reliable: flow.reliable,
      send: (message, repeat) =>
        transmit(parts, message, flow, { transaction: client, repeat }, (error) =>
          client.transportFailed(error),
        ),
      user: {
        response: (response) => this.#response(response, client),
        timeout: () => this.#failed(client, 408, new SipError('SIP_TIMEOUT', { status: 408 })),
        transportError: (cause) => this.#failed(client, 503, unsent(cause)),
        ended: () => {
          parts.waiting.remove(flow, waiting);
          if (this.#answered && client === this.#client) this.#end();
        },
      },
    };
    const client: Client =
      request.method === 'INVITE' ? new InviteClient(options) : new NonInviteClient(options);
    parts.waiting.add(flow, waiting);
    return client;
  }

  #response(response: Response, client: Client): void {
    this.#staleUntil = undefined;
    if (this.#target !== undefined) this.#judge(this.#target, response);
    // RFC 3263 §4.3: a 503 sends us to the next target, as long as there is one.
    if (response.status === 503 && this.#left.length > 0) {
      this.#tryNext(503, () => new SipError('SIP_TRANSPORT', { status: 503, response }));
      return;
    }
    this.#patience?.cancel();
    if (response.status >= 200) {
      this.#answered = true;
      this.#request = undefined;
      this.#options = nothingMore;
      this.#target = undefined;
    }
    this.#parts.queue.guard(() => this.#user.response(response, client.id));
  }

  // RFC 3261 §21.5.4: only with Retry-After does a 503 speak for the requests to come; without, it counts as 500.
  #judge(target: Target, response: Response): void {
    const { avoided } = this.#parts;
    const rest = response.status === 503 ? response.get(retryAfter) : undefined;
    if (rest === undefined) avoided.trust(target);
    else avoided.rest(target, rest.seconds);
  }

  #failed(client: Client, status: 408 | 503, error: SipError): void {
    // After a final answer this can only be the ACK to it that could not be sent (RFC 3261 §17.1.1.2): the answer stands.
    if (this.#answered || client !== this.#client) return;
    if (status === 503 && this.#renew()) return;
    if (this.#target !== undefined && !this.#cancelled) this.#parts.avoided.suspect(this.#target);
    this.#tryNext(status, () => error);
  }

  // RFC 3261 §18.4: a connection may end unheard; what was written on it then goes once more, on a new one, where there may be one.
  #renew(): boolean {
    const { clock } = this.#parts;
    const isStale = this.#staleUntil !== undefined && clock.now() <= this.#staleUntil;
    const { flow, nextHop: hop } = this.#options;
    if (!isStale || this.#cancelled || flow !== undefined || this.#request === undefined)
      return false;
    this.#renewed = true;
    if (this.#target === undefined) this.locate(hop ?? nextHop(this.#request));
    else {
      this.#left.unshift(this.#target);
      this.#tryNext(503, undelivered);
    }
    return true;
  }

  #flowFailed(client: Client, flow: Flow, error: Error): void {
    client.transportFailed(error);
    const { transports, transactions } = this.#parts;
    const mayCallBack = transports.some(
      ({ protocol, local }) => protocol === flow.protocol && local !== undefined,
    );
    if (client.finished || client.state === 'Terminated' || mayCallBack) return;
    // RFC 7118 §5.3: nobody can connect to us, so an INVITE that rings gets no answer any more either.
    client.stop();
    transactions.remove(client);
    this.#failed(client, 503, unsent(error));
  }

  #abandoned(): void {
    if (!this.#answered) this.#fail(503, new SipError('SIP_CLOSED', { status: 503 }));
    else this.#end();
  }
}

const nothingMore: SendOptions = {};

function undelivered(): SipError {
  return new SipError('SIP_TRANSPORT', { status: 503 });
}

function resting(): SipError {
  const message = 'Every server there asked to be left alone for a while';
  return new SipError('SIP_TRANSPORT', { status: 503, message });
}

function tooLarge(): SipError {
  const message = 'It is too large for UDP, and no other transport leads there';
  return new SipError('SIP_TOO_LARGE', { message });
}

function unsent(cause: Error): SipError {
  return new SipError('SIP_TRANSPORT', { status: 503, cause });
}
