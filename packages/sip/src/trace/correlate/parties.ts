// Who is who: addresses and endpoints become the parties of a ladder, one column each.
import type { ObservedAddress } from '../../base/tap.ts';
import type { Party } from './labelled.ts';

/** A party as the correlator keeps it. Rows hold the record; what they show is what it has become. */
export class PartyRecord implements Party {
  readonly id: number;
  address: string;
  endpoint: string | undefined;
  user: string | undefined;
  #same: PartyRecord | undefined;

  constructor(id: number, address: string) {
    this.id = id;
    this.address = address;
  }

  /** The endpoint's name, else the user seen at the address. */
  get name(): string | undefined {
    return this.endpoint ?? this.user;
  }

  /** True when observations come from inside it. */
  get observed(): boolean {
    return this.endpoint !== undefined;
  }

  /** The party that this one turned out to be. */
  get current(): PartyRecord {
    return this.#same === undefined ? this : this.#same.current;
  }

  /** This address turned out to be one of `other`'s. */
  become(other: PartyRecord): void {
    if (other.current !== this.current) this.#same = other.current;
  }
}

/** How many parties are remembered; the eldest are forgotten, and get a new column when they come back. */
const limit = 1000;

/** The parties of all calls. */
export class Parties {
  readonly #byAddress = new Map<string, PartyRecord>();
  readonly #byEndpoint = new Map<string, PartyRecord>();
  #count = 0;

  /** The observed endpoint itself, at one of its addresses. An empty name means a capture, which is nobody. */
  local(endpoint: string, address: ObservedAddress): PartyRecord {
    if (endpoint === '') return this.remote(address);
    // A client's connection has no address of its own before it is there.
    if (address.port === 0) return this.endpoint(endpoint);
    const key = addressText(address);
    const known = this.#byAddress.get(key)?.current;
    const named = this.#byEndpoint.get(endpoint)?.current;
    if (known !== undefined && known.endpoint === endpoint) return known;
    if (known !== undefined && known.endpoint === undefined && named !== undefined) {
      known.become(named);
      if (named.address === '') named.address = key;
      return named;
    }
    const party = named ?? (known?.endpoint === undefined ? known : undefined) ?? this.#create(key);
    party.endpoint = endpoint;
    if (party.address === '') party.address = key;
    this.#byEndpoint.set(endpoint, party);
    this.#byAddress.set(key, party);
    trim(this.#byEndpoint);
    return party;
  }

  /** The party at the other end of a flow. */
  remote(address: ObservedAddress): PartyRecord {
    const key = addressText(address);
    return this.#byAddress.get(key)?.current ?? this.#create(key);
  }

  /** The endpoint by name alone, for records that carry no address. */
  endpoint(name: string): PartyRecord {
    const known = this.#byEndpoint.get(name)?.current;
    if (known !== undefined) return known;
    this.#count += 1;
    const party = new PartyRecord(this.#count, '');
    party.endpoint = name;
    this.#byEndpoint.set(name, party);
    trim(this.#byEndpoint);
    return party;
  }

  #create(key: string): PartyRecord {
    this.#count += 1;
    const party = new PartyRecord(this.#count, key);
    this.#byAddress.set(key, party);
    trim(this.#byAddress);
    return party;
  }
}

/** `127.0.0.1:5060` or `[::1]:5060`. */
export function addressText({ host, port }: ObservedAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function trim(map: Map<string, PartyRecord>): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}
