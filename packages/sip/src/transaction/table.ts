// The live transactions of one endpoint, found by the messages that belong to them.
import type { Request, Response } from '../message/message.ts';
import type { InviteClient } from './invite-client.ts';
import { InviteServer } from './invite-server.ts';
import { clientKey, hasIdentifyingBranch, legacyAckKey, serverKey } from './key.ts';
import type { NonInviteClient } from './non-invite-client.ts';
import type { NonInviteServer } from './non-invite-server.ts';

/** Either client transaction. */
export type ClientTransaction = InviteClient | NonInviteClient;

/** Either server transaction. */
export type ServerTransaction = InviteServer | NonInviteServer;

/** How many transactions a table takes before it calls itself full. */
export interface TransactionLimits {
  /** Those that still wait for a final response. */
  readonly unfinished: number;
  /** Those that only wait for repeats; each takes at most about 1 kB. */
  readonly finished: number;
}

/** 100,000 unfinished and 1,000,000 finished transactions. */
export const defaultLimits: TransactionLimits = { unfinished: 100_000, finished: 1_000_000 };

/** How far above its limits a table goes for requests within dialogs and for CANCEL. */
const reserve = 1.1;

/** Methods besides INVITE that a CANCEL might mean. */
const otherMethods = [
  'BYE',
  'INFO',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'REGISTER',
  'SUBSCRIBE',
  'UPDATE',
];

/** All transactions that are not in Terminated. Its owner calls `remove` for each that ends. */
export class TransactionTable {
  readonly clients: Map<string, ClientTransaction> = new Map();
  readonly servers: Map<string, ServerTransaction> = new Map();
  readonly limits: TransactionLimits;
  #finished = 0;
  readonly #countFinished = (): void => {
    this.#finished += 1;
  };

  constructor(limits: Partial<TransactionLimits> = {}) {
    this.limits = { ...defaultLimits, ...limits };
  }

  /** How many transactions live. */
  get size(): number {
    return this.clients.size + this.servers.size;
  }

  /** How many of them only wait for repeats. */
  get finished(): number {
    return this.#finished;
  }

  /** How many of them still wait for a final response. */
  get unfinished(): number {
    return this.size - this.#finished;
  }

  /** True when no new transaction should be made: a request is answered 503 without one (RFC 3261 §21.5.4). */
  get full(): boolean {
    return this.unfinished >= this.limits.unfinished || this.#finished >= this.limits.finished;
  }

  /** True when not even a request within a dialog gets a transaction any more: those that end calls must pass longer than new ones. */
  get crammed(): boolean {
    const { unfinished, finished } = this.limits;
    return this.unfinished >= unfinished * reserve || this.#finished >= finished * reserve;
  }

  /** Takes a new client transaction, before its `start`. Throws when its branch is in use. */
  addClient(transaction: ClientTransaction): void {
    if (this.clients.has(transaction.key))
      throw new Error(`The branch is in use: ${transaction.key}`);
    this.clients.set(transaction.key, transaction);
    this.#watch(transaction);
  }

  /** Takes a new server transaction. Throws when `matchRequest` would have found one. */
  addServer(transaction: ServerTransaction): void {
    if (this.servers.has(transaction.key))
      throw new Error(`The transaction is known: ${transaction.key}`);
    this.servers.set(transaction.key, transaction);
    this.#watch(transaction);
  }

  /** Forgets a transaction; one that is not in the table is no matter. */
  remove(transaction: { readonly key: string; readonly finished: boolean }): void {
    const { key } = transaction;
    const home = this.clients.get(key) === transaction ? this.clients : this.servers;
    if (home.get(key) !== transaction) return;
    home.delete(key);
    if (transaction.finished) this.#finished -= 1;
  }

  /** The client transaction of a response (RFC 3261 §17.1.3); a response without one is dropped (RFC 6026 §7.3). */
  matchResponse(response: Response): ClientTransaction | undefined {
    return this.clients.get(clientKey(response));
  }

  /** The server transaction of a repeated request, or of an ACK (RFC 3261 §17.2.3). */
  matchRequest(request: Request, key: string = serverKey(request)): ServerTransaction | undefined {
    const found = this.servers.get(key);
    if (found !== undefined || request.method !== 'ACK' || hasIdentifyingBranch(request))
      return found;
    const invite = this.servers.get(legacyAckKey(request));
    // RFC 3261 §17.2.3: the tag tells this ACK from one that a 2xx of another branch has.
    return invite instanceof InviteServer && invite.lastTag === request.toTag ? invite : undefined;
  }

  /** The INVITE that a CANCEL means (RFC 3261 §9.2). */
  matchCancelled(cancel: Request): InviteServer | undefined {
    const found = this.servers.get(serverKey(cancel, 'INVITE'));
    return found instanceof InviteServer ? found : undefined;
  }

  /** Whether a CANCEL means a request other than INVITE: it changes nothing, but gets a 200 (RFC 3261 §9.2). */
  matchesOther(cancel: Request): boolean {
    return otherMethods.some((method) => this.servers.has(serverKey(cancel, method)));
  }

  #watch(transaction: ClientTransaction | ServerTransaction): void {
    if (transaction.finished) this.#finished += 1;
    else transaction.whenFinished = this.#countFinished;
  }
}
