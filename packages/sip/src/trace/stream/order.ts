// The sequence numbers of one stream: what is missing, what came twice, what came late, and where a sender began anew.
import { sequenceDistance } from '../../rtp/sequence.ts';

const cycle = 65_536;
/** How many packets back a repetition is still known. */
const remembered = 128;
/** RFC 3550 appendix A.1: so many packets may be missing, and so many may come in a wrong order. */
const maxDropout = 3000;
const maxMisorder = 100;

/**
 * How a packet stands to those before it. `restart`: the sender began to count anew with it. `stray`: far away from all
 * others, and nothing is made of it until the next one comes.
 */
export type Arrival = 'first' | 'next' | 'late' | 'duplicate' | 'restart' | 'stray';

/** Follows one stream. Other than a receiver it has all packets before it, so that none is left out by probation. */
export class PacketOrder {
  /** Packets that came a second time. */
  duplicated = 0;
  /** Packets that came after one that was sent later. */
  reordered = 0;
  /** How many are missing just before the packet that was taken last; some of them may come later. */
  missing = 0;
  #base = 0;
  #highest = -1;
  #earlier = 0;
  #stray = -1;
  readonly #seen = new Uint8Array(remembered);

  /**
   * Takes a packet's sequence number. `rested` says that the stream paused so long that a packet out of order is a new
   * beginning, `steady` that its timestamp went on as time did, so that even a large step forward is loss.
   */
  take(sequence: number, rested: boolean, steady: boolean): Arrival {
    this.missing = 0;
    if (this.#highest < 0) {
      this.#begin(sequence);
      return 'first';
    }
    const ahead = sequenceDistance(this.#highest % cycle, sequence);
    const follows = sequence === (this.#stray + 1) % cycle && this.#stray >= 0;
    if (ahead > 0 && (ahead < maxDropout || (steady && !follows))) {
      this.#advance(ahead);
      return 'next';
    }
    if (ahead <= 0 && ahead > -maxMisorder && !rested) return this.#late(ahead);
    if (rested || follows) {
      const strays = this.#stray >= 0 && !rested ? 1 : 0;
      this.#earlier += this.#highest - this.#base + 1;
      this.#begin((sequence - strays + cycle) % cycle);
      if (strays > 0) this.#advance(1);
      return 'restart';
    }
    this.#stray = sequence;
    return 'stray';
  }

  /** Whether a packet with this number goes on from the one with the highest. */
  isNext(sequence: number): boolean {
    const ahead = sequenceDistance(this.#highest % cycle, sequence);
    return this.#highest >= 0 && ahead > 0 && ahead < maxMisorder;
  }

  /** How many should have come (RFC 3550 appendix A.3), from each beginning. */
  get expected(): number {
    return this.#highest < 0 ? 0 : this.#earlier + this.#highest - this.#base + 1;
  }

  #begin(sequence: number): void {
    this.#base = sequence;
    this.#highest = sequence;
    this.#stray = -1;
    this.#seen.fill(0);
    this.#seen[sequence % remembered] = 1;
  }

  #advance(ahead: number): void {
    this.missing = ahead - 1;
    const skipped = Math.min(ahead - 1, remembered);
    for (let back = 0; back < skipped; back += 1)
      this.#seen[(this.#highest + ahead - 1 - back) % remembered] = 0;
    this.#highest += ahead;
    this.#seen[this.#highest % remembered] = 1;
    this.#stray = -1;
  }

  #late(ahead: number): Arrival {
    const at = this.#highest + ahead;
    const slot = ((at % remembered) + remembered) % remembered;
    // What was sent before the first packet that was captured came late too, and was not expected.
    if (at < this.#base) {
      this.#base = at;
      this.reordered += 1;
      return 'late';
    }
    if (this.#seen[slot] === 1) {
      this.duplicated += 1;
      return 'duplicate';
    }
    this.#seen[slot] = 1;
    this.reordered += 1;
    return 'late';
  }
}
