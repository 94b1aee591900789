// What a client remembers of challenges, so that counts rise and an endless challenge ends (RFC 7616 §3.6, RFC 3261 §22.1).
import type { Algorithm, Qop } from './digest.ts';

/** The two headers that challenge, and the one that answers each. */
export const answering = {
  'WWW-Authenticate': 'Authorization',
  'Proxy-Authenticate': 'Proxy-Authorization',
} as const;

/** A header that carries credentials. */
export type CredentialsHeader = (typeof answering)[keyof typeof answering];

/** A challenge in force: what later requests for its realm are answered with. */
export interface Session {
  readonly header: CredentialsHeader;
  /** As it came from the wire. */
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** The algorithm as the server wrote it, undefined when it wrote none. */
  readonly algorithmText: string | undefined;
  readonly algorithm: Algorithm;
  readonly qop: Qop | undefined;
  /** The methods that were challenged; the credentials go unasked only with these. */
  readonly methods: ReadonlySet<string>;
  /** How many requests carried this nonce. */
  count: number;
}

const answersRemembered = 1024;

/**
 * The challenges in force of one account. Keep one for each pair of account and next hop, and give it only requests that
 * go there, so that no digest reaches a stranger.
 */
export class NonceMemory {
  readonly #capacity: number;
  readonly #sessions = new Map<string, Session>();
  readonly #tries = new Map<string, number>();

  /** `capacity`: how many realms are remembered, the oldest goes first. */
  constructor(capacity: number = 16) {
    this.#capacity = capacity;
  }

  /** The challenge in force for a realm. */
  get(header: CredentialsHeader, realm: string): Session | undefined {
    return this.#sessions.get(key(header, realm));
  }

  /** Puts a challenge in force in place of the realm's former one. */
  set(session: Session): void {
    const name = key(session.header, session.realm);
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= this.#capacity) return;
      this.#sessions.delete(oldest);
    }
  }

  /** Forgets a realm, since its credentials were refused. */
  delete(header: CredentialsHeader, realm: string): void {
    this.#sessions.delete(key(header, realm));
  }

  /** All challenges in force. */
  sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** How many challenges in a row were answered up to the one with this `response` value; 0 when it was sent unasked. */
  triesOf(response: string): number {
    return this.#tries.get(response) ?? 0;
  }

  /** Notes that `response` answers the challenge number `tries` in a row. */
  noteTry(response: string, tries: number): void {
    this.#tries.set(response, tries);
    for (const oldest of this.#tries.keys()) {
      if (this.#tries.size <= answersRemembered) return;
      this.#tries.delete(oldest);
    }
  }

  /** How many realms are remembered. */
  get size(): number {
    return this.#sessions.size;
  }
}

function key(header: CredentialsHeader, realm: string): string {
  return `${header}\n${realm}`;
}
