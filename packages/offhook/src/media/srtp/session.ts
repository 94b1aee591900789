// SRTP of one stream: the keys in force, and those before them to which a rolled back offer returns.
import { SrtpOpening } from './opening.ts';
import { SrtpProtection } from './protecting.ts';
import { suiteNamed } from './suite.ts';

/** The master keys of a stream as agreed; they cross to the media thread and nowhere else. */
export interface MasterKeys {
  readonly suite: string;
  /** Master key and salt for what we send. */
  readonly send: Uint8Array;
  /** Master key and salt for what the peer sends. */
  readonly receive: Uint8Array;
  /** Packets of each kind that the peer's key serves for; Infinity unless said. */
  readonly receiveLifetime: number;
}

/** Changes of keys that are remembered. */
const mostRemembered = 4;

/**
 * Protects and opens the packets of one stream. A key that comes back finds its counters as they were: started anew it would
 * encrypt two packets alike (RFC 3711 §9.1).
 */
export class SrtpSession {
  readonly #protections = new Map<string, SrtpProtection>();
  readonly #openings = new Map<string, SrtpOpening>();
  #protection: SrtpProtection | undefined;
  #opening: SrtpOpening | undefined;
  /** That of the keys before, until the first packet with the new ones (RFC 4568 §7.1.4). */
  #earlier: SrtpOpening | undefined;

  /** Puts keys in force; undefined for plain RTP. */
  agree(keys: MasterKeys | undefined): void {
    const suite = keys === undefined ? undefined : suiteNamed(keys.suite);
    if (keys === undefined || suite === undefined) {
      this.#protection = undefined;
      this.#opening = undefined;
      this.#earlier = undefined;
      return;
    }
    const name = (key: Uint8Array): string => `${suite.name} ${key.join()}`;
    this.#protection = recalled(
      this.#protections,
      name(keys.send),
      () => new SrtpProtection(suite, keys.send),
    );
    const before = this.#opening;
    this.#opening = recalled(
      this.#openings,
      name(keys.receive),
      () => new SrtpOpening(suite, keys.receive, keys.receiveLifetime),
    );
    if (before !== this.#opening) this.#earlier = before;
  }

  /** Protects a packet of `length` octets in place; tells its new length, 0 when it must not be sent. */
  protect(bytes: Uint8Array, length: number): number {
    return this.#protection === undefined ? length : this.#protection.rtp(bytes, length);
  }

  /** Protects a compound; undefined when it must not be sent. */
  protectRtcp(compound: Uint8Array): Uint8Array | undefined {
    return this.#protection === undefined ? compound : this.#protection.rtcp(compound);
  }

  /** The packet in `bytes`; undefined when it is to be dropped. */
  open(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#opening === undefined) return bytes;
    let length = this.#opening.rtp(bytes);
    if (length > 0) this.#earlier = undefined;
    else length = this.#earlier?.rtp(bytes) ?? 0;
    return length === 0 ? undefined : bytes.subarray(0, length);
  }

  /** The compound in `packet`; undefined when it is to be dropped. */
  openRtcp(packet: Uint8Array): Uint8Array | undefined {
    if (this.#opening === undefined) return packet;
    return this.#opening.rtcp(packet) ?? this.#earlier?.rtcp(packet);
  }
}

function recalled<T>(known: Map<string, T>, name: string, make: () => T): T {
  const found = known.get(name) ?? make();
  // The newest comes last; the oldest is forgotten first.
  known.delete(name);
  known.set(name, found);
  for (const oldest of known.keys()) {
    if (known.size <= mostRemembered) break;
    known.delete(oldest);
  }
  return found;
}
