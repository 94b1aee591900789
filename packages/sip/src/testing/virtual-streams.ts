// TCP, TLS and WebSocket on the virtual network: connections that keep order and lose nothing until they break.
import { canonicalHost, flowId, formatAddress } from '../transport/address.ts';
import { frameWhole, isPing, StreamFramer } from '../transport/framing.ts';
import type { Framed } from '../transport/framing.ts';
import type { Address, Flow, FlowListener, Protocol } from '../transport/port.ts';
import { UnreachableFlow } from '../transport/unreachable.ts';
import type { VirtualTransport, VirtualWire } from './virtual-network.ts';

/** A virtual listener with its connections, or a client when it has no port. */
export class VirtualStreams implements VirtualTransport {
  readonly protocol: Exclude<Protocol, 'UDP'>;
  readonly #wire: VirtualWire;
  readonly #wanted: { readonly host: string; readonly port: number | undefined };
  readonly #flows = new Set<VirtualStreamFlow>();
  #local: Address | undefined;
  #listener: FlowListener | undefined;

  constructor(
    wire: VirtualWire,
    protocol: Exclude<Protocol, 'UDP'>,
    wanted: { readonly host: string; readonly port: number | undefined },
  ) {
    this.#wire = wire;
    this.protocol = protocol;
    this.#wanted = wanted;
  }

  get local(): Address | undefined {
    return this.#local;
  }

  get connections(): number {
    return this.#flows.size;
  }

  async listen(listener: FlowListener): Promise<void> {
    const { host, port } = this.#wanted;
    if (port !== undefined) this.#local = this.#wire.bind(this, { host, port });
    this.#listener = listener;
  }

  flowTo(remote: Address): Flow {
    const to = { host: canonicalHost(remote.host), port: remote.port };
    const wanted = formatAddress(to);
    for (const flow of this.#flows) {
      if (flow.open && formatAddress(flow.remote) === wanted) return flow;
    }
    const nowhere = {
      protocol: this.protocol,
      local: this.#local ?? { host: this.#wanted.host, port: 0 },
      remote: to,
    };
    if (this.#listener === undefined)
      return new UnreachableFlow(nowhere, new Error('The transport is not open'));
    const isWebSocketServer =
      this.#local !== undefined && (this.protocol === 'WS' || this.protocol === 'WSS');
    if (isWebSocketServer)
      return new UnreachableFlow(nowhere, new Error('The WebSocket client is not connected'));
    return this.#connect(to);
  }

  async close(): Promise<void> {
    this.#listener = undefined;
    if (this.#local !== undefined) this.#wire.unbind(this, this.#local);
    for (const flow of [...this.#flows]) flow.close();
  }

  /** The connections between `host` and `other`, or any other when there is none. */
  between(host: string, other: string | undefined): readonly { cut(): void }[] {
    return [...this.#flows].filter(({ local, remote }) => {
      const ends = [local.host, remote.host];
      return ends.includes(host) && (other === undefined || ends.includes(other));
    });
  }

  /** Sends on what stalled. */
  resume(): void {
    for (const flow of this.#flows) flow.resume();
  }

  #connect(to: Address): Flow {
    const local = { host: this.#wanted.host, port: this.#wire.freePort() };
    const flow = this.#flow(local, to, 'connecting');
    const { clock } = this.#wire;
    const seen = this.#wire.outward(this.protocol, local, to);
    clock.after(this.#wire.latency(), () => {
      if (this.#wire.separated(local, to)) return;
      const inside = this.#wire.inward(this.protocol, seen, to);
      if (inside === undefined) return;
      const target = this.#wire.bound(this.protocol, inside);
      const peer =
        target instanceof VirtualStreams ? target.#accept(flow, inside, seen) : undefined;
      clock.after(this.#wire.latency(), () =>
        peer === undefined ? flow.broken(refused()) : flow.connected(peer),
      );
    });
    return flow;
  }

  #accept(from: VirtualStreamFlow, local: Address, remote: Address): VirtualStreamFlow {
    const flow = this.#flow(local, remote, 'open');
    flow.connected(from);
    return flow;
  }

  #flow(local: Address, remote: Address, phase: 'connecting' | 'open'): VirtualStreamFlow {
    const flow = new VirtualStreamFlow({
      wire: this.#wire,
      protocol: this.protocol,
      local,
      remote,
      phase,
      listener: () => this.#listener,
      gone: (gone) => this.#flows.delete(gone),
    });
    this.#flows.add(flow);
    return flow;
  }
}

interface StreamEnd {
  readonly wire: VirtualWire;
  readonly protocol: Exclude<Protocol, 'UDP'>;
  readonly local: Address;
  readonly remote: Address;
  readonly phase: 'connecting' | 'open';
  readonly listener: () => FlowListener | undefined;
  readonly gone: (flow: VirtualStreamFlow) => void;
}

const pong = Uint8Array.of(13, 10);

/** One end of a virtual connection. */
class VirtualStreamFlow implements Flow {
  readonly id: string;
  readonly protocol: Protocol;
  readonly reliable = true;
  readonly local: Address;
  readonly remote: Address;
  readonly #end: StreamEnd;
  readonly #framer: StreamFramer | undefined;
  #phase: 'connecting' | 'open' | 'closed';
  #peer: VirtualStreamFlow | undefined;
  #waiting: { readonly bytes: Uint8Array; readonly failed: (error: Error) => void }[] = [];
  /** Deliveries that wait for two hosts to be joined again. */
  #stalled: (() => void)[] = [];
  #lastArrival = 0;

  constructor(end: StreamEnd) {
    this.#end = end;
    this.protocol = end.protocol;
    this.local = end.local;
    this.remote = end.remote;
    this.id = flowId(end.protocol, end.local, end.remote);
    this.#phase = end.phase;
    this.#framer =
      end.protocol === 'TCP' || end.protocol === 'TLS' ? new StreamFramer() : undefined;
  }

  get open(): boolean {
    return this.#phase !== 'closed';
  }

  /** The other end is there. */
  connected(peer: VirtualStreamFlow): void {
    if (this.#phase === 'closed') {
      peer.broken(reset());
      return;
    }
    this.#peer = peer;
    this.#phase = 'open';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { bytes, failed } of waiting) this.send(bytes, failed);
    this.#end.listener()?.opened(this);
  }

  send(bytes: Uint8Array, failed: (error: Error) => void): void {
    switch (this.#phase) {
      case 'connecting':
        this.#waiting.push({ bytes, failed });
        return;
      case 'open':
        if (isPing(bytes)) this.#framer?.awaitPong();
        this.#transmit(bytes);
        return;
      case 'closed':
        this.#end.wire.clock.after(0, () => failed(new Error('The connection is closed')));
    }
  }

  close(): void {
    if (this.#phase === 'closed') return;
    const peer = this.#peer;
    if (this.#way() === 'open')
      this.#inOrder(this.#end.wire.latency(), () => peer?.ended(undefined));
    this.#end.wire.clock.after(0, () => this.#tell(undefined));
    this.#leave();
  }

  /** The connection is reset. */
  cut(): void {
    this.broken(reset());
  }

  /** The connection broke, on both ends at once. */
  broken(error: Error): void {
    if (this.#phase === 'closed') return;
    const peer = this.#peer;
    this.ended(error);
    peer?.ended(error);
  }

  /** The connection is over for this end. */
  ended(error: Error | undefined): void {
    if (this.#phase === 'closed') return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#leave();
    for (const { failed } of waiting) failed(error ?? new Error('The connection was closed'));
    this.#tell(error);
  }

  /** Bytes arrive; a stream may cut them anywhere. */
  arrive(bytes: Uint8Array): void {
    if (this.#phase !== 'open') return;
    if (this.#framer === undefined) {
      const framed = frameWhole(bytes);
      if (framed !== undefined) this.#take(framed);
      return;
    }
    const middle = Math.floor(this.#end.wire.random.fraction() * (bytes.length + 1));
    for (const part of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
      for (const framed of this.#framer.push(part)) {
        if (this.#phase === 'open') this.#take(framed);
      }
    }
  }

  resume(): void {
    const stalled = this.#stalled;
    this.#stalled = [];
    for (const deliver of stalled) this.#inOrder(this.#end.wire.latency(), deliver);
  }

  #take(framed: Framed): void {
    const listener = this.#end.listener();
    switch (framed.kind) {
      case 'message':
        listener?.received(framed.bytes, this);
        return;
      case 'keep-alive':
        this.#transmit(pong);
        return;
      case 'pong':
        listener?.keepAlive(pong, this);
        return;
      case 'lost':
        listener?.framingLost(framed.bytes, framed.reason, this);
        this.close();
    }
  }

  #transmit(bytes: Uint8Array): void {
    const { wire, protocol, local, remote } = this.#end;
    const copy = bytes.slice();
    const [delay = 0] = wire.carry({ protocol, from: local, to: remote, bytes, reliable: true });
    const way = this.#way();
    if (way === 'open') this.#inOrder(delay, () => this.#peer?.arrive(copy));
    // What comes from a port that the far end does not know is answered with a reset.
    if (way === 'strange') wire.clock.after(2 * delay, () => this.ended(reset()));
  }

  /** Whether a NAT box on the way still knows this connection: `shut` lets nothing in, `strange` sends from a new port. */
  #way(): 'open' | 'shut' | 'strange' {
    const { wire, protocol, local, remote } = this.#end;
    const seen = wire.outward(protocol, local, remote);
    const known = this.#peer?.remote ?? local;
    if (seen.host !== known.host || seen.port !== known.port) return 'strange';
    return wire.inward(protocol, seen, remote) === undefined ? 'shut' : 'open';
  }

  /** Nothing overtakes on a stream. */
  #inOrder(delay: number, deliver: () => void): void {
    const { wire, local, remote } = this.#end;
    if (wire.separated(local, remote)) {
      this.#stalled.push(deliver);
      return;
    }
    this.#lastArrival = Math.max(this.#lastArrival, wire.clock.now() + delay);
    wire.clock.after(this.#lastArrival - wire.clock.now(), deliver);
  }

  #leave(): void {
    this.#phase = 'closed';
    this.#end.gone(this);
  }

  #tell(error: Error | undefined): void {
    const listener = this.#end.listener();
    if (error === undefined) listener?.closed(this);
    else listener?.closed(this, error);
  }
}

function reset(): Error {
  return Object.assign(new Error('The connection was reset'), { code: 'ECONNRESET' });
}

function refused(): Error {
  return Object.assign(new Error('Nobody listens there'), { code: 'ECONNREFUSED' });
}
