// An endpoint: transports below, a core above, and between them the transactions.
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import type { Logger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { Random } from '../base/random.ts';
import type { Closable } from '../base/scope.ts';
import type { Tap } from '../base/tap.ts';
import type { Message, Request, Response } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import type { MessageProblem } from '../message/problem.ts';
import { createResponse } from '../message/respond.ts';
import type { Uri } from '../message/uri.ts';
import { TransactionTable } from '../transaction/table.ts';
import { defaultSettings } from '../transaction/timers.ts';
import type { TransactionSettings } from '../transaction/timers.ts';
import type { Resolver } from '../transport/resolver.ts';
import type { Flow, FlowListener, Protocol, Target, Transport } from '../transport/port.ts';
import { AvoidedTargets } from './avoided.ts';
import { sendAck } from './ack.ts';
import { keepFlow, KeptFlows, receiveKeepAlive } from './keep-alive.ts';
import type { KeepFlowOptions } from './keep-alive.ts';
import type { Core, EndpointCounters, EndpointParts } from './parts.ts';
import { EventQueue } from './queue.ts';
import { receive, refuse } from './receive.ts';
import { sendRequest } from './send.ts';
import type { RequestUser, SendOptions, SentRequest } from './send.ts';
import { Unanswered } from './unanswered.ts';
import { WaitingRoom } from './waiting.ts';
import { sentBy, transmit } from './wire.ts';

/** What an endpoint is made of; everything but the name and the transports has a system default. */
export interface EndpointOptions {
  /** Shown in observations and logs: `server`, `alice`. */
  readonly name: string;
  /** In order of preference. */
  readonly transports: readonly Transport[];
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly log?: Logger | undefined;
  readonly tap?: Tap | undefined;
  /** T1, T2 and T4 in milliseconds (RFC 3261 appendix A). */
  readonly settings?: TransactionSettings | undefined;
  /** Turns host names into addresses; without it only numeric hosts can be reached. */
  readonly resolver?: Resolver | undefined;
  /** Host for Via and Contact in place of the one that the transports are bound to. */
  readonly advertisedHost?: string | undefined;
}

/**
 * Finds the transaction of every message and keeps the invariant of the whole stack: **one event runs to its end before
 * the next begins**. Timers, datagrams, media results and calls of the application all enter through `run`.
 */
export class Endpoint implements Closable {
  readonly #parts: EndpointParts;
  readonly #core: Core;
  #started = false;
  #closing: Promise<void> | undefined;

  constructor(options: EndpointOptions, core: Core) {
    this.#core = core;
    this.#parts = partsOf(options, () => this.#core);
  }

  get name(): string {
    return this.#parts.name;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get random(): Random {
    return this.#parts.random;
  }

  get log(): Logger {
    return this.#parts.log;
  }

  get tap(): Tap | undefined {
    return this.#parts.tap;
  }

  get settings(): TransactionSettings {
    return this.#parts.settings;
  }

  get transports(): readonly Transport[] {
    return this.#parts.transports;
  }

  get counters(): Readonly<EndpointCounters> {
    return this.#parts.counters;
  }

  /** How many transactions live. */
  get transactionCount(): number {
    return this.#parts.transactions.size;
  }

  /** How many of them still wait for a final response. */
  get unfinishedCount(): number {
    return this.#parts.transactions.unfinished;
  }

  /** How many events have thrown: always a fault of ours. */
  get faults(): number {
    return this.#parts.queue.faults;
  }

  /** Starts the transports; when one cannot start, those before it are closed and its error is thrown. */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const listener = this.#listener();
    try {
      for (const transport of this.#parts.transports) await transport.listen(listener);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Runs `event` as the next event of this endpoint. */
  run(event: () => void): void {
    this.#parts.queue.run(event);
  }

  /** Does `act` within the event that runs; what it throws is counted as a fault and goes no further. */
  guard(act: () => void): void {
    this.#parts.queue.guard(act);
  }

  /** Sends a request that has no Via yet, in a transaction of its own. */
  send(request: Request, options: SendOptions, user: RequestUser): SentRequest {
    return sendRequest(this.#parts, request, options, user);
  }

  /**
   * Sends an ACK to a 2xx: no transaction guards it, so it is sent again with the same bytes for each repeat of the 2xx
   * (RFC 3261 §13.2.2.4). Returns what sends it.
   */
  sendAck(ack: Request, hop?: Uri, mayReach?: (target: Target) => boolean): () => void {
    return sendAck(this.#parts, ack, hop, mayReach);
  }

  /** Sends a request without any transaction: a proxy's ACK (RFC 3261 §16.6 with §17.1.1.3). */
  forwardAck(ack: Request, hop?: Uri, mayReach?: (target: Target) => boolean): void {
    this.sendAck(ack, hop, mayReach);
  }

  /** Sends a response without a transaction, on the flow of its request. */
  sendResponse(response: Response, flow: Flow): void {
    transmit(this.#parts, response, flow, {}, () => undefined);
  }

  /** Asks now, on each flow that is kept alive, whether it works: there is reason to doubt it. */
  checkFlows(): void {
    this.run(() => this.#parts.kept.check());
  }

  /** Keeps `flow` alive from now on (RFC 5626 §4.4); returns what stops that. */
  keepAlive(flow: Flow, options: KeepFlowOptions): () => void {
    return keepFlow(this.#parts, flow, options);
  }

  /** Host and port by which messages over `protocol` reach us, for Contact, Record-Route and Path. */
  sentBy(
    protocol: Protocol,
    flow?: Flow,
  ): { readonly host: string; readonly port: number | undefined } {
    return sentBy(this.#parts, protocol, flow);
  }

  /** Closes the transports and forgets every transaction; requests that wait for an answer fail with SIP_CLOSED. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.run(() => {
        this.#forget();
        resolve();
      });
    });
    await Promise.all(this.#parts.transports.map((transport) => transport.close()));
  }

  #forget(): void {
    const { transactions, waiting, unanswered } = this.#parts;
    this.#parts.closed = true;
    const { clients, servers } = transactions;
    for (const transaction of [...clients.values(), ...servers.values()]) transaction.stop();
    clients.clear();
    servers.clear();
    unanswered.close();
    this.#parts.kept.close();
    this.#parts.connected.clear();
    waiting.close();
  }

  #listener(): FlowListener {
    const parts = this.#parts;
    return {
      received: (bytes, flow) => {
        if (!parts.closed) parts.queue.run(() => receive(parts, bytes, flow));
      },
      keepAlive: (bytes, flow) => {
        if (!parts.closed) parts.queue.run(() => receiveKeepAlive(parts, bytes, flow));
      },
      framingLost: (bytes, reason, flow) =>
        parts.queue.run(() => this.#framingLost(bytes, reason, flow)),
      opened: (flow) => parts.queue.run(() => this.#flowOpened(flow)),
      closed: (flow, error) => parts.queue.run(() => this.#flowClosed(flow, error)),
    };
  }

  // RFC 3261 §18.3: the stream is lost, but the one who sent it may still be told why.
  #framingLost(bytes: Uint8Array, reason: string, flow: Flow): void {
    const parsed = parseMessage(bytes);
    const wrong: MessageProblem = parsed.ok
      ? { code: 'SIP_PARSE', status: 400, text: reason }
      : { ...parsed.error, text: reason };
    const answer = parsed.ok ? badRequest(parsed.value) : parsed.error.answer;
    refuse(this.#parts, answer === undefined ? wrong : { ...wrong, answer }, bytes, flow);
  }

  #flowOpened(flow: Flow): void {
    this.#parts.connected.add(flow.id);
    this.#observeFlow(flow, 'opened', undefined);
  }

  #flowClosed(flow: Flow, error: Error | undefined): void {
    this.#parts.connected.delete(flow.id);
    this.#observeFlow(flow, error === undefined ? 'closed' : 'failed', error?.message);
    this.#parts.waiting.flowFailed(flow, error ?? new Error('The connection was closed'));
    this.#core.flowClosed?.(flow, error);
  }

  #observeFlow(
    flow: Flow,
    event: 'opened' | 'closed' | 'failed',
    reason: string | undefined,
  ): void {
    const { tap, clock, name } = this.#parts;
    const { id, protocol, local, remote } = flow;
    tap?.observe({
      v: 1,
      kind: 'flow',
      at: clock.wall(),
      endpoint: name,
      flow: id,
      event,
      protocol,
      local,
      remote,
      reason,
    });
  }
}

// The message by itself is well formed; what is wrong is where it ends, such as a missing Content-Length (RFC 3261 §18.3).
function badRequest(message: Message): Response | undefined {
  return message.kind === 'response' || message.method === 'ACK'
    ? undefined
    : createResponse(message, 400);
}

function partsOf(options: EndpointOptions, core: () => Core): EndpointParts {
  const { name, transports, resolver, advertisedHost } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const log = options.log ?? silentLogger;
  const settings = options.settings ?? defaultSettings;
  const queue = new EventQueue(log);
  const tap = options.tap === undefined ? undefined : guarded(options.tap, queue);
  const transactions = new TransactionTable();
  const milliseconds = 64 * settings.t1;
  const unanswered = new Unanswered({ clock, run: queue.run, milliseconds });
  return {
    name,
    clock,
    random,
    log,
    tap,
    settings,
    transports,
    resolver,
    advertisedHost,
    refusalTag: random.token(),
    unreachableHost: `${random.token(60)}.invalid`,
    queue,
    transactions,
    surroundings: {
      clock,
      tap,
      endpoint: name,
      settings,
      run: queue.run,
      ended: (transaction) => {
        transactions.remove(transaction);
        unanswered.forget(transaction);
      },
    },
    counters: {
      malformed: 0,
      answeredMalformed: 0,
      strayResponses: 0,
      strayRequests: 0,
      refusedWhenFull: 0,
    },
    sentBys: new Set(),
    connected: new Set(),
    waiting: new WaitingRoom(),
    avoided: new AvoidedTargets(clock),
    kept: new KeptFlows(),
    unanswered,
    closed: false,
    core,
  };
}

// An observer that throws must not stop what it observes.
function guarded(tap: Tap, queue: EventQueue): Tap {
  return { observe: (observation) => queue.guard(() => tap.observe(observation)) };
}
