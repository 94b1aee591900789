// DNS for Node.js: asks name servers directly (c-ares), never through `dns.lookup`, whose four threads a dead name can fill.
import { readFile } from 'node:fs/promises';
import { Resolver as Dns } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { canonicalHost } from '../transport/address.ts';
import type { PointerRecord, Resolver, ServiceRecord } from '../transport/resolver.ts';

/** How a resolver is made; times in milliseconds. */
export interface NodeResolverOptions {
  /** `1.1.1.1` or `127.0.0.1:5353`; the system's unless said. */
  readonly servers?: readonly string[] | undefined;
  /** For the first try of one question; the second may take twice as long. */
  readonly timeout?: number | undefined;
  /** How long an answer serves without being asked again. */
  readonly fresh?: number | undefined;
  /** How long an old answer serves when DNS is silent. */
  readonly stale?: number | undefined;
  /** The file of names that this machine knows by itself; `/etc/hosts` unless said. */
  readonly hostsFile?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** A resolver that keeps answers for a while, asks each question once at a time, and falls back on old answers. */
export function nodeResolver(options: NodeResolverOptions = {}): Resolver {
  return new NodeResolver(options);
}

/** A resolver in the form that node:net takes, so that connections by name never use `dns.lookup`. */
export function lookupWith(resolver: Resolver): LookupFunction {
  return (name, { all, family }, found) => {
    const four = family === 6 || family === 'IPv6' ? [] : resolver.a(name);
    const six = family === 4 || family === 'IPv4' ? [] : resolver.aaaa(name);
    Promise.allSettled([four, six]).then(
      ([a, aaaa]) => {
        const addresses = [
          ...(a.status === 'fulfilled' ? a.value : []).map((address) => ({ address, family: 4 })),
          ...(aaaa.status === 'fulfilled' ? aaaa.value : []).map((address) => ({
            address,
            family: 6,
          })),
        ];
        const [first] = addresses;
        if (first === undefined) found(notFound(name), '', 0);
        else if (all === true) found(null, addresses);
        else found(null, first.address, first.family);
      },
      () => {},
    );
  };
}

class NodeResolver implements Resolver {
  readonly #dns: Dns;
  readonly #hostsFile: string;
  readonly #addresses: Answers<string>;
  readonly #services: Answers<ServiceRecord>;
  readonly #pointers: Answers<PointerRecord>;
  readonly #hosts: Answers<HostsFile>;

  constructor(options: NodeResolverOptions) {
    const { servers, timeout = 1_500, hostsFile = '/etc/hosts' } = options;
    this.#dns = new Dns({ timeout, tries: 2 });
    if (servers !== undefined) this.#dns.setServers(servers);
    this.#hostsFile = hostsFile;
    this.#addresses = new Answers(options);
    this.#services = new Answers(options);
    this.#pointers = new Answers(options);
    this.#hosts = new Answers(options);
  }

  async a(name: string): Promise<readonly string[]> {
    return (
      (await this.#known(name, 4)) ??
      this.#addresses.ask(`A ${name}`, () => this.#dns.resolve4(name))
    );
  }

  async aaaa(name: string): Promise<readonly string[]> {
    return (
      (await this.#known(name, 6)) ??
      this.#addresses.ask(`AAAA ${name}`, () => this.#dns.resolve6(name))
    );
  }

  srv(name: string): Promise<readonly ServiceRecord[]> {
    return this.#services.ask(name, async () =>
      (await this.#dns.resolveSrv(name)).map(({ name: target, port, priority, weight }) => ({
        priority,
        weight,
        port,
        target,
      })),
    );
  }

  naptr(name: string): Promise<readonly PointerRecord[]> {
    return this.#pointers.ask(name, () => this.#dns.resolveNaptr(name));
  }

  /** RFC 6761 §6.3 for `localhost`; then the names of the hosts file. Undefined when DNS is to be asked. */
  async #known(name: string, family: 4 | 6): Promise<readonly string[] | undefined> {
    const lower = name.toLowerCase().replace(/\.$/, '');
    if (lower === 'localhost' || lower.endsWith('.localhost'))
      return [family === 4 ? '127.0.0.1' : '::1'];
    const [hosts] = await this.#hosts.ask('', async () => [await readHosts(this.#hostsFile)]);
    return hosts?.get(lower)?.filter((address) => isIP(address) === family);
  }
}

/** Answers of one kind, by question. */
class Answers<T> {
  readonly #clock: Clock;
  readonly #fresh: number;
  readonly #stale: number;
  readonly #known = new Map<string, { readonly records: readonly T[]; readonly at: number }>();
  readonly #asking = new Map<string, Promise<readonly T[]>>();

  constructor({ fresh = 30_000, stale = 3_600_000, clock = systemClock }: NodeResolverOptions) {
    this.#clock = clock;
    this.#fresh = fresh;
    this.#stale = stale;
  }

  ask(question: string, fetch: () => Promise<readonly T[]>): Promise<readonly T[]> {
    const known = this.#known.get(question);
    if (known !== undefined && this.#clock.now() - known.at < this.#fresh)
      return Promise.resolve(known.records);
    const asked = this.#asking.get(question) ?? this.#fetch(question, fetch);
    this.#asking.set(question, asked);
    return asked;
  }

  async #fetch(question: string, fetch: () => Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      const records = await noRecordIsEmpty(fetch);
      this.#remember(question, records);
      return records;
    } catch (error) {
      const known = this.#known.get(question);
      if (known === undefined || this.#clock.now() - known.at > this.#stale) throw error;
      return known.records;
    } finally {
      this.#asking.delete(question);
    }
  }

  #remember(question: string, records: readonly T[]): void {
    this.#known.delete(question);
    this.#known.set(question, { records, at: this.#clock.now() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostAnswers && oldest !== undefined) this.#known.delete(oldest);
  }
}

const mostAnswers = 10_000;

type HostsFile = ReadonlyMap<string, readonly string[]>;

async function noRecordIsEmpty<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await ask();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}

async function readHosts(file: string): Promise<HostsFile> {
  const hosts = new Map<string, readonly string[]>();
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/[ \t]+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const lower = name.toLowerCase();
      hosts.set(lower, [...(hosts.get(lower) ?? []), canonicalHost(address)]);
    }
  }
  return hosts;
}

function notFound(name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`No address was found for ${name}`), { code: 'ENOTFOUND' });
}
