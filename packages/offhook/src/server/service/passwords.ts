// The passwords of the built-in peers: new at each start and never written down, so nobody can ever have learnt them.
import { ha1, secret } from '@offhook/sip';
import type { DigestAlgorithm, Random, Secret } from '@offhook/sip';

/** Knows the built-in peers as users of one realm. */
export class ServicePasswords {
  readonly #realm: string;
  readonly #passwords: ReadonlyMap<string, Secret>;

  constructor({
    names,
    realm,
    random,
  }: {
    readonly names: readonly string[];
    readonly realm: string;
    readonly random: Random;
  }) {
    this.#realm = realm;
    this.#passwords = new Map(names.map((name) => [name, secret(random.token(100))]));
  }

  /** The password of a peer. */
  of(name: string): Secret | undefined {
    return this.#passwords.get(name);
  }

  /** The HA1 of a peer, undefined for anybody else (RFC 7616 §3.4.2). */
  ha1(name: string, algorithm: DigestAlgorithm): string | undefined {
    const password = this.#passwords.get(name);
    return password === undefined
      ? undefined
      : ha1(algorithm, name, this.#realm, password.reveal());
  }
}
