// Numbers for packets that are passed on: one source of ours, whoever is behind it (RFC 3550 §7.1, as a translator that hides SSRCs).
import { sequenceDistance } from '@offhook/sip/rtp';
import type { SequenceStep } from '@offhook/sip/rtp';

/**
 * Keeps sequence numbers and timestamps of what leaves going on without a break while the sources behind it change. Losses
 * and changes of order of the source stay visible to the receiver.
 */
export class Forwarder {
  /** Of the packet that was numbered last. */
  sequence: number;
  timestamp: number;
  #sequenceShift = 0;
  #timestampShift = 0;
  #highest: number;
  #highestTimestamp: number;
  #highestAt = 0;
  #started = false;
  #source: object | undefined;
  #ssrc = 0;

  /** The first packet gets these numbers. */
  constructor(sequence: number, timestamp: number) {
    this.sequence = sequence;
    this.timestamp = timestamp;
    this.#highest = sequence;
    this.#highestTimestamp = timestamp;
  }

  /** What is added to the source's sequence numbers now. */
  get sequenceShift(): number {
    return this.#sequenceShift;
  }

  /** What is added to the source's timestamps now. */
  get timestampShift(): number {
    return this.#timestampShift;
  }

  /** Whether packets of this source are the ones that are passed on. */
  follows(source: object, ssrc: number): boolean {
    return this.#started && this.#source === source && this.#ssrc === ssrc;
  }

  /** Numbers a packet of `source` that came at `now` milliseconds; false when it is not to be passed on. */
  number(
    source: object,
    packet: { readonly ssrc: number; readonly sequence: number; readonly timestamp: number },
    step: SequenceStep,
    clockRate: number,
    now: number,
  ): boolean {
    if (step === 'jump') return false;
    if (!this.follows(source, packet.ssrc) || step === 'restart')
      this.#begin(source, packet, clockRate, now);
    this.sequence = (packet.sequence + this.#sequenceShift) & 0xffff;
    this.timestamp = (packet.timestamp + this.#timestampShift) >>> 0;
    if (sequenceDistance(this.#highest, this.sequence) > 0 || !this.#started) {
      this.#highest = this.sequence;
      this.#highestTimestamp = this.timestamp;
      this.#highestAt = now;
    }
    this.#started = true;
    return true;
  }

  /** A packet was not passed on: the next one follows on those that were, and is not taken for one behind a loss. */
  interrupt(): void {
    this.#source = undefined;
  }

  // Time goes on while nobody speaks, so that the receiver takes a pause for a pause.
  #begin(
    source: object,
    packet: { readonly ssrc: number; readonly sequence: number; readonly timestamp: number },
    clockRate: number,
    now: number,
  ): void {
    const sequence = this.#started ? (this.#highest + 1) & 0xffff : this.#highest;
    const timestamp = this.#started ? this.timestampAt(clockRate, now) : this.#highestTimestamp;
    this.#sequenceShift = (sequence - packet.sequence) & 0xffff;
    this.#timestampShift = (timestamp - packet.timestamp) >>> 0;
    this.#source = source;
    this.#ssrc = packet.ssrc;
  }

  /** The timestamp that belongs to `now`, for sender reports (RFC 3550 §6.4.1). */
  timestampAt(clockRate: number, now: number): number {
    if (!this.#started) return this.#highestTimestamp;
    const passed = Math.max(1, Math.round(((now - this.#highestAt) * clockRate) / 1000));
    return (this.#highestTimestamp + passed) >>> 0;
  }
}
