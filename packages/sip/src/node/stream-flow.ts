// One stream connection (TCP; TLS is a stream too) as a flow: framing, waiting sends, limits and an orderly end.
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';
import { canonicalHost, flowId, formatAddress } from '../transport/address.ts';
import { isPing, StreamFramer } from '../transport/framing.ts';
import type { Address, FlowListener } from '../transport/port.ts';
import type { ConnectionFlow } from './connections.ts';
import type { Sender, Unacknowledged } from './unacknowledged.ts';
import { Guard } from './guard.ts';
import type { ConnectionLimits } from './guard.ts';

/** What a stream flow needs of its transport. */
export interface StreamSurroundings {
  readonly protocol: 'TCP' | 'TLS';
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  readonly trusted: (host: string) => boolean;
  /** Undefined once the transport is closing: nothing more is told. */
  readonly listener: () => FlowListener | undefined;
  /** The connection is gone. */
  readonly gone: (flow: StreamFlow) => void;
  /** Told of what is sent and heard. */
  readonly watch: Unacknowledged;
  /** The connection serves for `port` of its remote address, too. */
  readonly aliased: (flow: StreamFlow, port: number) => void;
}

/** Which connection. `remote` and `number` are given for one that we are opening. */
export interface StreamInit {
  readonly socket: Socket;
  readonly accepted: boolean;
  readonly remote: Address;
  /** Tells connections to one remote apart before their local port is known. */
  readonly number: number;
  readonly credentials: Credentials | undefined;
}

/** For whom the far end of a connection stands. */
export interface Credentials {
  /** True when a request to `domain` may go there. */
  covers(domain: string): boolean;
  /** True when the far end, which opened the connection, has proved a name (RFC 5922 §7.4). */
  readonly proved: boolean;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly failed: (error: Error) => void;
}

const pong = Uint8Array.of(13, 10);

/** A flow over one stream socket. */
export class StreamFlow implements ConnectionFlow, Sender {
  readonly id: string;
  readonly protocol: 'TCP' | 'TLS';
  readonly reliable = true;
  readonly remote: Address;
  readonly accepted: boolean;
  readonly #socket: Socket;
  readonly #surroundings: StreamSurroundings;
  readonly #credentials: Credentials | undefined;
  #framer: StreamFramer | undefined = new StreamFramer();
  #guard: Guard | undefined;
  #timer: Timer | undefined;
  #phase: 'connecting' | 'open' | 'closing' | 'closed';
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #local: Address;
  #error: Error | undefined;

  constructor(
    { socket, accepted, remote, number, credentials }: StreamInit,
    surroundings: StreamSurroundings,
  ) {
    this.protocol = surroundings.protocol;
    this.accepted = accepted;
    this.remote = remote;
    this.#socket = socket;
    this.#surroundings = surroundings;
    this.#credentials = credentials;
    this.#local = localOf(socket);
    this.#phase = accepted ? 'open' : 'connecting';
    this.id = accepted
      ? flowId(this.protocol, this.#local, remote)
      : `${this.protocol.toLowerCase()} #${number} ${formatAddress(remote)}`;
    socket.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', () => this.#finish());
    if (accepted) return;
    socket.once(this.protocol === 'TLS' ? 'secureConnect' : 'connect', () => this.#connected());
    this.#timer = surroundings.clock.after(surroundings.limits.connect, () => {
      this.#abort(new Error(`No connection to ${formatAddress(remote)} in time`));
    });
  }

  get local(): Address {
    return this.#local;
  }

  get open(): boolean {
    return this.#phase === 'connecting' || this.#phase === 'open';
  }

  /** True when a request to `domain` may go this way; always where nothing is proved. */
  covers(domain: string): boolean {
    return this.#credentials?.covers(domain) ?? true;
  }

  /** RFC 5923 §9.2: only for a client that has shown a certificate. */
  alias(port: number): void {
    if (this.accepted && this.open && this.#credentials?.proved === true)
      this.#surroundings.aliased(this, port);
  }

  /** Starts the limits and tells the listener; for an accepted connection once it is in its transport's table. */
  begin(): void {
    const { clock, limits, trusted, listener } = this.#surroundings;
    this.#guard = new Guard({
      clock,
      limits,
      trusted: !this.accepted || trusted(this.remote.host),
      overdue: (reason) => this.#abort(new Error(reason)),
    });
    listener()?.opened(this);
  }

  send(bytes: Uint8Array, failed: (error: Error) => void): void {
    switch (this.#phase) {
      case 'connecting':
        this.#waiting.push({ bytes, failed });
        this.#waitingBytes += bytes.length;
        if (this.#waitingBytes > this.#surroundings.limits.unsent) this.#abort(tooSlow());
        return;
      case 'open':
        if (isPing(bytes)) this.#framer?.awaitPong();
        this.#guard?.touch();
        this.#write({ bytes, failed });
        return;
      case 'closing':
      case 'closed':
        queueMicrotask(() => failed(this.#error ?? new Error('The connection is closed')));
    }
  }

  close(): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    if (this.#phase === 'connecting') {
      this.#abort(undefined);
      return;
    }
    this.#phase = 'closing';
    this.#framer = undefined;
    this.#guard?.stop();
    // Reading goes on until the peer's end: unread bytes would turn our end into a reset that may destroy our last answer.
    this.#socket.end();
    const { clock, limits } = this.#surroundings;
    this.#timer = clock.after(limits.linger, () => this.#socket.destroy());
  }

  lost(): void {
    this.#abort(new Error('The peer acknowledges nothing of what it is sent'));
  }

  trust(): void {
    this.#guard?.trust();
  }

  touch(): void {
    this.#guard?.touch();
  }

  #connected(): void {
    if (this.#phase !== 'connecting') return;
    this.#timer?.cancel();
    this.#phase = 'open';
    this.#local = localOf(this.#socket);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) this.send(each.bytes, each.failed);
    if (this.open) this.begin();
  }

  #write({ bytes, failed }: Waiting): void {
    this.#surroundings.watch.sent(this);
    this.#socket.write(bytes, (error) => {
      if (error !== undefined && error !== null) failed(this.#error ?? error);
    });
    if (this.#socket.writableLength > this.#surroundings.limits.unsent) this.#abort(tooSlow());
  }

  #receive(chunk: Uint8Array): void {
    if (this.#framer === undefined) return;
    this.#surroundings.watch.heard(this);
    let messages = 0;
    for (const framed of this.#framer.push(chunk)) {
      switch (framed.kind) {
        case 'message':
          messages += 1;
          this.#surroundings.listener()?.received(framed.bytes, this);
          break;
        case 'keep-alive':
          this.#write({ bytes: pong, failed: () => {} });
          break;
        case 'pong':
          this.#surroundings.listener()?.keepAlive(pong, this);
          break;
        case 'lost':
          this.#surroundings.listener()?.framingLost(framed.bytes, framed.reason, this);
          this.close();
      }
      if (this.#phase !== 'open') return;
    }
    this.#guard?.heard(messages, this.#framer.pending);
  }

  #abort(error: Error | undefined): void {
    this.#error ??= error;
    this.#socket.destroy(error);
    if (this.#phase !== 'closed') this.#phase = 'closing';
  }

  #finish(): void {
    this.#phase = 'closed';
    this.#framer = undefined;
    this.#surroundings.watch.forget(this);
    this.#guard?.stop();
    this.#timer?.cancel();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { failed } of waiting) failed(this.#error ?? new Error('The connection was closed'));
    const { listener, gone } = this.#surroundings;
    const tell = listener();
    gone(this);
    if (this.#error === undefined) tell?.closed(this);
    else tell?.closed(this, this.#error);
  }
}

/** The near end of a socket; zero before it is connected. */
export function localOf(socket: Socket): Address {
  return { host: canonicalHost(socket.localAddress ?? '0.0.0.0'), port: socket.localPort ?? 0 };
}

/** The far end of an accepted socket; undefined when the peer has gone already. */
export function remoteOf(socket: Socket): Address | undefined {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return { host: canonicalHost(remoteAddress), port: remotePort };
}

function tooSlow(): Error {
  return new Error('The peer does not read what it is sent');
}
