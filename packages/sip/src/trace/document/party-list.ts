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
  /** True when it stands between the people: it passes requests on, registers or asks for credentials. */
  serves: boolean;
  /** The user whose calls it answers, and the legs on which it answers and calls. */
  user: string | undefined;
  readonly answers: Set<number>;
  readonly calls: Set<number>;
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

  /** A party stands between the people: whoever was called there is not its name. */
  serve(party: Party): void {
    this.#of(party).serves = true;
  }

  /** A party takes the calls of a user on this leg. */
  answer(party: Party, leg: number, user: string | undefined): void {
    const known = this.#of(party);
    known.user ??= user;
    known.answers.add(leg);
  }

  /** A party calls on this leg; who answers on another one is a back-to-back user agent. */
  begin(party: Party, leg: number): void {
    this.#of(party).calls.add(leg);
  }

  /** All of them. */
  documents(): readonly PartyDocument[] {
    return [...this.#known.values()].map((known) => {
      const { id, party, addresses, product, user } = known;
      const { name, address, observed } = party;
      return {
        id,
        name: observed || !standsBetween(known) ? (name ?? user) : undefined,
        addresses: addresses.size > 0 ? [...addresses] : address === '' ? [] : [address],
        observed,
        product,
      };
    });
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
      serves: false,
      user: undefined,
      answers: new Set(),
      calls: new Set(),
    };
    this.#known.set(current, next);
    return next;
  }
}

function standsBetween({ serves, answers, calls }: Known): boolean {
  return serves || (answers.size > 0 && [...calls].some((leg) => !answers.has(leg)));
}
