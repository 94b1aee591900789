// The connections of one transport: found by their remote address, counted by their source, waited for at the end.
import type { Flow } from '../transport/port.ts';
import { canonicalHost, formatAddress, isLoopback } from '../transport/address.ts';
import type { Address } from '../transport/port.ts';
import type { ConnectionLimits } from './guard.ts';

/** A flow over a connection, with what only the network edge knows. */
export interface ConnectionFlow extends Flow {
  /** True when the peer opened it. */
  readonly accepted: boolean;
  /** The peer has proved who it is: the longer idle limit holds from now on. */
  trust(): void;
  /** Counts as a sign of life, for a connection that is needed though nothing comes on it. */
  touch(): void;
}

/** Lifts a flow to the idle limit of an authenticated peer; does nothing to a UDP flow. */
export function trustFlow(flow: Flow): void {
  if (isConnectionFlow(flow)) flow.trust();
}

/** True for flows of `tcp()` and of the WebSocket transports. */
export function isConnectionFlow(flow: Flow): flow is ConnectionFlow {
  return 'trust' in flow && typeof flow.trust === 'function';
}

/** Trusted networks unless others are given: this machine. */
export function trustLoopback(host: string): boolean {
  return isLoopback(host);
}

/** The open connections of a transport. */
export class Connections<F extends ConnectionFlow> {
  readonly #limits: ConnectionLimits;
  readonly #trusted: (host: string) => boolean;
  readonly #flows = new Set<F>();
  readonly #byRemote = new Map<string, F>();
  readonly #bySource = new Map<string, number>();
  #emptied: (() => void) | undefined;

  constructor(limits: ConnectionLimits, trusted: (host: string) => boolean) {
    this.#limits = limits;
    this.#trusted = trusted;
  }

  /** How many are open or being opened. */
  get size(): number {
    return this.#flows.size;
  }

  /** False when one more from `host` would pass a limit. */
  mayAccept(host: string): boolean {
    if (this.#flows.size >= this.#limits.total) return false;
    return this.#trusted(host) || (this.#bySource.get(host) ?? 0) < this.#limits.perSource;
  }

  /** The newest connection to `remote`, whoever opened it. */
  find(remote: Address): F | undefined {
    return this.#byRemote.get(key(remote));
  }

  add(flow: F): void {
    this.#flows.add(flow);
    this.#byRemote.set(key(flow.remote), flow);
    if (flow.accepted) this.#count(flow.remote.host, 1);
  }

  remove(flow: F): void {
    if (!this.#flows.delete(flow)) return;
    if (this.#byRemote.get(key(flow.remote)) === flow) this.#byRemote.delete(key(flow.remote));
    if (flow.accepted) this.#count(flow.remote.host, -1);
    if (this.#flows.size === 0) this.#emptied?.();
  }

  /** Closes every connection and resolves when the last is gone. */
  close(): Promise<void> {
    if (this.#flows.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#emptied = resolve;
      for (const flow of [...this.#flows]) flow.close();
    });
  }

  #count(host: string, change: number): void {
    const count = (this.#bySource.get(host) ?? 0) + change;
    if (count > 0) this.#bySource.set(host, count);
    else this.#bySource.delete(host);
  }
}

function key(address: Address): string {
  return formatAddress({ host: canonicalHost(address.host), port: address.port });
}
