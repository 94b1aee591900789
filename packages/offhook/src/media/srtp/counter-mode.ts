// AES in counter mode with HMAC-SHA1, cut to the tag's length (RFC 3711 §4.1.1, §4.2.1).
import { HmacSha1 } from './hmac-sha1.ts';
import { KeyStream } from './key-stream.ts';
import type { PacketKeys } from './session-keys.ts';
import type { PacketPlace, Transform } from './transform.ts';

/** The transform of the suites AES_CM_128_HMAC_SHA1. */
export class CounterTransform implements Transform {
  readonly #stream: KeyStream;
  readonly #hmac: HmacSha1;
  readonly #tag: number;

  /** With tags of `tag` octets. */
  constructor(keys: PacketKeys, tag: number) {
    this.#stream = new KeyStream(keys.cipher, keys.salt);
    this.#hmac = new HmacSha1(keys.authentication);
    this.#tag = tag;
  }

  protect(place: PacketPlace): void {
    const { bytes, start, end } = place;
    this.#stream.apply(bytes, start, end, place.ssrc, place.high, place.low);
    const code = this.#hmac.code(bytes, end, place.word);
    for (let index = 0; index < this.#tag; index += 1) bytes[end + index] = code[index] ?? 0;
  }

  open(place: PacketPlace): boolean {
    const { bytes, start, end } = place;
    const code = this.#hmac.code(bytes, end, place.word);
    // Every octet is compared, so that the time tells nothing of the first one that is wrong.
    let difference = 0;
    for (let index = 0; index < this.#tag; index += 1) {
      difference |= (bytes[end + index] ?? 0) ^ (code[index] ?? 0);
    }
    if (difference !== 0) return false;
    this.#stream.apply(bytes, start, end, place.ssrc, place.high, place.low);
    return true;
  }
}
