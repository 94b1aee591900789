// Where the server of an account is, so that nobody else sees what proves the account (RFC 3261 §22, §26.1).
import { sameUri } from '../message/same-uri.ts';
import { isSipUri } from '../message/uri.ts';
import type { SipUri, Uri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';

/** An address with its port. */
interface Place {
  readonly host: string;
  readonly port: number;
}

const placesRemembered = 32;
const routesRemembered = 8;

/**
 * The next hops that may see the credentials of an account: those that were configured or that its registrar named, and
 * the addresses at which these were reached. A port counts where it is written.
 */
export class Home {
  readonly #configured: readonly Uri[];
  #routes: readonly Uri[] = [];
  readonly #places = new Set<string>();

  /** `configured`: the account's servers, and the domain of its address of record. */
  constructor(configured: readonly Uri[]) {
    this.#configured = configured;
  }

  /** The first value of the registrar's Service-Route, where later requests go (RFC 3608 §5). */
  named(hop: Uri): void {
    const others = this.#routes.filter((one) => !sameUri(one, hop));
    this.#routes = [hop, ...others].slice(0, routesRemembered);
  }

  /** True for a next hop that is the account's, by its name or by an address at which it was reached. */
  hasHop(hop: Uri): boolean {
    if (!isSipUri(hop)) return false;
    return this.#isNamed(hop) || this.#places.has(keyOf(placeOf(hop)));
  }

  /** True for a flow that leads to where the account's server was reached. */
  hasFlow({ remote }: Flow): boolean {
    return this.#places.has(keyOf(remote));
  }

  /** The flow on which `hop` was reached: when that is the account's by name, its address is too. */
  reached(hop: Uri, { remote }: Flow): void {
    if (!isSipUri(hop) || !this.#isNamed(hop)) return;
    this.#places.add(keyOf(remote));
    for (const oldest of this.#places) {
      if (this.#places.size <= placesRemembered) return;
      this.#places.delete(oldest);
    }
  }

  #isNamed(hop: SipUri): boolean {
    const { host, port } = placeOf(hop);
    return [...this.#configured, ...this.#routes].some(
      (one) =>
        isSipUri(one) &&
        one.host.toLowerCase() === host &&
        (one.port === undefined || one.port === port),
    );
  }
}

function placeOf({ scheme, host, port, parameters }: SipUri): Place {
  const secure = scheme === 'sips' || parameters.get('transport')?.toLowerCase() === 'tls';
  return { host: host.toLowerCase(), port: port ?? (secure ? 5061 : 5060) };
}

function keyOf({ host, port }: Place): string {
  return `${host}\n${port}`;
}
