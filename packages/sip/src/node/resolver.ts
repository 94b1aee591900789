// DNS for Node.js: asks name servers directly (c-ares), never through `dns.lookup`, whose four threads a dead name can fill.
import { readFile } from 'node:fs/promises';
import { Resolver as Dns } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { canonicalHost } from '../transport/address.ts';
import type { PointerRecord, Resolver, ServiceRecord } from '../transport/resolver.ts';
import { Answers } from './answers.ts';
import type { Found } from './answers.ts';
import { Turns } from './turns.ts';

/** How a resolver is made; times in milliseconds. */
export interface NodeResolverOptions {
  /** `1.1.1.1` or `127.0.0.1:5353`; the system's unless said. */
  readonly servers?: readonly string[] | undefined;
  /** For the first try of one question; the second may take twice as long. */
  readonly timeout?: number | undefined;
  /** How long an answer serves that DNS gave no time for, or that there is nothing. */
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
  readonly #turns = new Turns(2);
  readonly #addresses: Answers<string>;
  readonly #services: Answers<ServiceRecord>;
  readonly #pointers: Answers<PointerRecord>;
  readonly #hosts: Answers<HostsFile>;

  constructor(options: NodeResolverOptions) {
    const { servers, timeout = 1_500, hostsFile = '/etc/hosts' } = options;
    const { fresh = 30_000, stale = 3_600_000, clock = systemClock } = options;
    this.#dns = new Dns({ timeout, tries: 2 });
    if (servers !== undefined) this.#dns.setServers(servers);
    this.#hostsFile = hostsFile;
    this.#addresses = new Answers(clock, { fresh, stale });
    this.#services = new Answers(clock, { fresh, stale });
    this.#pointers = new Answers(clock, { fresh, stale });
    this.#hosts = new Answers(clock, { fresh, stale });
  }

  a(name: string): Promise<readonly string[]> {
    return this.#address(name, 4);
  }

  aaaa(name: string): Promise<readonly string[]> {
    return this.#address(name, 6);
  }

  // Node.js tells how long addresses hold, and nothing of the kind for SRV and NAPTR.
  async srv(name: string): Promise<readonly ServiceRecord[]> {
    if (isThisMachine(name)) return [];
    return this.#services.ask(plain(name), () =>
      this.#query(name, async () => {
        const found = await this.#dns.resolveSrv(name);
        return {
          records: found.map(({ name: target, port, priority, weight }) => ({
            priority,
            weight,
            port,
            target,
          })),
        };
      }),
    );
  }

  async naptr(name: string): Promise<readonly PointerRecord[]> {
    if (isThisMachine(name)) return [];
    return this.#pointers.ask(plain(name), () =>
      this.#query(name, async () => ({ records: await this.#dns.resolveNaptr(name) })),
    );
  }

  async #address(name: string, family: 4 | 6): Promise<readonly string[]> {
    const known = await this.#known(name, family);
    if (known !== undefined) return known;
    return this.#addresses.ask(`${family} ${plain(name)}`, () =>
      this.#query(name, async () => {
        const found =
          family === 4
            ? await this.#dns.resolve4(name, { ttl: true })
            : await this.#dns.resolve6(name, { ttl: true });
        return {
          records: found.map(({ address }) => address),
          seconds: Math.min(...found.map(({ ttl }) => ttl)),
        };
      }),
    );
  }

  // A name whose servers are slow or lie costs two questions at once, however many want it.
  #query<T>(name: string, fetch: () => Promise<Found<T>>): Promise<Found<T>> {
    return this.#turns.take(plain(name), () => noRecordIsEmpty(fetch));
  }

  /** The names of this machine, and those of the hosts file. Undefined when DNS is to be asked. */
  async #known(name: string, family: 4 | 6): Promise<readonly string[] | undefined> {
    if (isThisMachine(name)) return [family === 4 ? '127.0.0.1' : '::1'];
    const [hosts] = await this.#hosts.ask('', async () => ({
      records: [await readHosts(this.#hostsFile)],
    }));
    return hosts?.get(plain(name))?.filter((address) => isIP(address) === family);
  }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

// RFC 6761 §6.3: never asked of DNS.
function isThisMachine(name: string): boolean {
  const lower = plain(name);
  return lower === 'localhost' || lower.endsWith('.localhost');
}

type HostsFile = ReadonlyMap<string, readonly string[]>;

async function noRecordIsEmpty<T>(ask: () => Promise<Found<T>>): Promise<Found<T>> {
  try {
    return await ask();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return { records: [] };
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
