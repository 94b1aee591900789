// What stands between accepting a socket and its first message: the handshake has a time, and the socket counts from the start.
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';

/** What an admission needs. */
export interface AdmissionOptions {
  readonly clock: Clock;
  /** How long the handshake may take, in milliseconds. */
  readonly milliseconds: number;
  /** Gives back the place that is held for the socket. */
  readonly release: () => void;
  /** The socket closed, or the time passed, before it was ready. */
  readonly failed: () => void;
}

/** Holds the place of one accepted socket until it is ready, or gone. */
export class Admission {
  readonly #socket: Socket;
  readonly #options: AdmissionOptions;
  readonly #closed = (): void => {
    const isFailure = !this.#served;
    if (this.finish() && isFailure) this.#options.failed();
  };
  #timer: Timer;
  #served = false;
  #over = false;

  constructor(socket: Socket, options: AdmissionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#timer = this.#within(options.milliseconds);
    socket.once('close', this.#closed);
  }

  /** The socket came as far as a request: it has this long from now on, and its end is no failure any more. */
  extend(milliseconds: number): void {
    if (this.#over) return;
    this.#served = true;
    this.#timer.cancel();
    this.#timer = this.#within(milliseconds);
  }

  /** The handshake is done; false when the socket was gone before. */
  finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#timer.cancel();
    this.#socket.off('close', this.#closed);
    this.#options.release();
    return true;
  }

  #within(milliseconds: number): Timer {
    return this.#options.clock.after(milliseconds, () => this.#socket.destroy());
  }
}
