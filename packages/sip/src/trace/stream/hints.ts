// What every SDP said of the addresses that media goes to, kept for the packets that come later.
import type { ObservedAddress } from '../../base/tap.ts';
import type { CodecDocument } from '../document/document.ts';
import { addressKey } from './place.ts';
import type { MediaHint } from './place.ts';
import type { StreamTerms } from './stream.ts';

/** How many addresses are kept; the one longest not heard of goes first. */
const mostAddresses = 16_384;

/** Terms of a stream, and which version of what is known they are made of. */
export interface KnownTerms extends StreamTerms {
  /** 0 when no SDP names its addresses. */
  readonly version: number;
}

const unknown: KnownTerms = { codecs: new Map(), encrypted: false, version: 0 };

/** The terms at each address. */
export class Hints {
  /** Rises with each SDP. */
  version = 0;
  readonly #terms = new Map<string, KnownTerms>();
  readonly #secured = new Set<string>();

  /** Takes what an SDP says; later ones replace earlier ones, payload type by payload type. */
  learn(hint: MediaHint): void {
    const key = addressKey(hint);
    const known = this.#terms.get(key);
    this.version += 1;
    const codecs = new Map<number, CodecDocument>(known?.codecs);
    for (const codec of hint.codecs) codecs.set(codec.payloadType, codec);
    this.#terms.delete(key);
    this.#terms.set(key, {
      codecs,
      encrypted: hint.encrypted ?? known?.encrypted ?? false,
      version: this.version,
    });
    forget(this.#terms);
  }

  /** Whether an SDP named this address. */
  has(address: ObservedAddress): boolean {
    return this.#terms.has(addressKey(address));
  }

  /** DTLS was seen between two addresses, so what flows there is SRTP (RFC 5764 §4). */
  secured(source: ObservedAddress, destination: ObservedAddress): void {
    this.#secured.add(pairKey(source, destination));
    forget(this.#secured);
    this.version += 1;
  }

  /** RFC 3264 §5.1: payload types mean what the receiver said; where it said nothing, what the sender did. */
  of(source: ObservedAddress, destination: ObservedAddress): KnownTerms {
    const receiver = this.#terms.get(addressKey(destination));
    const sender = this.#terms.get(addressKey(source));
    const encrypted =
      receiver?.encrypted === true ||
      sender?.encrypted === true ||
      this.#secured.has(pairKey(source, destination));
    const version = Math.max(receiver?.version ?? 0, sender?.version ?? 0);
    if (receiver === undefined && sender === undefined && !encrypted) return unknown;
    const codecs = new Map([...(sender?.codecs ?? []), ...(receiver?.codecs ?? [])]);
    return { codecs, encrypted, version };
  }
}

function pairKey(one: ObservedAddress, other: ObservedAddress): string {
  return [addressKey(one), addressKey(other)].toSorted().join(' ');
}

function forget(table: Map<string, unknown> | Set<string>): void {
  if (table.size <= mostAddresses) return;
  const [oldest] = table.keys();
  if (oldest !== undefined) table.delete(oldest);
}
