// Hears ICMP: a bound UDP socket is never told that nobody listens at a remote, a connected one is (RFC 3261 §18.4).
// So each remote that we contact gets a second socket, bound to the same port and connected to it.
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket, SocketOptions } from 'node:dgram';
import type { Clock, Timer } from '../base/clock.ts';
import { formatAddress } from '../transport/address.ts';
import type { Address } from '../transport/port.ts';

/** What a watch needs of its transport. */
export interface UdpWatchOptions {
  /** Where the transport is bound, with `reuseAddr`. */
  readonly bound: Address;
  readonly socket: SocketOptions;
  readonly clock: Clock;
  readonly receive: (bytes: Uint8Array, from: RemoteInfo) => void;
  /** ICMP came, or the last send to `remote` met a remembered one. */
  readonly unreachable: (remote: Address, error: Error) => void;
  /** Sends on the bound socket, when a connected one cannot be had. */
  readonly sendPlain: (datagram: Datagram) => void;
}

/** A datagram with its destination and whom to tell when it cannot leave. */
export interface Datagram {
  readonly bytes: Uint8Array;
  readonly remote: Address;
  readonly failed: (error: Error) => void;
}

interface Watched {
  readonly socket: Socket;
  readonly remote: Address;
  /** Datagrams that wait for the socket; undefined once it is connected. */
  waiting: Datagram[] | undefined;
  used: number;
}

/** More remotes than these at once are not watched; the one not used for longest makes room. */
const most = 64;
/** Longer than any transaction lives, in milliseconds. */
const forgottenAfter = 60_000;

/** The connected sockets beside one bound socket. */
export class UdpWatch {
  readonly #options: UdpWatchOptions;
  readonly #watched = new Map<string, Watched>();
  #sweep: Timer | undefined;
  #closing = false;

  constructor(options: UdpWatchOptions) {
    this.#options = options;
  }

  /** How many remotes are watched. */
  get size(): number {
    return this.#watched.size;
  }

  /** Watches `remote` from now on. */
  watch(remote: Address): void {
    const name = formatAddress(remote);
    if (this.#closing || this.#watched.has(name)) return;
    const [oldest] = this.#watched.keys();
    if (oldest !== undefined && this.#watched.size >= most) this.#forget(oldest);
    const watched: Watched = {
      socket: createSocket(this.#options.socket),
      remote,
      waiting: [],
      used: this.#options.clock.now(),
    };
    this.#watched.set(name, watched);
    this.#sweep ??= this.#options.clock.after(forgottenAfter, () => this.#forgetIdle());
    this.#connect(name, watched);
  }

  /** Sends on the socket that is connected to the remote; false when there is none. */
  send(datagram: Datagram): boolean {
    const name = formatAddress(datagram.remote);
    const watched = this.#watched.get(name);
    if (watched === undefined) return false;
    watched.used = this.#options.clock.now();
    this.#watched.delete(name);
    this.#watched.set(name, watched);
    if (watched.waiting === undefined) this.#sendOn(watched, datagram);
    else watched.waiting.push(datagram);
    return true;
  }

  /** Closes every socket; resolves when they are closed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#sweep?.cancel();
    const sockets = [...this.#watched.values()].map(({ socket }) => socket);
    const closed = sockets.map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    for (const name of [...this.#watched.keys()]) this.#forget(name);
    await Promise.all(closed);
  }

  #connect(name: string, watched: Watched): void {
    const { socket, remote } = watched;
    const { bound, receive } = this.#options;
    const giveUp = (): void => this.#forget(name);
    socket.on('message', receive);
    socket.once('error', giveUp);
    socket.bind({ address: bound.host, port: bound.port, exclusive: true }, () => {
      if (this.#watched.get(name) !== watched) return;
      // Node.js hands a failure to the callback, though its types do not say so.
      socket.connect(remote.port, remote.host, (error?: Error) => {
        if (this.#watched.get(name) !== watched) return;
        if (error !== undefined && error !== null) giveUp();
        else this.#connected(watched, giveUp);
      });
    });
  }

  #connected(watched: Watched, giveUp: () => void): void {
    const { socket, remote } = watched;
    socket.off('error', giveUp);
    socket.on('error', (error) => this.#options.unreachable(remote, error));
    const waiting = watched.waiting ?? [];
    watched.waiting = undefined;
    for (const datagram of waiting) this.#sendOn(watched, datagram);
  }

  #sendOn({ socket }: Watched, { bytes, failed }: Datagram): void {
    socket.send(bytes, (error) => {
      if (error !== null) failed(error);
    });
  }

  #forget(name: string): void {
    const watched = this.#watched.get(name);
    if (watched === undefined) return;
    this.#watched.delete(name);
    watched.socket.on('error', () => {});
    watched.socket.close();
    for (const datagram of watched.waiting ?? []) this.#options.sendPlain(datagram);
  }

  #forgetIdle(): void {
    const { clock } = this.#options;
    for (const [name, { used }] of [...this.#watched]) {
      if (clock.now() - used >= forgottenAfter) this.#forget(name);
    }
    this.#sweep =
      this.#watched.size === 0 ? undefined : clock.after(forgottenAfter, () => this.#forgetIdle());
  }
}
