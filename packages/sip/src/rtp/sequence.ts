// Sequence numbers of 16 bits made into numbers that never wrap, with losses, reordering and restarts told apart.

const cycle = 65_536;
/** RFC 3550 appendix A.1: one minute of packets may be missing at most. */
const maxDropout = 3000;
/** RFC 3550 appendix A.1: two seconds of packets may come in a wrong order. */
const maxMisorder = 100;

/**
 * `first`: the stream starts. `next`: ahead of all before it. `late`: out of order or a duplicate. `jump`: far away, not to
 * be believed yet. `restart`: the second of two packets after a jump, so the sender began anew (RFC 3550 appendix A.1).
 */
export type SequenceStep = 'first' | 'next' | 'late' | 'jump' | 'restart';

/** Steps from `from` forward to `to` in 16 bits, -32768 to 32767. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** Units from `from` forward to `to` in 32 bits. */
export function timestampDistance(from: number, to: number): number {
  return (to - from) | 0;
}

/**
 * Follows the sequence numbers of one source. The probation of appendix A.1 is left out: it guards against strangers, and
 * media sources are told from strangers by their address; and it would lose the first packet of each stream.
 */
export class SequenceTracker {
  #base = 0;
  #highest = 0;
  #expectedAfterJump = -1;
  #received = 0;
  #started = false;

  /** Takes the sequence number of a packet as it arrived. */
  update(sequence: number): SequenceStep {
    if (!this.#started) {
      this.#begin(sequence);
      return 'first';
    }
    const ahead = sequenceDistance(this.#highest, sequence);
    if (ahead > 0 && ahead < maxDropout) {
      this.#highest += ahead;
      this.#received += 1;
      this.#expectedAfterJump = -1;
      return 'next';
    }
    if (ahead <= 0 && ahead > -maxMisorder) {
      this.#received += 1;
      return 'late';
    }
    if (sequence === this.#expectedAfterJump) {
      this.#begin(sequence);
      return 'restart';
    }
    this.#expectedAfterJump = (sequence + 1) % cycle;
    return 'jump';
  }

  /** Forgets everything: the next number is the first. */
  reset(): void {
    this.#started = false;
  }

  /** The highest number so far, with the cycles in the upper bits (RFC 3550 §6.4.1). */
  get highest(): number {
    return this.#highest;
  }

  /** Packets that came since the start, late ones and duplicates too. */
  get received(): number {
    return this.#started ? this.#received : 0;
  }

  /** Packets that should have come since the start (RFC 3550 appendix A.3). */
  get expected(): number {
    return this.#started ? this.#highest - this.#base + 1 : 0;
  }

  /** Packets that did not come; negative when duplicates did. */
  get lost(): number {
    return this.expected - this.received;
  }

  #begin(sequence: number): void {
    this.#base = sequence;
    this.#highest = sequence;
    this.#expectedAfterJump = -1;
    this.#received = 1;
    this.#started = true;
  }
}
