// Which packets of one source were seen: the 48-bit index behind a 16-bit sequence number, and the replay list (RFC 3711 §3.3).

/** RFC 3711 §3.3.2: at least 64 packets are remembered. */
const windowSize = 128;
/** RFC 3711 §9.2: no key serves for more packets. */
const lastIndex = 2 ** 48 - 1;

/** Follows the indices of one source. Looking changes nothing; only `accept` does. */
export class PacketIndex {
  #highest = -1;
  readonly #seen = new Uint8Array(windowSize);

  /** The index that a packet with this sequence number has (RFC 3711 §3.3.1, appendix A); -1 when the key is used up. */
  estimate(sequence: number): number {
    // RFC 4568 §6.4: the roll-over counter is zero when a source begins.
    if (this.#highest < 0) return sequence;
    const highest = this.#highest % 65_536;
    const cycle = this.#highest - highest;
    let index = cycle + sequence;
    if (sequence - highest > 32_768) index -= 65_536;
    else if (highest - sequence > 32_768) index += 65_536;
    // Before the first cycle there is nothing: it is taken for the one of this cycle, whose tag will tell.
    if (index < 0) index += 65_536;
    return index > lastIndex ? -1 : index;
  }

  /** True for an index that was not accepted before and is not older than what is remembered. */
  isFresh(index: number): boolean {
    if (index > this.#highest) return true;
    return index > this.#highest - windowSize && this.#seen[index % windowSize] === 0;
  }

  /** Remembers an index that was fresh. */
  accept(index: number): void {
    if (index > this.#highest) {
      const steps = this.#highest < 0 ? windowSize : Math.min(windowSize, index - this.#highest);
      for (let step = 0; step < steps; step += 1) this.#seen[(index - step) % windowSize] = 0;
      this.#highest = index;
    }
    this.#seen[index % windowSize] = 1;
  }
}
