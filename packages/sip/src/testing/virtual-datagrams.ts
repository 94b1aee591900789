// UDP on the virtual network.
import { canonicalHost, flowId } from '../transport/address.ts';
import { leadingCrlf, mayBeginMessage } from '../transport/framing.ts';
import type { Address, Flow, FlowListener } from '../transport/port.ts';
import type { VirtualTransport, VirtualWire } from './virtual-network.ts';

/** The largest payload of a UDP datagram over IPv4, in bytes. */
const largest = 65_507;

/** A virtual UDP socket. */
export class VirtualDatagrams implements VirtualTransport {
  readonly protocol = 'UDP';
  readonly connections = 0;
  readonly #wire: VirtualWire;
  readonly #wanted: Address;
  #local: Address | undefined;
  #listener: FlowListener | undefined;

  constructor(wire: VirtualWire, wanted: Address) {
    this.#wire = wire;
    this.#wanted = wanted;
  }

  get local(): Address | undefined {
    return this.#local;
  }

  async listen(listener: FlowListener): Promise<void> {
    this.#local = this.#wire.bind(this, this.#wanted);
    this.#listener = listener;
  }

  flowTo(remote: Address): Flow {
    const local = this.#local ?? this.#wanted;
    const to = { host: canonicalHost(remote.host), port: remote.port };
    return {
      id: flowId('UDP', local, to),
      protocol: 'UDP',
      reliable: false,
      local,
      remote: to,
      open: true,
      send: (bytes, failed) => this.#send(bytes, to, failed),
      close: () => {},
    };
  }

  async close(): Promise<void> {
    this.#listener = undefined;
    if (this.#local !== undefined) this.#wire.unbind(this, this.#local);
  }

  /** A datagram arrives. */
  deliver(bytes: Uint8Array, from: Address): void {
    const [first = 13] = bytes;
    // RFC 5626 §8: STUN, never SIP.
    if (first < 4) this.#listener?.keepAlive(bytes, this.flowTo(from));
    const start = leadingCrlf(bytes);
    if (!mayBeginMessage(bytes[start])) return;
    this.#listener?.received(bytes.subarray(start), this.flowTo(from));
  }

  #send(bytes: Uint8Array, to: Address, failed: (error: Error) => void): void {
    const from = this.#local;
    const problem = this.#problem(bytes);
    if (from === undefined || problem !== undefined) {
      this.#wire.clock.after(0, () =>
        failed(problem ?? new Error('The UDP transport is not open')),
      );
      return;
    }
    const copy = bytes.slice();
    const seen = this.#wire.outward('UDP', from, to);
    for (const delay of this.#wire.carry({ protocol: 'UDP', from, to, bytes, reliable: false })) {
      this.#wire.clock.after(delay, () => this.#arrive(copy, seen, to));
    }
  }

  #problem(bytes: Uint8Array): Error | undefined {
    if (this.#listener === undefined) return new Error('The UDP transport is not open');
    if (bytes.length > largest)
      return Object.assign(new Error('The datagram is too long'), { code: 'EMSGSIZE' });
    return undefined;
  }

  #arrive(bytes: Uint8Array, from: Address, to: Address): void {
    const inside = this.#wire.inward('UDP', from, to);
    if (inside === undefined) return;
    const target = this.#wire.bound('UDP', inside);
    if (target instanceof VirtualDatagrams) target.deliver(bytes, from);
    else if (this.#wire.conditions().icmp)
      this.#wire.clock.after(this.#wire.latency(), () => this.#unreachable(to));
  }

  /** ICMP came back. */
  #unreachable(to: Address): void {
    const error = Object.assign(new Error('Nobody listens there'), { code: 'ECONNREFUSED' });
    this.#listener?.closed(this.flowTo(to), error);
  }
}
