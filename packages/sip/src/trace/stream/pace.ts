// How evenly the packets of a stream come: the time between two, and the interarrival jitter (RFC 3550 §6.4.1, appendix A.8).
import { timestampDistance } from '../../rtp/sequence.ts';

/** One packet, as far as its time goes. */
export interface PacedPacket {
  /** Milliseconds. */
  readonly at: number;
  readonly timestamp: number;
  /** Units of its timestamp in a second; undefined when it is not known, and for events (RFC 4733 §2.2.1). */
  readonly clockRate: number | undefined;
  readonly marker: boolean;
  readonly comfortNoise: boolean;
}

/**
 * Counts as the widespread analysers do, so that figures can be compared: jitter runs over all packets in the order of
 * their coming, while maximum and mean leave out those that begin a talkspurt and those of comfort noise and right after it.
 */
export class Pace {
  /** Milliseconds, as it stands. */
  jitter = 0;
  maxJitter = 0;
  meanJitter = 0;
  maxDelta = 0;
  /** Since the packet before. */
  delta = 0;
  #packets = 0;
  #first = 0;
  #last = 0;
  #lastTimestamp = 0;
  #lastWasNoise = false;

  /** Takes the next packet. */
  add(packet: PacedPacket): void {
    const { at, timestamp, clockRate, marker, comfortNoise } = packet;
    const before = this.#packets;
    this.#packets += 1;
    if (before === 0) {
      this.#first = timestamp;
      this.#remember(packet);
      return;
    }
    const followsNoise = this.#lastWasNoise;
    this.#lastWasNoise = comfortNoise;
    // A timestamp from before the beginning says nothing.
    if (timestampDistance(this.#first, timestamp) < 0 && before < 2 ** 24) return;
    this.delta = at - this.#last;
    if (clockRate !== undefined) {
      const sent = (timestampDistance(this.#lastTimestamp, timestamp) * 1000) / clockRate;
      this.jitter += (Math.abs(this.delta - sent) - this.jitter) / 16;
    }
    this.#remember(packet);
    if (marker || comfortNoise || followsNoise) return;
    this.maxDelta = Math.max(this.maxDelta, this.delta);
    if (clockRate === undefined) return;
    this.maxJitter = Math.max(this.maxJitter, this.jitter);
    this.meanJitter = (this.meanJitter * (before - 1) + this.jitter) / before;
  }

  // Events have the time of their beginning, so the timestamp of the sound before them is what the next one goes on from.
  #remember({ at, timestamp, clockRate, comfortNoise }: PacedPacket): void {
    this.#last = at;
    if (clockRate !== undefined) this.#lastTimestamp = timestamp;
    this.#lastWasNoise = comfortNoise;
  }
}
