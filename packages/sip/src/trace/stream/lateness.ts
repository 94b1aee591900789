// Packets that come too late to be heard: later against the earliest ones around than a usual jitter buffer waits.
import { timestampDistance } from '../../rtp/sequence.ts';

/** How long a jitter buffer waits at most, in milliseconds. */
export const bufferedMilliseconds: number = 100;

/** How long the earliest packet is remembered. */
const era = 10_000;
/** So many late packets in a row, and no more uneven than this many milliseconds, came a longer way: the buffer follows. */
const settled = 10;
const even = 30;
/** A step of the timestamp that no network makes: the sender set its clock anew. */
const newClock = 2000;

/** Watches one stream. */
export class Lateness {
  /** How many packets came too late. */
  late = 0;
  #first: number | undefined;
  #type = -1;
  /** The late packets in a row: how many, and their earliest and latest. */
  #run = { length: 0, earliest: Infinity, latest: -Infinity };
  #last = 0;
  #units = 0;
  #began = 0;
  #earliest = Infinity;
  #earliestBefore = Infinity;

  /** Takes a packet of a payload type that came at `at` milliseconds, of a clock with `clockRate` units a second; true when it is too late. */
  add(at: number, timestamp: number, clockRate: number, payloadType: number): boolean {
    // With another codec the receiver begins anew, and so does its jitter buffer.
    if (payloadType !== this.#type) this.#first = undefined;
    this.#type = payloadType;
    if (this.#first === undefined) {
      this.#first = at;
      this.#began = at;
      this.#units = 0;
      this.#earliest = Infinity;
      this.#earliestBefore = Infinity;
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
    if (Math.abs(behind) > newClock) {
      this.#earliest = transit;
      this.#earliestBefore = transit;
      return false;
    }
    this.#earliest = Math.min(this.#earliest, transit);
    const late = behind > bufferedMilliseconds;
    if (late) {
      this.late += 1;
      this.#follow(transit);
    } else this.#run = { length: 0, earliest: Infinity, latest: -Infinity };
    return late;
  }

  // A step that stays, as when the sender paused, is heard once as a pause; what comes after it is not late.
  #follow(transit: number): void {
    const { length, earliest, latest } = this.#run;
    this.#run = {
      length: length + 1,
      earliest: Math.min(earliest, transit),
      latest: Math.max(latest, transit),
    };
    if (this.#run.length < settled || this.#run.latest - this.#run.earliest > even) return;
    this.late -= this.#run.length;
    this.#earliest = this.#run.earliest;
    this.#earliestBefore = this.#run.earliest;
    this.#run = { length: 0, earliest: Infinity, latest: -Infinity };
  }
}
