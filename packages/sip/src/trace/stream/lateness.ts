// Packets that come too late to be heard: later against the earliest ones around than a usual jitter buffer waits.
import { timestampDistance } from '../../rtp/sequence.ts';

/** How long a jitter buffer waits at most, in milliseconds. */
export const bufferedMilliseconds: number = 100;

/** How long the earliest packet is remembered. */
const era = 10_000;
/** A step of the timestamp that no network makes: the sender set its clock anew. */
const newClock = 2000;
/** After so many late packets in a row, each about as late, the way is longer from now on, and a jitter buffer takes it so. */
const patience = 10;
const about = 40;

/** Watches one stream. */
export class Lateness {
  /** How many packets came too late. */
  late = 0;
  #first: number | undefined;
  #last = 0;
  #units = 0;
  #began = 0;
  #earliest = Infinity;
  #earliestBefore = Infinity;
  #row = 0;
  #earliestOfRow = Infinity;
  #latestOfRow = -Infinity;

  /** Takes a packet that came at `at` milliseconds, of a clock with `clockRate` units a second; `anew`: it begins a talkspurt, or another codec. */
  add(at: number, timestamp: number, clockRate: number, anew: boolean): void {
    if (this.#first === undefined) {
      this.#first = at;
      this.#began = at;
    } else {
      this.#units += timestampDistance(this.#last, timestamp);
    }
    this.#last = timestamp;
    const transit = at - this.#first - (this.#units * 1000) / clockRate;
    if (at - this.#began > era) {
      this.#began = at;
      this.#earliestBefore = this.#earliest;
      this.#earliest = transit;
    }
    const behind = transit - Math.min(this.#earliest, this.#earliestBefore);
    // Between talkspurts a jitter buffer takes its measure anew (RFC 3551 §4.1).
    if (anew || Math.abs(behind) > newClock) {
      this.#settle(transit);
      return;
    }
    this.#earliest = Math.min(this.#earliest, transit);
    if (behind <= bufferedMilliseconds) {
      this.#row = 0;
      return;
    }
    this.late += 1;
    this.#row += 1;
    this.#earliestOfRow = this.#row === 1 ? transit : Math.min(this.#earliestOfRow, transit);
    this.#latestOfRow = this.#row === 1 ? transit : Math.max(this.#latestOfRow, transit);
    if (this.#row < patience) return;
    if (this.#latestOfRow - this.#earliestOfRow < about) this.late -= this.#row;
    this.#settle(this.#earliestOfRow);
  }

  #settle(transit: number): void {
    this.#earliest = transit;
    this.#earliestBefore = transit;
    this.#row = 0;
  }
}
