// The jitter buffer: samples laid down by their timestamps, taken up at a steady beat some tens of milliseconds later.
import { frameSamples, sampleRate } from './audio/source.ts';

/** What a frame that was taken out is made of. */
export type FrameKind = 'audio' | 'concealed' | 'silence';

/** Half a second: the most that can lie in the buffer. A power of two. */
const capacity = 4096;
/** Frames that a loss is covered by repeating what came before, each time softer. */
const longestConcealment = 3;
/** Frames over which the buffer must be too full before a frame is left out. */
const settlingFrames = 100;

/**
 * Reorders by timestamp, so that packets of any length fit. A packet that comes too late is dropped; when the buffer had
 * run dry before it, playing starts again later, so the delay grows with the jitter; when the buffer has not fallen to its
 * normal level for two seconds, one frame is left out, so the delay shrinks again and a faster clock at the far end does
 * no harm.
 */
export class JitterBuffer {
  readonly #delay: number;
  readonly #samples = new Int16Array(capacity);
  readonly #filled = new Uint8Array(capacity);
  readonly #previous = new Int16Array(frameSamples);
  #state: 'empty' | 'filling' | 'playing' = 'empty';
  #position = 0;
  #ahead = 0;
  #startAt = 0;
  #missing = longestConcealment;
  #lowest = capacity;
  #frames = 0;
  #late = 0;
  #concealed = 0;
  #leftOut = 0;

  /** Plays `milliseconds` after the first packet. */
  constructor(milliseconds: number) {
    this.#delay = milliseconds;
  }

  /** Packets that came after their time. */
  get late(): number {
    return this.#late;
  }

  /** Frames that were made up for packets that did not come while later ones did. */
  get concealed(): number {
    return this.#concealed;
  }

  /** Frames that were left out to shorten the delay. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Milliseconds of audio between what is played next and the newest sample. */
  get depth(): number {
    return (Math.max(0, this.#ahead) * 1000) / sampleRate;
  }

  /** Forgets what lies in it; the next packet starts it. */
  reset(): void {
    this.#filled.fill(0);
    this.#state = 'empty';
    this.#ahead = 0;
    this.#missing = longestConcealment;
  }

  /** Lays down the first `count` of `samples`, which begin at `timestamp`, at `now` milliseconds. */
  push(timestamp: number, samples: Int16Array, count: number, now: number): void {
    if (this.#state === 'empty') this.#begin(timestamp, now);
    let offset = (timestamp - this.#position) | 0;
    const dry = this.#ahead <= 0;
    const late = offset < 0 && this.#state === 'playing';
    if (late) this.#late += 1;
    if (offset < -capacity || offset + count > capacity || (late && dry)) {
      this.#filled.fill(0);
      this.#begin(timestamp, now);
      offset = 0;
    } else if (offset < 0 && this.#state === 'filling' && this.#ahead - offset <= capacity) {
      // One that left before the first that arrived: it is played first.
      this.#position = timestamp >>> 0;
      this.#ahead -= offset;
      offset = 0;
    } else if (offset < 0) {
      return;
    }
    for (let index = 0; index < count; index += 1) {
      const at = (this.#position + offset + index) & (capacity - 1);
      this.#samples[at] = samples[index] ?? 0;
      this.#filled[at] = 1;
    }
    this.#ahead = Math.max(this.#ahead, offset + count);
  }

  /** Takes the next frame, 160 samples, into `frame` at `now` milliseconds. */
  pull(frame: Int16Array, now: number): FrameKind {
    if (this.#state === 'filling' && now >= this.#startAt) this.#state = 'playing';
    if (this.#state !== 'playing') {
      frame.fill(0);
      return 'silence';
    }
    this.#settle();
    const found = this.#take(frame);
    if (found === frameSamples) {
      this.#missing = 0;
      this.#previous.set(frame);
      return 'audio';
    }
    this.#missing += 1;
    if (this.#missing > longestConcealment) return found === 0 ? 'silence' : 'audio';
    // With nothing behind the hole it may as well be a pause of the sender.
    if (this.#ahead > 0) this.#concealed += 1;
    return 'concealed';
  }

  #begin(timestamp: number, now: number): void {
    this.#state = 'filling';
    this.#position = timestamp >>> 0;
    this.#ahead = 0;
    this.#startAt = now + this.#delay;
    this.#lowest = capacity;
    this.#frames = 0;
  }

  #take(frame: Int16Array): number {
    const softer = 2 ** -(this.#missing + 1);
    const covered = this.#missing < longestConcealment;
    let found = 0;
    for (let index = 0; index < frameSamples; index += 1) {
      const at = (this.#position + index) & (capacity - 1);
      if (this.#filled[at] === 1) {
        frame[index] = this.#samples[at] ?? 0;
        this.#filled[at] = 0;
        found += 1;
      } else {
        frame[index] = covered ? Math.round((this.#previous[index] ?? 0) * softer) : 0;
      }
    }
    this.#step();
    return found;
  }

  #step(): void {
    this.#position = (this.#position + frameSamples) >>> 0;
    this.#ahead = Math.max(this.#ahead - frameSamples, -capacity);
  }

  #settle(): void {
    this.#lowest = Math.min(this.#lowest, this.#ahead);
    this.#frames += 1;
    if (this.#frames < settlingFrames) return;
    const normal = (this.#delay * sampleRate) / 1000 + 2 * frameSamples;
    if (this.#lowest > normal) {
      for (let index = 0; index < frameSamples; index += 1) {
        this.#filled[(this.#position + index) & (capacity - 1)] = 0;
      }
      this.#step();
      this.#leftOut += 1;
    }
    this.#lowest = capacity;
    this.#frames = 0;
  }
}
