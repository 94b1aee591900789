// Nonces that are good only for the address to which they were given, so that nobody can use up another's tries.
import { NonceIssuer } from '@offhook/sip';

/** A nonce issuer that signs the source with the realm. Call `from` right before each use. */
export class SourceNonces extends NonceIssuer {
  #source = '';

  /** The source of the request that is judged now; what follows is synchronous. */
  from(source: string): this {
    this.#source = source;
    return this;
  }

  override issue(realm: string): string {
    return super.issue(`${realm}\n${this.#source}`);
  }

  override read(nonce: string, realm: string): ReturnType<NonceIssuer['read']> {
    return super.read(nonce, `${realm}\n${this.#source}`);
  }
}
