// A network inside the test: addresses, latency, loss, duplicates, reordering and broken connections, all from one seed.
import { latin1 } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { canonicalHost, formatAddress } from '../transport/address.ts';
import type { Address, Protocol, Transport } from '../transport/port.ts';
import { VirtualDatagrams } from './virtual-datagrams.ts';
import { VirtualNat } from './virtual-nat.ts';
import type { NatBox, NatOptions } from './virtual-nat.ts';
import { arrivals, happens, recovery, travelTime } from './weather.ts';
import type { Weather } from './weather.ts';
import { VirtualStreams } from './virtual-streams.ts';

/** How the network behaves. */
export interface Conditions extends Weather {
  /** Whether a datagram to nobody is answered by ICMP; otherwise it vanishes. */
  readonly icmp: boolean;
  /** Decides about single packets, before chance does. */
  readonly judge: ((packet: Packet) => 'lose' | 'deliver' | undefined) | undefined;
}

/** One datagram, or one message on a connection, as the network saw it. */
export interface Packet {
  /** Counts from 1. */
  readonly number: number;
  /** The clock's `now()` when it was sent. */
  readonly at: number;
  readonly protocol: Protocol;
  readonly from: Address;
  readonly to: Address;
  /** What it carried, as latin1 text. */
  readonly text: string;
  /** When each copy arrives; empty when it was lost. */
  readonly arrivals: readonly number[];
}

/** What a virtual network is made of. */
export interface VirtualNetworkOptions extends Partial<Conditions> {
  readonly clock: Clock;
  readonly random: Random;
  /** False for long runs, which would fill the memory with packets. */
  readonly keepPackets?: boolean | undefined;
}

/** A transport on a virtual network. */
export interface VirtualTransport extends Transport {
  /** Connections that are open or being opened; 0 for UDP. */
  readonly connections: number;
}

/** What a virtual transport needs of its network. */
export interface VirtualWire {
  readonly clock: Clock;
  readonly random: Random;
  conditions(): Conditions;
  /** Takes an address, any free port for 0; throws `EADDRINUSE`. */
  bind(transport: VirtualTransport, wanted: Address): Address;
  unbind(transport: VirtualTransport, address: Address): void;
  bound(protocol: Protocol, address: Address): VirtualTransport | undefined;
  freePort(): number;
  latency(): number;
  /** Records a packet and says after how many milliseconds each copy arrives. */
  carry(sent: Sent): readonly number[];
  separated(a: Address, b: Address): boolean;
  /** How `to` sees `from`: the outside of a NAT box that stands between them, else `from` itself. */
  outward(protocol: Protocol, from: Address, to: Address): Address;
  /** Whom `to` stands for when `from` (as seen outside) sends there; undefined when a NAT box keeps it out. */
  inward(protocol: Protocol, from: Address, to: Address): Address | undefined;
}

/** A packet about to travel. */
export interface Sent {
  readonly protocol: Protocol;
  readonly from: Address;
  readonly to: Address;
  readonly bytes: Uint8Array;
  /** A stream loses nothing. */
  readonly reliable: boolean;
}

/** Carries the messages of any number of transports on one clock. */
export class VirtualNetwork {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keepPackets: boolean;
  readonly #bound = new Map<string, VirtualTransport>();
  readonly #streams = new Set<VirtualStreams>();
  readonly #separated = new Set<string>();
  readonly #boxes: VirtualNat[] = [];
  readonly #packets: Packet[] = [];
  #conditions: Conditions;
  #count = 0;
  #port = 49_152;

  constructor(options: VirtualNetworkOptions) {
    const {
      clock,
      random,
      keepPackets = true,
      latency = 1,
      loss = 0,
      duplicate = 0,
      reorder = 0,
    } = options;
    this.#clock = clock;
    this.#random = random;
    this.#keepPackets = keepPackets;
    this.#conditions = {
      latency,
      loss,
      duplicate,
      reorder,
      icmp: options.icmp ?? true,
      judge: options.judge,
    };
  }

  /** Every packet since the beginning or the last `forgetPackets`, in the order of sending. */
  get packets(): readonly Packet[] {
    return this.#packets;
  }

  /** How the network behaves now. */
  get conditions(): Conditions {
    return this.#conditions;
  }

  /** Changes how the network behaves from now on; packets under way are not touched. */
  change(conditions: Partial<Conditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
  }

  forgetPackets(): void {
    this.#packets.length = 0;
  }

  /** A transport at `host`. Port 0 is any free one; without a port it is a client that only opens connections. */
  transport(protocol: Protocol, host: string, port?: number): VirtualTransport {
    const wanted = { host: canonicalHost(host), port };
    if (protocol === 'UDP')
      return new VirtualDatagrams(this.#wire(), { host: wanted.host, port: port ?? 0 });
    const streams = new VirtualStreams(this.#wire(), protocol, wanted);
    this.#streams.add(streams);
    return streams;
  }

  /** Resets every connection of `host`, or those between two hosts. */
  cut(host: string, other?: string): void {
    const [one, two] = [
      canonicalHost(host),
      other === undefined ? undefined : canonicalHost(other),
    ];
    // All of them are found first: whoever hears of it may open a new one at once.
    const flows = [...this.#streams].flatMap((streams) => streams.between(one, two));
    for (const flow of flows) flow.cut();
  }

  /** Lets nothing pass between two hosts: datagrams are lost, streams stall. */
  separate(a: string, b: string): void {
    this.#separated.add(pair(a, b));
  }

  /** Undoes `separate`; what stalled goes on. */
  join(a: string, b: string): void {
    this.#separated.delete(pair(a, b));
    for (const streams of this.#streams) streams.resume();
  }

  /** Puts a NAT box before some hosts; they reach each other directly, and the world through it. */
  nat(options: NatOptions): NatBox {
    const box = new VirtualNat(this.#clock, options);
    this.#boxes.push(box);
    return box;
  }

  #wire(): VirtualWire {
    return {
      clock: this.#clock,
      random: this.#random,
      conditions: () => this.#conditions,
      bind: (transport, wanted) => this.#bind(transport, wanted),
      unbind: (transport, address) => {
        if (this.#bound.get(key(transport.protocol, address)) === transport) {
          this.#bound.delete(key(transport.protocol, address));
        }
      },
      bound: (protocol, address) => this.#bound.get(key(protocol, address)),
      freePort: () => this.#freePort(),
      latency: () => travelTime(this.#random, this.#conditions),
      carry: (sent) => this.#carry(sent),
      separated: (a, b) => this.#separated.has(pair(a.host, b.host)),
      outward: (protocol, from, to) => this.#outward(protocol, from, to),
      inward: (protocol, from, to) => this.#inward(protocol, from, to),
    };
  }

  #outward(protocol: Protocol, from: Address, to: Address): Address {
    const box = this.#boxes.find((one) => one.covers(from.host));
    return box === undefined || box.covers(to.host) ? from : box.outward(protocol, from, to);
  }

  #inward(protocol: Protocol, from: Address, to: Address): Address | undefined {
    const box = this.#boxes.find((one) => one.isOutside(to.host));
    if (box !== undefined) return box.inward(protocol, to, from);
    // What stands behind a box has no address that the world could send to.
    const hidden = this.#boxes.find((one) => one.covers(to.host));
    return hidden === undefined || hidden.covers(from.host) ? to : undefined;
  }

  #bind(transport: VirtualTransport, wanted: Address): Address {
    const address = { host: wanted.host, port: wanted.port === 0 ? this.#freePort() : wanted.port };
    const taken = key(transport.protocol, address);
    if (this.#bound.has(taken)) {
      throw Object.assign(new Error(`${formatAddress(address)} is in use`), { code: 'EADDRINUSE' });
    }
    this.#bound.set(taken, transport);
    return address;
  }

  #freePort(): number {
    this.#port = this.#port === 65_535 ? 49_152 : this.#port + 1;
    return this.#port;
  }

  #carry({ protocol, from, to, bytes, reliable }: Sent): readonly number[] {
    this.#count += 1;
    const packet = {
      number: this.#count,
      at: this.#clock.now(),
      protocol,
      from,
      to,
      text: this.#text(bytes),
    };
    const lost = this.#isLost({ ...packet, arrivals: [] });
    const delays = this.#delays(lost, reliable);
    if (this.#keepPackets)
      this.#packets.push({ ...packet, arrivals: delays.map((delay) => packet.at + delay) });
    return delays;
  }

  #text(bytes: Uint8Array): string {
    return this.#keepPackets || this.#conditions.judge !== undefined ? latin1(bytes) : '';
  }

  #isLost(packet: Packet): boolean {
    if (this.#separated.has(pair(packet.from.host, packet.to.host))) return true;
    const verdict = this.#conditions.judge?.(packet);
    return verdict === undefined
      ? happens(this.#random, this.#conditions.loss)
      : verdict === 'lose';
  }

  #delays(lost: boolean, reliable: boolean): readonly number[] {
    if (reliable) return [travelTime(this.#random, this.#conditions) + (lost ? recovery : 0)];
    return lost ? [] : arrivals(this.#random, this.#conditions);
  }
}

function key(protocol: Protocol, address: Address): string {
  return `${protocol} ${formatAddress({ host: canonicalHost(address.host), port: address.port })}`;
}

function pair(a: string, b: string): string {
  return [canonicalHost(a), canonicalHost(b)].sort().join(' ');
}
