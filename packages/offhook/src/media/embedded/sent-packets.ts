// The last packets of pictures as they went out, for a peer that did not get one and asks again (RFC 4585 §6.2.1).
import { sequenceDistance } from '@offhook/sip/rtp';

/** Packets that are kept: some seconds of pictures. */
const kept = 512;

interface Kept {
  bytes: Uint8Array;
  length: number;
  sequence: number;
}

/** Keeps packets with their protection: as they were they tell nothing new, while a number may not be protected twice (RFC 3711 §9.1). */
export class SentPackets {
  readonly #packets: (Kept | undefined)[] = Array.from({ length: kept });

  /** Remembers the first `length` octets of a packet, which are copied. */
  keep(bytes: Uint8Array, length: number): void {
    const sequence = sequenceOf(bytes);
    const place = sequence % kept;
    const before = this.#packets[place];
    if (before !== undefined && before.bytes.length >= length) {
      before.bytes.set(bytes.subarray(0, length));
      before.length = length;
      before.sequence = sequence;
    } else this.#packets[place] = { bytes: bytes.slice(0, length), length, sequence };
  }

  /** The packet of that number, as it went out; undefined when it is not kept. */
  find(sequence: number): Uint8Array | undefined {
    const found = this.#packets[sequence % kept];
    if (found === undefined || sequenceDistance(found.sequence, sequence) !== 0) return undefined;
    return found.bytes.subarray(0, found.length);
  }
}

function sequenceOf(bytes: Uint8Array): number {
  return ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
}
