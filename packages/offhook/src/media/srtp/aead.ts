// AES-GCM, which encrypts and authenticates at once (RFC 7714 §8, §9).
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { PacketKeys } from './session-keys.ts';
import type { PacketPlace, Transform } from './transform.ts';

const tagLength = 16;

/** The transform of AEAD_AES_128_GCM. */
export class AeadTransform implements Transform {
  readonly #keys: PacketKeys;
  readonly #isRtcp: boolean;
  readonly #start = new Uint8Array(12);

  constructor(keys: PacketKeys, kind: 'rtp' | 'rtcp') {
    this.#keys = keys;
    this.#isRtcp = kind === 'rtcp';
  }

  protect(place: PacketPlace): void {
    const { bytes, start, end } = place;
    const cipher = createCipheriv('aes-128-gcm', this.#keys.cipher, this.#startFor(place));
    cipher.setAAD(this.#covered(place));
    bytes.set(cipher.update(bytes.subarray(start, end)), start);
    cipher.final();
    bytes.set(cipher.getAuthTag(), end);
  }

  open(place: PacketPlace): boolean {
    const { bytes, start, end } = place;
    const cipher = createDecipheriv('aes-128-gcm', this.#keys.cipher, this.#startFor(place));
    cipher.setAAD(this.#covered(place));
    cipher.setAuthTag(bytes.subarray(end, end + tagLength));
    const plain = cipher.update(bytes.subarray(start, end));
    try {
      cipher.final();
    } catch {
      // That the tag is wrong is told by an exception only.
      return false;
    }
    bytes.set(plain, start);
    return true;
  }

  // RFC 7714 §8.1, §9.1: two zero octets, the SSRC and 48 bits of index, combined with the salt.
  #startFor({ ssrc, high, low }: PacketPlace): Uint8Array {
    const view = new DataView(this.#start.buffer);
    view.setUint16(0, 0);
    view.setUint32(2, ssrc);
    view.setUint32(6, high);
    view.setUint16(10, low);
    for (let index = 0; index < 12; index += 1) {
      this.#start[index] = (this.#start[index] ?? 0) ^ (this.#keys.salt[index] ?? 0);
    }
    return this.#start;
  }

  // RFC 7714 §9.2: with RTCP the word with the index is covered too; with RTP the roll-over counter is in the start already.
  #covered({ bytes, start, word }: PacketPlace): Uint8Array {
    if (!this.#isRtcp) return bytes.subarray(0, start);
    const covered = new Uint8Array(start + 4);
    covered.set(bytes.subarray(0, start));
    new DataView(covered.buffer).setUint32(start, word);
    return covered;
  }
}
