// What the four transactions take and tell: their surroundings, their users, and how the table sees them.
import type { Clock } from '../base/clock.ts';
import type { Tap, TransactionKind } from '../base/tap.ts';
import type { Request, Response } from '../message/message.ts';
import type { TransactionSettings } from './timers.ts';

/** What an endpoint gives to each of its transactions. */
export interface TransactionSurroundings {
  readonly clock: Clock;
  readonly tap: Tap | undefined;
  /** Name of the endpoint, for observations. */
  readonly endpoint: string;
  readonly settings: TransactionSettings;
  /** The endpoint's queue; timer events go through it. */
  readonly run: (event: () => void) => void;
  /** Called once, when the transaction is in Terminated: the table forgets it (RFC 3261 §17.1.1.2). */
  readonly ended: (transaction: Transaction) => void;
}

/** One of the four transactions, as the table and the endpoint see it. */
export interface Transaction {
  /** Unique among the live transactions of an endpoint; in observations it says which transaction is meant. */
  readonly id: string;
  readonly kind: TransactionKind;
  /** What messages are matched by (RFC 3261 §17.1.3, §17.2.3). */
  readonly key: string;
  /** The figure's state. */
  readonly state: string;
  /** True once the final response is out or in, and only repeats are waited for. */
  readonly finished: boolean;
  /** The request that created it; undefined once it is finished, so that it takes no memory. */
  readonly request: Request | undefined;
  /** Set by the table; called once, when the transaction becomes finished. */
  whenFinished: (() => void) | undefined;
  /** Stops all timers without telling anybody; for an endpoint that is being closed. */
  stop(): void;
}

/** What a client transaction tells its transaction user (TU). */
export interface ClientUser {
  /** Each provisional response, the final one, and each further 2xx to an INVITE (RFC 6026 §7.2). */
  response(response: Response): void;
  /** No final response came: Timer B or F fired, or 64*T1 passed after a CANCEL; counts as 408 (RFC 3261 §8.1.3.1). */
  timeout(): void;
  /** The request could not be sent; counts as 503 (RFC 3261 §8.1.3.1). Follows a 3xx-6xx when its ACK could not be sent. */
  transportError(error: Error): void;
  /** The transaction is in Terminated. */
  ended?(): void;
}

/** What a server transaction tells its transaction user (TU). */
export interface ServerUser {
  /** An ACK that matches an accepted INVITE (RFC 6026 §7.1). */
  ack?(ack: Request): void;
  /** A response could not be sent; the transaction goes on (RFC 6026 §8.8). */
  transportError?(error: Error): void;
  /** No ACK came to a 3xx-6xx: Timer H fired (RFC 3261 §17.2.1). */
  timeout?(): void;
  /** The transaction is in Terminated. */
  ended?(): void;
}

/** What a client transaction is made of. */
export interface ClientOptions {
  readonly surroundings: TransactionSurroundings;
  /** With its Via on top: the branch is the transaction's key. */
  readonly request: Request;
  /** Whether its flow is reliable, so that nothing is sent twice. */
  readonly reliable: boolean;
  /** Sends to where the request goes, always the same address, port and transport; `repeat` when sent before. */
  readonly send: (request: Request, repeat: boolean) => void;
  readonly user: ClientUser;
}

/** What a server transaction is made of. */
export interface ServerOptions {
  readonly surroundings: TransactionSurroundings;
  readonly request: Request;
  /** The request's `serverKey`, for who has made it already. */
  readonly key?: string | undefined;
  /** Whether the flow on which it came is reliable, so that nothing is sent twice. */
  readonly reliable: boolean;
  /** The one To tag of all responses that this element makes (RFC 3261 §8.2.6.2). */
  readonly localTag: string;
  /** Sends to where the responses go; `repeat` when the same was sent before. */
  readonly send: (response: Response, repeat: boolean) => void;
}
