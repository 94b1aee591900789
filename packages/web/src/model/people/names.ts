// Who is who: a name for an address from the contacts, the server's directory, or the other side's own word; and back.
import type { NameAddress } from '@offhook/sip/message';
import type { Party } from '../call.ts';
import type { Contact } from '../phone.ts';
import { addressOf, claimedName, numberIn, plainAddress, shown } from './address.ts';

/** Where the names come from. */
export interface NameSources {
  /** Our own people, and those that the server names. */
  contacts(): readonly Contact[];
  domain(): string;
}

/** Finds names and addresses. */
export class Names {
  readonly #sources: NameSources;

  constructor(sources: NameSources) {
    this.#sources = sources;
  }

  /** The party of a From, To or Contact. */
  party(value: NameAddress): Party {
    return this.partyAt(plainAddress(value.uri), claimedName(value));
  }

  /** The party at an address. */
  partyAt(address: string, claims?: string): Party {
    const known = this.#nameOf(address);
    const name = known ?? claims ?? shown(address, this.#sources.domain());
    return known !== undefined && claims !== undefined && claims !== known
      ? { address, name, claims }
      : { address, name };
  }

  /** The address that typed text means: somebody's name, a number, an address. */
  addressOf(text: string): string | undefined {
    const wanted = fold(text);
    const named = this.#sources.contacts().find(({ name }) => fold(name) === wanted);
    return this.#absolute(named?.addresses[0] ?? text);
  }

  /** Those whose name or address has `text` in it, at most `most`. */
  like(text: string, most: number): readonly Party[] {
    const wanted = fold(text);
    if (wanted === '') return [];
    const digits = numberIn(text);
    const found: Party[] = [];
    for (const { name, addresses } of this.#sources.contacts()) {
      for (const address of addresses) {
        const number =
          digits === undefined ? undefined : numberIn(shown(address, this.#sources.domain()));
        const fits =
          fold(name).includes(wanted) ||
          fold(address).includes(wanted) ||
          (digits !== undefined && number?.includes(digits) === true);
        if (!fits) continue;
        const absolute = this.#absolute(address);
        if (absolute !== undefined) found.push({ address: absolute, name });
        if (found.length === most) return found;
      }
    }
    return found;
  }

  #absolute(text: string): string | undefined {
    return addressOf(text, this.#sources.domain());
  }

  #nameOf(address: string): string | undefined {
    const domain = this.#sources.domain();
    const wanted = sameness(address, domain);
    const fitting = this.#sources
      .contacts()
      .filter(({ addresses }) => addresses.some((one) => sameness(one, domain) === wanted));
    // What our user calls somebody comes before what the server does.
    return (fitting.find(({ given }) => !given) ?? fitting[0])?.name;
  }
}

/** Text as it is compared: case and blanks at the ends do not matter. */
export function fold(text: string): string {
  return text.trim().toLocaleLowerCase();
}

// A number is the same at every host; any other user is somebody of its domain.
function sameness(text: string, domain: string): string {
  const address = addressOf(text, domain) ?? text;
  const short = shown(address, domain);
  return numberIn(short) ?? short.toLowerCase();
}
