// DNS made of a table, which a test may change, slow down or silence.
import type { Clock } from '../base/clock.ts';
import type { PointerRecord, Resolver, ServiceRecord } from '../transport/resolver.ts';

/** The records by name, in any letter case. */
export interface Zone {
  readonly a?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly aaaa?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly srv?: Readonly<Record<string, readonly ServiceRecord[]>> | undefined;
  readonly naptr?: Readonly<Record<string, readonly PointerRecord[]>> | undefined;
}

/**
 * A resolver over a table.
 *
 * ```ts
 * const resolver = new VirtualResolver(clock, {
 *   srv: { '_sip._udp.example.com': [{ priority: 1, weight: 0, port: 5060, target: 'a.example.com' }] },
 *   a: { 'a.example.com': ['192.0.2.1'] },
 * });
 * ```
 */
export class VirtualResolver implements Resolver {
  /** Every question so far, as `SRV _sip._udp.example.com`. */
  readonly asked: string[] = [];
  /** How long an answer takes, in milliseconds. */
  delay = 0;
  /** True while no name server answers: questions are rejected after `delay`. */
  silent = false;
  readonly #clock: Clock;
  #zone: Zone;

  constructor(clock: Clock, zone: Zone = {}) {
    this.#clock = clock;
    this.#zone = zone;
  }

  /** From now on these are the records. */
  change(zone: Zone): void {
    this.#zone = zone;
  }

  a(name: string): Promise<readonly string[]> {
    return this.#answer('A', name, this.#zone.a);
  }

  aaaa(name: string): Promise<readonly string[]> {
    return this.#answer('AAAA', name, this.#zone.aaaa);
  }

  srv(name: string): Promise<readonly ServiceRecord[]> {
    return this.#answer('SRV', name, this.#zone.srv);
  }

  naptr(name: string): Promise<readonly PointerRecord[]> {
    return this.#answer('NAPTR', name, this.#zone.naptr);
  }

  async #answer<T>(
    kind: string,
    name: string,
    table: Readonly<Record<string, readonly T[]>> = {},
  ): Promise<readonly T[]> {
    this.asked.push(`${kind} ${name}`);
    const { delay, silent } = this;
    if (delay > 0) await new Promise<void>((resolve) => this.#clock.after(delay, resolve));
    if (silent) throw Object.assign(new Error(`No name server answers`), { code: 'ETIMEOUT' });
    const wanted = name.toLowerCase();
    return Object.entries(table).find(([known]) => known.toLowerCase() === wanted)?.[1] ?? [];
  }
}
