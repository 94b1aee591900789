// The way down for a request: targets are found, a client transaction is made for each that is tried (RFC 3261 §8.1.2).
import { SipError } from '../message/errors.ts';
import { prependHeader } from '../message/edit.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import { InviteClient } from '../transaction/invite-client.ts';
import { NonInviteClient } from '../transaction/non-invite-client.ts';
import type { ClientOptions } from '../transaction/transaction.ts';
import type { Flow } from '../transport/port.ts';
import { viaFor } from '../transport/via.ts';
import { nextHop, waysTo } from './hop.ts';
import type { Attempt } from './hop.ts';
import type { EndpointParts } from './parts.ts';
import { flowTo, sentBy, transmit } from './wire.ts';

/** Who sent a request and wants to know what became of it. */
export interface RequestUser {
  /** Each 1xx and the final response; for INVITE each further 2xx too. */
  response(response: Response, transaction: string): void;
  /** No final response came: 408 for silence, 503 for no way (RFC 3261 §8.1.3.1), 487 when cancelled before it left. */
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
}

/** A request under way. */
export interface SentRequest {
  /** RFC 3261 §9.1: CANCEL as soon as that is allowed; for INVITE only. */
  cancel(headers?: readonly HeaderInit[]): void;
  /** Id of the transaction that is tried now, for the tap. */
  readonly transaction: string | undefined;
}

/** Sends `request`, which has no Via yet, to the first target that answers (RFC 3263 §4.3). */
export function sendRequest(
  parts: EndpointParts,
  request: Request,
  options: SendOptions,
  user: RequestUser,
): SentRequest {
  const sending = new Sending(parts, request, user);
  if (options.flow !== undefined) sending.tryFlows([options.flow]);
  else sending.locate(options.nextHop ?? nextHop(request));
  return sending;
}

class Sending implements SentRequest {
  readonly #parts: EndpointParts;
  readonly #request: Request;
  readonly #user: RequestUser;
  #left: Attempt[] = [];
  #client: InviteClient | NonInviteClient | undefined;
  #flow: Flow | undefined;
  #cancelled = false;
  #answered = false;

  constructor(parts: EndpointParts, request: Request, user: RequestUser) {
    this.#parts = parts;
    this.#request = request;
    this.#user = user;
  }

  get transaction(): string | undefined {
    return this.#client?.id;
  }

  tryFlows(flows: readonly Flow[]): void {
    this.#left = [...flows];
    this.#tryNext(503, new SipError('SIP_TRANSPORT', { status: 503 }));
  }

  locate(hop: Uri): void {
    waysTo(this.#parts, hop, (ways) => {
      if (ways.ok) this.#left = [...ways.value];
      this.#tryNext(503, ways.ok ? new SipError('SIP_TRANSPORT', { status: 503 }) : ways.error);
    });
  }

  cancel(headers: readonly HeaderInit[] = []): void {
    this.#cancelled = true;
    if (this.#client instanceof InviteClient) {
      this.#client.cancel((cancel) => this.#sendCancel(cancel), headers);
    }
  }

  #tryNext(status: 408 | 503, error: SipError): void {
    if (this.#cancelled) {
      this.#user.failed(487, new SipError('SIP_CANCELLED', { status: 487 }));
      this.#user.ended?.();
      return;
    }
    for (let attempt = this.#left.shift(); attempt !== undefined; attempt = this.#left.shift()) {
      const flow = 'send' in attempt ? attempt : flowTo(this.#parts, attempt);
      if (flow !== undefined) {
        this.#start(flow);
        return;
      }
    }
    this.#user.failed(status, error);
    this.#user.ended?.();
  }

  #start(flow: Flow): void {
    const { parts, via } = { parts: this.#parts, via: this.#via(flow) };
    this.#flow = flow;
    const client = this.#newClient(this.#request.with(prependHeader('Via', via)), flow, (error) =>
      client.transportFailed(error),
    );
    this.#client = client;
    parts.transactions.addClient(client);
    waitOn(parts, flow, client);
    client.start();
  }

  #via(flow: Flow): string {
    const { host, port } = sentBy(this.#parts, flow.protocol, flow);
    const branch = `z9hG4bK${this.#parts.random.token(80)}`;
    return viaFor({ protocol: flow.protocol, host, port, branch, rport: flow.protocol === 'UDP' });
  }

  #newClient(request: Request, flow: Flow, failed: (error: Error) => void): InviteClient | NonInviteClient {
    const options: ClientOptions = {
      surroundings: this.#parts.surroundings,
      request,
      reliable: flow.reliable,
      send: (message, repeat) => transmit(this.#parts, message, flow, { transaction: client.id, repeat }, failed),
      user: {
        response: (response) => this.#response(response, client.id),
        timeout: () => this.#failed(408, new SipError('SIP_TIMEOUT', { status: 408 })),
        transportError: (cause) => this.#failed(503, new SipError('SIP_TRANSPORT', { status: 503, cause })),
        ended: () => {
          stopWaiting(this.#parts, flow, client);
          if (this.#answered) this.#user.ended?.();
        },
      },
    };
    const client: InviteClient | NonInviteClient =
      request.method === 'INVITE' ? new InviteClient(options) : new NonInviteClient(options);
    return client;
  }

  #response(response: Response, transaction: string): void {
    // RFC 3263 §4.3: a 503 sends us to the next target, as long as there is one.
    if (response.status === 503 && this.#left.length > 0) {
      this.#tryNext(503, new SipError('SIP_TRANSPORT', { status: 503, response }));
      return;
    }
    if (response.status >= 200) this.#answered = true;
    this.#user.response(response, transaction);
  }

  #failed(status: 408 | 503, error: SipError): void {
    // After a final answer this can only be the ACK to it that could not be sent (RFC 3261 §17.1.1.2): the answer stands.
    if (this.#answered) return;
    this.#tryNext(status, error);
  }

  #sendCancel(cancel: Request): void {
    const flow = this.#flow;
    if (flow === undefined) return;
    const parts = this.#parts;
    // RFC 3261 §9.1: to where the INVITE went, with its branch; what is answered to it changes nothing.
    const client: NonInviteClient = new NonInviteClient({
      surroundings: parts.surroundings,
      request: cancel,
      reliable: flow.reliable,
      send: (message, repeat) =>
        transmit(parts, message, flow, { transaction: client.id, repeat }, (error) => client.transportFailed(error)),
      user: {
        response: () => undefined,
        timeout: () => undefined,
        transportError: () => undefined,
        ended: () => stopWaiting(parts, flow, client),
      },
    });
    parts.transactions.addClient(client);
    waitOn(parts, flow, client);
    client.start();
  }
}

type Waiting = InviteClient | NonInviteClient;

function waitOn(parts: EndpointParts, flow: Flow, client: Waiting): void {
  const waiting = parts.waiting.get(flow.id);
  if (waiting === undefined) parts.waiting.set(flow.id, new Set([client]));
  else waiting.add(client);
}

function stopWaiting(parts: EndpointParts, flow: Flow, client: Waiting): void {
  const waiting = parts.waiting.get(flow.id);
  waiting?.delete(client);
  if (waiting?.size === 0) parts.waiting.delete(flow.id);
}
