// Other names for users and addresses: the same one each time, of the same kind, and never one that is really there.

/** Addresses that say nothing of anybody: held media, loopback, everybody. */
const plain = /^(?:0\.0\.0\.0|255\.255\.255\.255|127(?:\.\d{1,3}){3}|::1?)$/;

/** Kinds of IPv4 addresses whose kind explains a fault, and stays: what they begin with. */
const kinds4: readonly (readonly [kind: RegExp, prefixes: readonly string[]])[] = [
  [/^10\./, ['10.0.0.', '10.0.1.', '10.0.2.', '10.0.3.']],
  [/^192\.168\./, ['192.168.0.', '192.168.1.', '192.168.2.', '192.168.3.']],
  [/^172\.(?:1[6-9]|2\d|3[01])\./, ['172.16.0.', '172.16.1.', '172.16.2.']],
  [/^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./, ['100.64.0.', '100.64.1.']],
  [/^169\.254\./, ['169.254.1.', '169.254.2.']],
  [/^2(?:2[4-9]|3\d)\./, ['233.252.0.']],
  // What documents use, and a range of benchmarks for very many.
  [
    /^/,
    ['192.0.2.', '198.51.100.', '203.0.113.', '198.18.0.', '198.18.1.', '198.18.2.', '198.18.3.'],
  ],
];

const kinds6: readonly (readonly [kind: RegExp, prefix: string])[] = [
  [/^f[cd]/i, 'fd00::'],
  [/^fe[89ab]/i, 'fe80::'],
  [/^ff/i, 'ff0e::'],
  [/^/, '2001:db8::'],
];

/** Gives each name and each address another, in the order in which they come. */
export class Pseudonyms {
  readonly #taken: ReadonlySet<string>;
  readonly #users = new Map<string, string>();
  readonly #hosts = new Map<string, string>();
  readonly #devices = new Map<string, string>();
  readonly #given = new Set<string>();

  /** `taken`: what is really there, in lower case, and is therefore nobody's other name. */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  /** Users that have another name, the longest first. */
  get users(): readonly (readonly [string, string])[] {
    return longestFirst(this.#users);
  }

  /** Hosts that have another name, the longest first. */
  get hosts(): readonly (readonly [string, string])[] {
    return longestFirst(this.#hosts);
  }

  /** Another name for a user, or another number of the same length for a number. */
  user(name: string): string {
    if (name === '' || /^anonymous$/i.test(name) || this.#given.has(name)) return name;
    return this.#of(this.#users, name, (count) => {
      const digits = name.replaceAll(/[^\d]/g, '');
      if (!/^\+?[\d().*#-]+$/.test(name) || digits.length < 2) return `user${count}`;
      const number = String(count).padStart(Math.max(digits.length - 1, 1), '0');
      return `${name.startsWith('+') ? '+' : ''}9${number}`;
    });
  }

  /** Another UUID for that of a device. */
  device(uuid: string): string {
    const bare = uuid.toLowerCase();
    if (this.#given.has(bare)) return uuid;
    return this.#of(
      this.#devices,
      bare,
      (count) => `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`,
    );
  }

  /** Another address of the same kind, or another domain. */
  host(name: string): string {
    const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
    if (plain.test(bare) || bare === 'localhost' || bare === 'anonymous.invalid') return name;
    // What is written already may be looked at again: as a host, and as an address in a text.
    if (this.#given.has(bare)) return name;
    const other = this.#of(this.#hosts, bare, (count) => hostOf(bare, count));
    return name.startsWith('[') ? `[${other}]` : other;
  }

  #of(names: Map<string, string>, name: string, make: (count: number) => string): string {
    const known = names.get(name);
    if (known !== undefined) return known;
    for (let count = names.size + 1; ; count += 1) {
      const other = make(count);
      if (this.#taken.has(other.toLowerCase()) || this.#given.has(other)) continue;
      this.#given.add(other);
      names.set(name, other);
      return other;
    }
  }
}

function hostOf(name: string, count: number): string {
  if (isAddress4(name)) {
    const prefixes = kinds4.find(([kind]) => kind.test(name))?.[1] ?? [];
    const prefix = prefixes[Math.floor((count - 1) / 254)];
    if (prefix !== undefined) return `${prefix}${((count - 1) % 254) + 1}`;
    return `198.19.${Math.floor(count / 254) % 256}.${(count % 254) + 1}`;
  }
  if (name.includes(':')) {
    return `${kinds6.find(([kind]) => kind.test(name))?.[1] ?? ''}${count.toString(16)}`;
  }
  const last = name.slice(name.lastIndexOf('.') + 1);
  return `host${count}.${last === 'invalid' || last === 'local' ? last : 'example'}`;
}

/** Whether it is an IPv4 address. */
export function isAddress4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

/** Whether it is an IPv6 address, as far as its colons tell. */
export function isAddress6(text: string): boolean {
  const colons = text.split(':').length - 1;
  return /^[\da-f:.]+$/i.test(text) && (text.includes('::') ? colons <= 8 : colons === 7);
}

function longestFirst(names: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...names].toSorted(([one], [other]) => other.length - one.length);
}
