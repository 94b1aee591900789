// The parties of a document: one column each, with all addresses that they were seen at.
import type { ObservedAddress } from '../../base/tap.ts';
import type { Party } from '../correlate/labelled.ts';
import { addressText } from '../correlate/parties.ts';
import type { PartyDocument } from './document.ts';

interface Known {
  readonly id: number;
  readonly party: Party;
  readonly addresses: Set<string>;
  product: string | undefined;
}

/** Counts parties from 1 in the order in which they were seen. */
export class PartyList {
  readonly #known = new Map<Party, Known>();

  /** The id of `party`; with `address`, one that it was seen at. */
  id(party: Party, address?: ObservedAddress): number {
    const known = this.#of(party);
    if (address !== undefined && address.port !== 0) known.addresses.add(addressText(address));
    return known.id;
  }

  /** The id of the endpoint with this name. */
  named(name: string): number | undefined {
    for (const { id, party } of this.#known.values())
      if (party.observed && party.name === name) return id;
    return undefined;
  }

  /** The id of the party that was seen at `address`. */
  at(address: ObservedAddress): number | undefined {
    const text = addressText(address);
    for (const { id, addresses } of this.#known.values()) if (addresses.has(text)) return id;
    return undefined;
  }

  /** What a party calls itself; the first word counts. */
  call(party: Party, product: string): void {
    this.#of(party).product ??= product;
  }

  /** All of them. */
  documents(): readonly PartyDocument[] {
    return [...this.#known.values()].map(({ id, party, addresses, product }) => ({
      id,
      name: party.name,
      addresses: addresses.size > 0 ? [...addresses] : party.address === '' ? [] : [party.address],
      observed: party.observed,
      product,
    }));
  }

  #of(party: Party): Known {
    const { current } = party;
    const known = this.#known.get(current);
    if (known !== undefined) return known;
    const next: Known = {
      id: this.#known.size + 1,
      party: current,
      addresses: new Set(),
      product: undefined,
    };
    this.#known.set(current, next);
    return next;
  }
}
