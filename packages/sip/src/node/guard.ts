// The time limits of one connection: slow senders and idlers are closed before they cost anything.
import type { Clock, Timer } from '../base/clock.ts';

/** Limits of connections; times in milliseconds, sizes in bytes. */
export interface ConnectionLimits {
  /** Connections accepted from one address, unless it is trusted. */
  readonly perSource: number;
  /** Connections in all. */
  readonly total: number;
  /** A message must be whole this long after it began, and the first of a connection this long after its opening. */
  readonly message: number;
  /** Silence of a peer that has not proved who it is. */
  readonly idle: number;
  /** Silence of a trusted peer; its keep-alives count as speech. */
  readonly idleTrusted: number;
  /** Bytes that may wait for a peer that does not read. */
  readonly unsent: number;
  /** For a connection to be made, handshakes included. */
  readonly connect: number;
  /** For the handshake of an accepted connection: that of TLS, of WebSocket, or of both. */
  readonly handshake: number;
  /** For a request of HTTP and its response, on the server that pages share with WebSockets. */
  readonly exchange: number;
  /** How long a peer may acknowledge nothing of what it was sent; Linux alone tells. */
  readonly unacknowledged: number;
  /** How long a closing connection may take to send its last bytes. */
  readonly linger: number;
}

/** The limits unless others are given. */
export const connectionLimits: ConnectionLimits = {
  perSource: 64,
  total: 10_000,
  message: 10_000,
  idle: 30_000,
  idleTrusted: 600_000,
  unsent: 1024 * 1024,
  connect: 10_000,
  handshake: 5_000,
  exchange: 60_000,
  unacknowledged: 45_000,
  linger: 1_000,
};

/** What a guard needs. */
export interface GuardOptions {
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  readonly trusted: boolean;
  /** Called once when a limit is passed. */
  readonly overdue: (reason: string) => void;
}

/** Watches one open connection. It runs at most two timers, and none of them is set anew for each message. */
export class Guard {
  readonly #options: GuardOptions;
  #trusted: boolean;
  #heard: number;
  #idle: Timer | undefined;
  #message: Timer | undefined;
  #first = true;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#trusted = options.trusted;
    this.#heard = options.clock.now();
    this.#watchIdle(this.#limit);
    if (options.trusted) this.#first = false;
    else this.#watchMessage();
  }

  /** The longer idle limit holds from now on. */
  trust(): void {
    this.#trusted = true;
  }

  /** Bytes came: `messages` whole ones and `pending` bytes of an unfinished one. */
  heard(messages: number, pending: number): void {
    if (messages > 0 || this.#trusted) this.#heard = this.#options.clock.now();
    if (messages > 0) this.#first = false;
    if (messages > 0 || (pending === 0 && !this.#first)) this.#stopMessage();
    if (pending > 0 && this.#message === undefined) this.#watchMessage();
  }

  /** Something else showed that the connection is in use, such as a response that was sent. */
  touch(): void {
    this.#heard = this.#options.clock.now();
  }

  stop(): void {
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#stopMessage();
  }

  get #limit(): number {
    return this.#trusted ? this.#options.limits.idleTrusted : this.#options.limits.idle;
  }

  #watchIdle(wait: number): void {
    const { clock } = this.#options;
    this.#idle = clock.after(wait, () => {
      const left = this.#heard + this.#limit - clock.now();
      if (left > 0) this.#watchIdle(left);
      else this.#overdue('The connection was idle');
    });
  }

  #watchMessage(): void {
    const { clock, limits } = this.#options;
    this.#message = clock.after(limits.message, () =>
      this.#overdue('A message did not become whole in time'),
    );
  }

  #stopMessage(): void {
    this.#message?.cancel();
    this.#message = undefined;
  }

  #overdue(reason: string): void {
    this.stop();
    this.#options.overdue(reason);
  }
}
