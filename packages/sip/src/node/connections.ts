// The connections of one transport: found by their remote address, counted by their source, waited for at the end.
import { isIPv6 } from 'node:net';
import type { Flow } from '../transport/port.ts';
import { canonicalHost, formatAddress, isLoopback } from '../transport/address.ts';
import type { Address } from '../transport/port.ts';
import type { ConnectionLimits } from './guard.ts';
import { ipv6Bytes } from './proc-net.ts';

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
  readonly #byRemote = new Map<string, readonly F[]>();
  readonly #aliases = new Map<F, string>();
  readonly #bySource = new Map<string, number>();
  readonly #reserved = new Set<() => void>();
  #emptied: (() => void) | undefined;

  constructor(limits: ConnectionLimits, trusted: (host: string) => boolean) {
    this.#limits = limits;
    this.#trusted = trusted;
  }

  /** How many are open, being opened, or in their handshake. */
  get size(): number {
    return this.#flows.size + this.#reserved.size;
  }

  /** False when one more from `host` would pass a limit. */
  mayAccept(host: string): boolean {
    if (this.size >= this.#limits.total) return false;
    return (
      this.#trusted(host) || (this.#bySource.get(sourceOf(host)) ?? 0) < this.#limits.perSource
    );
  }

  /** Counts a connection that is not a flow yet; the result gives its place back. `abort` ends it when all are closed. */
  reserve(host: string, abort: () => void): () => void {
    this.#reserved.add(abort);
    this.#count(host, 1);
    return () => {
      if (!this.#reserved.delete(abort)) return;
      this.#count(host, -1);
      this.#settle();
    };
  }

  /** The newest connection to `remote` that fits, whoever opened it. */
  find(remote: Address, fits: (flow: F) => boolean): F | undefined {
    return this.#byRemote.get(key(remote))?.findLast(fits);
  }

  add(flow: F): void {
    this.#flows.add(flow);
    this.#list(key(flow.remote), flow);
    if (flow.accepted) this.#count(flow.remote.host, 1);
  }

  /** `flow` is found at `remote` too from now on, and no more at an earlier alias. */
  alias(flow: F, remote: Address): void {
    const known = this.#aliases.get(flow);
    const wanted = key(remote);
    if (known === wanted || !this.#flows.has(flow)) return;
    if (known !== undefined) this.#unlist(known, flow);
    this.#aliases.set(flow, wanted);
    this.#list(wanted, flow);
  }

  remove(flow: F): void {
    if (!this.#flows.delete(flow)) return;
    this.#unlist(key(flow.remote), flow);
    const alias = this.#aliases.get(flow);
    if (alias !== undefined) this.#unlist(alias, flow);
    this.#aliases.delete(flow);
    if (flow.accepted) this.#count(flow.remote.host, -1);
    this.#settle();
  }

  /** Closes every connection and resolves when the last is gone. */
  close(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#emptied = resolve;
      for (const abort of [...this.#reserved]) abort();
      for (const flow of [...this.#flows]) flow.close();
    });
  }

  #settle(): void {
    if (this.size === 0) this.#emptied?.();
  }

  #list(where: string, flow: F): void {
    this.#byRemote.set(where, [...(this.#byRemote.get(where) ?? []), flow]);
  }

  #unlist(where: string, flow: F): void {
    const left = this.#byRemote.get(where)?.filter((other) => other !== flow) ?? [];
    if (left.length === 0) this.#byRemote.delete(where);
    else this.#byRemote.set(where, left);
  }

  #count(host: string, change: number): void {
    const source = sourceOf(host);
    const count = (this.#bySource.get(source) ?? 0) + change;
    if (count > 0) this.#bySource.set(source, count);
    else this.#bySource.delete(source);
  }
}

// What a stranger has one of: an IPv4 address, or the first 64 bits of an IPv6 address.
function sourceOf(host: string): string {
  return isIPv6(host) ? ipv6Bytes(host).slice(0, 8).join('.') : host;
}

function key(address: Address): string {
  return formatAddress({ host: canonicalHost(address.host), port: address.port });
}
