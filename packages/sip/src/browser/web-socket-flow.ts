// One WebSocket of a page as a flow: one SIP message in each WebSocket message (RFC 7118 §5).
import { utf8Bytes } from '../base/bytes.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { frameWhole } from '../transport/framing.ts';
import type { Address, Flow, FlowListener } from '../transport/port.ts';

/** What a flow is made of. */
export interface PageFlowInit {
  readonly socket: WebSocket;
  readonly id: string;
  readonly protocol: 'WS' | 'WSS';
  readonly remote: Address;
  readonly clock: Clock;
  readonly connectMilliseconds: number;
  /** Undefined once the transport is closed: nothing more is told. */
  readonly listener: () => FlowListener | undefined;
}

interface Unsent {
  readonly bytes: Uint8Array;
  readonly failed: (error: Error) => void;
}

/** What a page knows of its own address: nothing. */
export const unknownAddress: Address = { host: '0.0.0.0', port: 0 };

/** A peer that leaves more than this unread is given up, in bytes. */
const unsentLimit = 1024 * 1024;
/** How long an orderly end may take, in milliseconds. */
const linger = 1_000;
const pong = Uint8Array.of(13, 10);
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A flow over one WebSocket of a page. */
export class PageFlow implements Flow {
  readonly id: string;
  readonly protocol: 'WS' | 'WSS';
  readonly reliable = true;
  readonly local: Address = unknownAddress;
  readonly remote: Address;
  /** Resolves once the connection is over. */
  readonly gone: Promise<void>;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #listener: () => FlowListener | undefined;
  #phase: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting';
  #unsent: Unsent[] = [];
  #unsentBytes = 0;
  #timer: Timer;
  #error: Error | undefined;
  #tellGone: () => void = () => undefined;

  constructor({ socket, clock, connectMilliseconds, ...init }: PageFlowInit) {
    this.id = init.id;
    this.protocol = init.protocol;
    this.remote = init.remote;
    this.#socket = socket;
    this.#clock = clock;
    this.#listener = init.listener;
    this.gone = new Promise((resolve) => {
      this.#tellGone = resolve;
    });
    this.#timer = clock.after(connectMilliseconds, () =>
      this.#giveUp(new Error('The WebSocket did not open in time')),
    );
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#connected();
    socket.onmessage = ({ data }) => this.#receive(bytesOf(data));
    socket.onclose = ({ code }) => this.#finish(code);
  }

  get open(): boolean {
    return this.#phase === 'connecting' || this.#phase === 'open';
  }

  send(bytes: Uint8Array, failed: (error: Error) => void): void {
    switch (this.#phase) {
      case 'connecting':
        this.#unsent.push({ bytes, failed });
        this.#unsentBytes += bytes.length;
        if (this.#unsentBytes > unsentLimit) this.#giveUp(tooSlow());
        return;
      case 'open':
        this.#socket.send(payloadOf(bytes));
        if (this.#socket.bufferedAmount > unsentLimit) this.#giveUp(tooSlow());
        return;
      case 'closing':
      case 'closed':
        queueMicrotask(() => failed(this.#error ?? new Error('The WebSocket is closed')));
    }
  }

  close(): void {
    if (!this.open) return;
    this.#phase = 'closing';
    this.#timer.cancel();
    this.#socket.close();
    // The peer may be gone, and a browser waits for it far longer.
    this.#timer = this.#clock.after(linger, () => this.#finish(1000));
  }

  /** Waits for nobody: the network under the connection is gone, or is another. */
  drop(): void {
    if (this.open) this.#giveUp(new Error('The connection was given up'));
  }

  #connected(): void {
    if (this.#phase !== 'connecting') return;
    this.#timer.cancel();
    this.#phase = 'open';
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const { bytes, failed } of unsent) this.send(bytes, failed);
    this.#listener()?.opened(this);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#phase !== 'open') return;
    const framed = frameWhole(bytes);
    switch (framed?.kind) {
      case undefined:
        return;
      case 'keep-alive':
        this.#socket.send(pong);
        return;
      case 'pong':
        this.#listener()?.keepAlive(bytes, this);
        return;
      case 'message':
        this.#listener()?.received(framed.bytes, this);
        return;
      case 'lost':
        this.#listener()?.framingLost(framed.bytes, framed.reason, this);
        this.close();
    }
  }

  #giveUp(error: Error): void {
    this.#error = error;
    this.#phase = 'closing';
    this.#socket.close();
    this.#finish(1006);
  }

  #finish(code: number): void {
    if (this.#phase === 'closed') return;
    // A browser does not tell why a connection failed: RFC 6455 §7.1.5's 1006 stands for all of it.
    if (this.#phase !== 'closing' && code === 1006)
      this.#error = new Error(
        this.#phase === 'open' ? 'The WebSocket broke off' : 'The WebSocket could not be opened',
      );
    this.#phase = 'closed';
    this.#timer.cancel();
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const { failed } of unsent) failed(this.#error ?? new Error('The WebSocket was closed'));
    const listener = this.#listener();
    if (this.#error === undefined) listener?.closed(this);
    else listener?.closed(this, this.#error);
    this.#tellGone();
  }
}

function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') return utf8Bytes(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array();
}

/** RFC 7118 §4.2: text where all of it is UTF-8, else binary. */
function payloadOf(bytes: Uint8Array): string | Uint8Array<ArrayBuffer> {
  try {
    return strict.decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}

function tooSlow(): Error {
  return new Error('The server does not read what it is sent');
}
