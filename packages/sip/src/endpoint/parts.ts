// What the files of the endpoint share: its ports, its tables, its counters, and the core above it.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Tap } from '../base/tap.ts';
import type { Request, Response } from '../message/message.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import type { NonInviteServer } from '../transaction/non-invite-server.ts';
import type { TransactionTable } from '../transaction/table.ts';
import type { TransactionSettings } from '../transaction/timers.ts';
import type { TransactionSurroundings } from '../transaction/transaction.ts';
import type { Resolver } from '../transport/resolver.ts';
import type { Flow, Transport } from '../transport/port.ts';
import type { AvoidedTargets } from './avoided.ts';
import type { KeptFlows } from './keep-alive.ts';
import type { EventQueue } from './queue.ts';
import type { Unanswered } from './unanswered.ts';
import type { WaitingRoom } from './waiting.ts';

/** A request that arrived and the transaction in which it is answered. */
export type ServerTransaction = InviteServer | NonInviteServer;

/** What stands above an endpoint: a user agent, or the core of a server. */
export interface Core {
  /** A new request, never ACK or CANCEL. It is answered by `transaction.respond`. */
  request(request: Request, transaction: ServerTransaction, flow: Flow): void;
  /**
   * True for a new request that is to be refused with 503 before anything is remembered of it, since there is more to do
   * than can be done; none is unless this is there.
   */
  refuses?(request: Request): boolean;
  /**
   * The answer to a request that is not worth a transaction: one of a dialog that is not there (RFC 3261 §12.2.2), or one
   * that has to come again with a proof.
   */
  answers?(request: Request, flow: Flow): Response | undefined;
  /** An ACK for a 2xx (RFC 3261 §13.3.1.4). It is never answered. */
  ack(ack: Request, flow: Flow): void;
  /** A CANCEL, with the INVITE that it names if that is known (RFC 3261 §9.2). */
  cancel(
    cancel: Request,
    transaction: NonInviteServer,
    cancelled: InviteServer | undefined,
    flow: Flow,
  ): void;
  /** False for a response that must be dropped before its transaction sees it; all are taken unless this is there. */
  takes?(response: Response): boolean;
  /** A connection ended or an address became unreachable; its transactions have been told. */
  flowClosed?(flow: Flow, error: Error | undefined): void;
}

/** What did not become an event, by reason. */
export interface EndpointCounters {
  malformed: number;
  answeredMalformed: number;
  strayResponses: number;
  strayRequests: number;
  refusedWhenFull: number;
}

/** The inside of an endpoint; only the files of this room see it. */
export interface EndpointParts {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly tap: Tap | undefined;
  readonly settings: TransactionSettings;
  readonly transports: readonly Transport[];
  readonly resolver: Resolver | undefined;
  readonly advertisedHost: string | undefined;
  /** To tag of every response that was sent without a transaction for want of room, by which its ACK is known. */
  readonly refusalTag: string;
  /** Stands in Via and Contact for a transport that cannot be connected to (RFC 7118 §5.3). */
  readonly unreachableHost: string;
  readonly queue: EventQueue;
  readonly transactions: TransactionTable;
  readonly surroundings: TransactionSurroundings;
  readonly counters: EndpointCounters;
  /** Each `host:port` that we put into a Via; a response to any other is not ours (RFC 3261 §18.1.2). */
  readonly sentBys: Set<string>;
  /** What waits for an answer on each flow, so that a broken one is told at once (RFC 7118 §5.3). */
  /** Ids of the connections that are up. */
  readonly connected: Set<string>;
  readonly waiting: WaitingRoom;
  /** Targets that failed lately. */
  readonly avoided: AvoidedTargets;
  /** Flows that are kept alive. */
  readonly kept: KeptFlows;
  /** Requests that the core has not answered yet. */
  readonly unanswered: Unanswered;
  /** True once the endpoint is being closed: nothing is sent any more. */
  closed: boolean;
  core(): Core;
}
