// One handshake whose secret the client sends under the key of the server's certificate (RFC 5246 §7.4.7.1), or which resumes such a one.
import { hexToBytes } from '@noble/hashes/utils.js';
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { u16 } from './octets.ts';
import type { RsaPrivateKey } from './rsa-key.ts';
import type { ServerKeys } from './server-keys.ts';
import type { ClientHello, ServerHello } from './tls-hello.ts';
import { masterSecret, Transcript } from './tls-secrets.ts';
import type { Suite } from './tls-suite.ts';

/** What both agreed on. */
interface Agreed {
  readonly suite: Suite;
  readonly hello: ServerHello;
}

/** Finds the master secret of a handshake. */
export class RsaExchange {
  readonly #keys: ServerKeys;
  readonly #client: ClientHello;
  readonly #transcript = new Transcript();
  #agreed: Agreed | undefined;
  /** That of the server's certificate; undefined before that, or when it is another. */
  #key: RsaPrivateKey | undefined;
  #hasCertificate = false;
  #master: Uint8Array | undefined;

  constructor(keys: ServerKeys, client: ClientHello) {
    this.#keys = keys;
    this.#client = client;
  }

  /** A handshake message came; all of them count, until the secret is known (RFC 7627 §3). */
  heard(message: Uint8Array): void {
    if (this.#master === undefined) this.#transcript.add(message);
  }

  /** Both hellos came. Gives the secret of the session that is resumed, if one may be; `isResumed` when it surely is. */
  agree(
    suite: Suite,
    hello: ServerHello,
  ): { readonly isResumed: boolean; readonly master: Uint8Array | undefined } {
    this.#agreed = { suite, hello };
    const { session, ticket } = this.#client;
    // RFC 5246 §7.4.1.3; RFC 5077 §3.4: who resumes by a ticket may have no id, and what follows tells whether that was taken.
    const isResumed = session.length > 0 && equal(session, hello.session);
    const mayBe = isResumed || hello.session.length === 0;
    const master = mayBe ? (this.#find(ticket) ?? this.#find(session)) : undefined;
    if (isResumed) this.#master = master;
    return { isResumed, master };
  }

  /** The server's certificate came. */
  certified(body: Uint8Array): void {
    this.#hasCertificate = true;
    this.#key = this.#keys.keyIn(body);
  }

  /** The client's ClientKeyExchange came: the master secret, or why there is none. */
  chosen(body: Uint8Array): Result<Uint8Array, string> {
    if (this.#agreed === undefined || !this.#hasCertificate)
      return fail('the beginning of its handshake was not captured, which tells its key');
    if (this.#key === undefined)
      return fail('the certificate of its server is of another private key');
    const premaster = this.#keys.premaster(this.#key, body);
    if (!premaster.ok) return premaster;
    const { suite, hello } = this.#agreed;
    const master = masterSecret(
      suite.derivation,
      premaster.value,
      hello.extendedMaster
        ? { transcript: this.#transcript }
        : { randoms: [hexToBytes(this.#client.random), hello.random] },
    );
    this.#master = master;
    this.#keys.remember(hello.session, master);
    return ok(master);
  }

  /** RFC 5077 §3.3: the server gave the session a ticket. */
  ticketed(body: Uint8Array): void {
    const ticket = body.subarray(6, 6 + u16(body, 4));
    if (this.#master !== undefined) this.#keys.remember(ticket, this.#master);
  }

  #find(session: Uint8Array): Uint8Array | undefined {
    return session.length > 0 ? this.#keys.resumed(session) : undefined;
  }
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
