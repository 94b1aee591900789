// Which addresses are whose by the checks of ICE: each names both sides' ufrags (RFC 8445 §7.2.2).
import { utf8 } from '../../base/bytes.ts';
import { parseStun } from '../../stun/message.ts';
import type { CapturedDatagram } from '../capture/captured.ts';
import { addressKey } from './place.ts';

const usernameType = 0x0006;
const mostUfrags = 8192;
const mostAddresses = 32;

/** The two ufrags of a check: that of the one who is asked, and that of the one who asks. */
export function ufragsOf(bytes: Uint8Array): { asked: string; asks: string } | undefined {
  const message = parseStun(bytes);
  const name = message?.attributes.find(({ type }) => type === usernameType);
  if (message?.class !== 'request' || name === undefined || name.value.length > 513)
    return undefined;
  const [asked = '', asks = '', more] = utf8(name.value).split(':');
  return asked === '' || asks === '' || more !== undefined ? undefined : { asked, asks };
}

/** Addresses by ufrag. */
export class CheckedAddresses {
  readonly #addresses = new Map<string, Set<string>>();

  /** Takes a datagram of STUN. */
  add({ bytes, source, destination }: CapturedDatagram): void {
    const ufrags = ufragsOf(bytes);
    if (ufrags === undefined) return;
    this.#put(ufrags.asks, addressKey(source));
    this.#put(ufrags.asked, addressKey(destination));
  }

  /** The addresses of a ufrag, as keys. */
  of(ufrag: string): Iterable<string> {
    return this.#addresses.get(ufrag) ?? [];
  }

  #put(ufrag: string, key: string): void {
    const known = this.#addresses.get(ufrag);
    if (known !== undefined) {
      if (known.size < mostAddresses) known.add(key);
      return;
    }
    this.#addresses.set(ufrag, new Set([key]));
    const [oldest] = this.#addresses.keys();
    if (this.#addresses.size > mostUfrags && oldest !== undefined) this.#addresses.delete(oldest);
  }
}
