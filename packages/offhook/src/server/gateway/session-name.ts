// The Session-ID of a bridged call: one name on both legs, whatever their Call-IDs are (RFC 7989 §7).
import type { Random } from '@offhook/sip';
import { nilSessionId, sessionId } from '@offhook/sip/message';
import type { HeaderInit, Message } from '@offhook/sip/message';

/** One party's half of the name: its own word, or one that is made for a party that knows nothing of this. */
export class HalfName {
  readonly #random: Random;
  #half: string | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Undefined until the party has said it, or somebody had to be told. */
  get known(): string | undefined {
    return this.#half;
  }

  /** The half, made where there was none. */
  get made(): string {
    return (this.#half ??= uuid(this.#random));
  }

  /** Reads what the party says in a message; its newest word counts (RFC 7989 §8). */
  read(message: Message): void {
    const said = message.get(sessionId)?.local;
    if (said === undefined || said === nilSessionId) return;
    // A copy: the text is a part of its whole datagram.
    this.#half = Buffer.from(said, 'latin1').toString('latin1');
  }
}

/** What `to` is told: the other's half first, then its own. */
export function sessionName(from: HalfName | undefined, to: HalfName): HeaderInit {
  return ['Session-ID', `${from?.made ?? nilSessionId};remote=${to.known ?? nilSessionId}`];
}

// RFC 7989 §4.1: a UUID of version 4, without dashes.
function uuid(random: Random): string {
  const bytes = random.bytes(16);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const variant = '89ab'[(bytes[8] ?? 0) & 3] ?? '8';
  return `${hex.slice(0, 12)}4${hex.slice(13, 16)}${variant}${hex.slice(17)}`;
}
