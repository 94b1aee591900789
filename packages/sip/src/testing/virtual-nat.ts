// A NAT box on the virtual network: what it maps, what it lets in, and how it forgets (RFC 4787).
import type { Clock } from '../base/clock.ts';
import { canonicalHost, formatAddress } from '../transport/address.ts';
import type { Address, Protocol } from '../transport/port.ts';

/** What a mapping, or the filter before it, looks at of the far end (RFC 4787 §4.1, §5). */
export type NatBehaviour =
  | 'endpoint-independent'
  | 'address-dependent'
  | 'address-and-port-dependent';

/** How a NAT box is made. */
export interface NatOptions {
  /** The one address that the world sees. */
  readonly outside: string;
  /** The hosts behind it. */
  readonly inside: readonly string[];
  /** When a new far end gets a port of its own: `endpoint-independent` unless said; a symmetric NAT has `address-and-port-dependent`. */
  readonly mapping?: NatBehaviour | undefined;
  /** Whose datagrams come in through a mapping: `address-dependent` unless said. */
  readonly filtering?: NatBehaviour | undefined;
  /** After so many milliseconds without anything going out a UDP mapping is forgotten; 30 000 unless said. */
  readonly bindingTimeout?: number | undefined;
  /** The same for connections; 7 440 000 unless said (RFC 5382). */
  readonly connectionTimeout?: number | undefined;
}

/** The box that a test holds. */
export interface NatBox {
  /** Forgets every mapping, as a box does that was switched off and on: what goes out next gets a new port. */
  rebind(): void;
  /** The mappings that live now. */
  readonly mappings: readonly NatMapping[];
}

/** One hole in the box. */
export interface NatMapping {
  readonly protocol: Protocol;
  readonly inside: Address;
  readonly outside: Address;
}

interface Hole extends NatMapping {
  /** Far ends to which something went out. */
  readonly reached: Set<string>;
  due: number;
}

/** Translates the addresses of one box. The network asks it; a test sees it as a `NatBox`. */
export class VirtualNat implements NatBox {
  readonly #clock: Clock;
  readonly #outside: string;
  readonly #inside: ReadonlySet<string>;
  readonly #mapping: NatBehaviour;
  readonly #filtering: NatBehaviour;
  readonly #bindingTimeout: number;
  readonly #connectionTimeout: number;
  readonly #outward = new Map<string, Hole>();
  readonly #inward = new Map<string, Hole>();
  #port = 20_000;

  constructor(clock: Clock, options: NatOptions) {
    this.#clock = clock;
    this.#outside = canonicalHost(options.outside);
    this.#inside = new Set(options.inside.map(canonicalHost));
    this.#mapping = options.mapping ?? 'endpoint-independent';
    this.#filtering = options.filtering ?? 'address-dependent';
    this.#bindingTimeout = options.bindingTimeout ?? 30_000;
    this.#connectionTimeout = options.connectionTimeout ?? 7_440_000;
  }

  get mappings(): readonly NatMapping[] {
    return [...this.#inward.values()]
      .filter((hole) => this.#lives(hole))
      .map(({ protocol, inside, outside }) => ({ protocol, inside, outside }));
  }

  rebind(): void {
    this.#outward.clear();
    this.#inward.clear();
  }

  /** True for a host behind this box. */
  covers(host: string): boolean {
    return this.#inside.has(canonicalHost(host));
  }

  /** True for the box's own address. */
  isOutside(host: string): boolean {
    return canonicalHost(host) === this.#outside;
  }

  /** How the world sees `inside` when it sends to `far`; makes or refreshes a mapping (RFC 4787 §4.3: only what goes out refreshes). */
  outward(protocol: Protocol, inside: Address, far: Address): Address {
    const key = `${protocol} ${formatAddress(inside)} ${seen(far, this.#mapping)}`;
    const known = this.#outward.get(key);
    const hole = known !== undefined && this.#lives(known) ? known : this.#dig(protocol, inside);
    if (known !== undefined && known !== hole) this.#inward.delete(holeKey(known));
    this.#outward.set(key, hole);
    this.#inward.set(holeKey(hole), hole);
    hole.reached.add(seen(far, this.#filtering));
    hole.due = this.#clock.now() + this.#timeout(protocol);
    return hole.outside;
  }

  /** Who behind the box gets what `far` sent to `outside`; undefined when it is not let in. */
  inward(protocol: Protocol, outside: Address, far: Address): Address | undefined {
    const hole = this.#inward.get(`${protocol} ${outside.port}`);
    if (hole === undefined || !this.#lives(hole)) return undefined;
    return hole.reached.has(seen(far, this.#filtering)) ? hole.inside : undefined;
  }

  #dig(protocol: Protocol, inside: Address): Hole {
    this.#port = this.#port === 60_000 ? 20_001 : this.#port + 1;
    const outside = { host: this.#outside, port: this.#port };
    return { protocol, inside, outside, reached: new Set(), due: 0 };
  }

  #lives(hole: Hole): boolean {
    return hole.due > this.#clock.now();
  }

  #timeout(protocol: Protocol): number {
    return protocol === 'UDP' ? this.#bindingTimeout : this.#connectionTimeout;
  }
}

function holeKey({ protocol, outside }: NatMapping): string {
  return `${protocol} ${outside.port}`;
}

/** What a behaviour sees of the far end. */
function seen(far: Address, behaviour: NatBehaviour): string {
  switch (behaviour) {
    case 'endpoint-independent':
      return '';
    case 'address-dependent':
      return canonicalHost(far.host);
    case 'address-and-port-dependent':
      return formatAddress(far);
  }
}
