// One WebSocket connection as a flow: one SIP message in each WebSocket message (RFC 7118 §5).
import { isUtf8 } from 'node:buffer';
import type { RawData, WebSocket } from 'ws';
import type { Clock, Timer } from '../base/clock.ts';
import { frameWhole } from '../transport/framing.ts';
import type { Address, FlowListener } from '../transport/port.ts';
import type { ConnectionFlow } from './connections.ts';
import { Guard } from './guard.ts';
import type { ConnectionLimits } from './guard.ts';

/** What a WebSocket flow needs of its transport; times in milliseconds. */
export interface WebSocketSurroundings {
  readonly protocol: 'WS' | 'WSS';
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  /** How often the peer is pinged, and how long it may take to answer. */
  readonly ping: PingTimes;
  readonly trusted: (host: string) => boolean;
  /** Undefined once the transport is closing: nothing more is told. */
  readonly listener: () => FlowListener | undefined;
  /** The connection is gone. */
  readonly gone: (flow: WebSocketFlow) => void;
}

/** How a dead peer is noticed, in milliseconds. */
export interface PingTimes {
  readonly every: number;
  readonly answer: number;
}

/** The ping times unless others are given: below the idle limits of common proxies. */
export const pingTimes: PingTimes = { every: 25_000, answer: 10_000 };

/** Which connection. */
export interface WebSocketInit {
  readonly socket: WebSocket;
  readonly accepted: boolean;
  readonly id: string;
  readonly local: Address;
  readonly remote: Address;
}

/** The limits that `ws` itself enforces; the last two are newer than its types. */
export const webSocketLimits: {
  readonly maxPayload: number;
  readonly perMessageDeflate: false;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly closeTimeout: number;
} = {
  maxPayload: 65_536,
  perMessageDeflate: false,
  maxFragments: 16,
  maxBufferedChunks: 1024,
  closeTimeout: 1_000,
};

const goingAway = 1001;
const protocolError = 1002;
const pong = Uint8Array.of(13, 10);

/** A flow over one WebSocket. */
export class WebSocketFlow implements ConnectionFlow {
  readonly id: string;
  readonly protocol: 'WS' | 'WSS';
  readonly reliable = true;
  readonly accepted: boolean;
  readonly #socket: WebSocket;
  readonly #surroundings: WebSocketSurroundings;
  #local: Address;
  #remote: Address;
  #guard: Guard | undefined;
  #pinging: Timer | undefined;
  #timer: Timer | undefined;
  #phase: 'connecting' | 'open' | 'closing' | 'closed';
  #waiting: { readonly bytes: Uint8Array; readonly failed: (error: Error) => void }[] = [];
  #waitingBytes = 0;
  #error: Error | undefined;

  constructor(
    { socket, accepted, id, local, remote }: WebSocketInit,
    surroundings: WebSocketSurroundings,
  ) {
    this.id = id;
    this.protocol = surroundings.protocol;
    this.accepted = accepted;
    this.#local = local;
    this.#remote = remote;
    this.#socket = socket;
    this.#surroundings = surroundings;
    this.#phase = accepted ? 'open' : 'connecting';
    socket.on('message', (message) => this.#receive(bytesOf(message)));
    socket.on('pong', () => this.#ponged());
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', (code) => this.#finish(code));
    if (accepted) return;
    socket.once('open', () => this.#connected());
    this.#timer = surroundings.clock.after(surroundings.limits.connect, () => {
      this.#abort(new Error('The WebSocket did not open in time'));
    });
  }

  get local(): Address {
    return this.#local;
  }

  get remote(): Address {
    return this.#remote;
  }

  get open(): boolean {
    return this.#phase === 'connecting' || this.#phase === 'open';
  }

  /** The addresses, once a connection that we open has them. */
  reached(local: Address, remote: Address): void {
    this.#local = local;
    this.#remote = remote;
  }

  /** Starts the limits and pings and tells the listener; for an accepted connection once it is in its transport's table. */
  begin(): void {
    const { clock, limits, trusted, listener } = this.#surroundings;
    this.#guard = new Guard({
      clock,
      limits,
      trusted: !this.accepted || trusted(this.remote.host),
      overdue: (reason) => this.#abort(new Error(reason)),
    });
    this.#schedulePing();
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
        this.#guard?.touch();
        this.#write(bytes, failed);
        return;
      case 'closing':
      case 'closed':
        queueMicrotask(() => failed(this.#error ?? new Error('The WebSocket is closed')));
    }
  }

  close(): void {
    this.#end(goingAway);
  }

  trust(): void {
    this.#guard?.trust();
  }

  touch(): void {
    this.#guard?.touch();
  }

  #end(code: number): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    if (this.#phase === 'connecting') {
      this.#abort(undefined);
      return;
    }
    this.#phase = 'closing';
    this.#stopTimers();
    this.#socket.close(code);
    const { clock, limits } = this.#surroundings;
    this.#timer = clock.after(limits.linger, () => this.#socket.terminate());
  }

  #connected(): void {
    if (this.#phase !== 'connecting') return;
    this.#timer?.cancel();
    this.#phase = 'open';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) this.send(each.bytes, each.failed);
    if (this.open) this.begin();
  }

  /** RFC 7118 §4.2: binary when any octet is not UTF-8. */
  #write(bytes: Uint8Array, failed: (error: Error) => void): void {
    this.#socket.send(bytes, { binary: !isUtf8(bytes) }, (error) => {
      if (error !== undefined && error !== null) failed(this.#error ?? error);
    });
    if (this.#socket.bufferedAmount > this.#surroundings.limits.unsent) this.#abort(tooSlow());
  }

  #receive(bytes: Uint8Array): void {
    if (this.#phase !== 'open') return;
    const framed = frameWhole(bytes);
    const listener = this.#surroundings.listener();
    switch (framed?.kind) {
      case undefined:
        this.#guard?.heard(0, 0);
        return;
      case 'keep-alive':
        this.#guard?.heard(0, 0);
        this.#write(pong, () => {});
        return;
      case 'pong':
        this.#guard?.heard(0, 0);
        listener?.keepAlive(bytes, this);
        return;
      case 'message':
        this.#guard?.heard(1, 0);
        listener?.received(framed.bytes, this);
        return;
      case 'lost':
        listener?.framingLost(framed.bytes, framed.reason, this);
        this.#end(protocolError);
    }
  }

  #schedulePing(): void {
    const { clock, ping } = this.#surroundings;
    this.#pinging = clock.after(ping.every, () => {
      this.#socket.ping();
      this.#pinging = clock.after(ping.answer, () =>
        this.#abort(new Error('The peer does not answer pings')),
      );
    });
  }

  #ponged(): void {
    if (this.#phase !== 'open') return;
    this.#guard?.heard(0, 0);
    this.#pinging?.cancel();
    this.#schedulePing();
  }

  #abort(error: Error | undefined): void {
    this.#error ??= error;
    if (this.#phase !== 'closed') this.#phase = 'closing';
    this.#stopTimers();
    this.#socket.terminate();
  }

  #stopTimers(): void {
    this.#guard?.stop();
    this.#pinging?.cancel();
    this.#timer?.cancel();
  }

  #finish(code: number): void {
    const ordered = this.#phase === 'closing' || code !== 1006;
    this.#phase = 'closed';
    this.#stopTimers();
    if (!ordered) this.#error ??= new Error('The WebSocket broke off');
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { failed } of waiting) failed(this.#error ?? new Error('The WebSocket was closed'));
    const tell = this.#surroundings.listener();
    this.#surroundings.gone(this);
    if (this.#error === undefined) tell?.closed(this);
    else tell?.closed(this, this.#error);
  }
}

function bytesOf(message: RawData): Uint8Array {
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  if (!Array.isArray(message)) return message;
  const whole = new Uint8Array(message.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of message) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function tooSlow(): Error {
  return new Error('The peer does not read what it is sent');
}
