// Buffers for packets on their way out, used in turn, so that sending allocates nothing.

import { longestTrailer } from './srtp/suite.ts';

/** Octets of the longest packet that is sent; also of the longest that is taken (A67). */
export const longestPacket = 1500;

/** A ring of buffers. One may be used again once the ring came round, when the kernel has long taken its bytes. */
export class PacketRing {
  readonly #packets: readonly Uint8Array[];
  #next = 0;

  /** With `count` buffers. */
  constructor(count: number) {
    this.#packets = Array.from(
      { length: count },
      () => new Uint8Array(longestPacket + longestTrailer),
    );
  }

  /** A buffer of at least `length` octets and room for what SRTP adds, with whatever was in it. */
  next(length: number): Uint8Array {
    const packet = this.#packets[this.#next];
    this.#next = (this.#next + 1) % this.#packets.length;
    if (packet !== undefined && length <= longestPacket) return packet;
    return new Uint8Array(length + longestTrailer);
  }
}
